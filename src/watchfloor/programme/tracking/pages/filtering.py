"""The filters that board, timeline and list share; the address keeps them, so that a view can be sent to somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.programme.forms import plain
from watchfloor.programme.tracking import access, queries, show, telling
from watchfloor.programme.tracking.domain import states
from watchfloor.programme.tracking.models import Action


def narrowed(request: HttpRequest, rows: QuerySet[Action]) -> QuerySet[Action]:
    """Those that fit the address; what is nonsense there narrows to nothing."""
    asked, actor = request.GET, actor_of(request)
    if text := plain(asked.get("q", "")):
        rows = rows.filter(title__icontains=text)
    if (state := asked.get("state", "")) in states.ACTION:
        rows = rows.filter(state=state)
    elif state == "live":
        rows = rows.filter(state__in=states.LIVE)
    if asked.get("late"):
        rows = rows.filter(state__in=states.LIVE, due__lt=clock.now())
    for name in ("owner", "initiative"):
        value = asked.get(name, "")
        if not value:
            continue
        if value == "me" and name == "owner":
            rows = rows.filter(owner=access.person_of(actor))
        elif value == "nobody":
            rows = rows.filter(**{f"{name}__isnull": True})
        else:
            try:
                rows = rows.filter(**{name: UUID(value)})
            except ValueError:
                rows = rows.none()
    return rows


def fields(actor: Actor) -> list[dict[str, Any]]:
    """The fields of ``ui.filter_bar``."""
    words, rows = telling.state_words(), queries.actions(actor)
    named = show.people(rows.exclude(owner=None).values_list("owner", flat=True).distinct()[:300])
    initiatives = queries.initiatives(actor).order_by("ended_at", "-made_at")[:200]
    everyone = sorted(((str(pk), name) for pk, name in named.items()), key=lambda each: each[1].casefold())
    return [
        {"name": "q", "label": _("Words in the title"), "type": "search"},
        {
            "name": "initiative", "label": _("Every initiative"), "chip": _("Initiative"),
            "options": [("nobody", _("None: stands alone")), *((str(row.pk), row.title) for row in initiatives)],
        },
        {
            "name": "owner", "label": _("Everybody"), "chip": _("Owner"),
            "options": [("me", _("Me")), ("nobody", _("Nobody yet")), *everyone],
        },
        {
            "name": "state", "label": _("Every state"), "chip": _("State"),
            "options": [("live", _("Not over")), *((state, words[state]) for state in states.ACTION)],
        },
        {"name": "late", "label": _("Late or not"), "chip": _("Due"), "options": [("1", _("Late"))]},
    ]  # fmt: skip
