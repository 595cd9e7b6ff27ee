"""``/restrictions``: whom or what is held back, what it hit, how often wrongly; as CSV, too."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.detection.reputation import queries
from watchfloor.detection.reputation.models import Restriction
from watchfloor.detection.reputation.pages import words
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

HEAD = (
    "key", "subject", "value", "actions", "effect", "limit", "window", "state", "reason", "owner", "expires", "version", "hits",
    "accounts", "clean", "violating",
)  # fmt: skip
MOST_CSV = 20_000


@require_safe
@page(queries.SEES)
def index(request: HttpRequest) -> HttpResponseBase:
    """The list; ``?format=csv``."""
    rows = queries.restrictions(request.GET.dict())
    if request.GET.get("format") == "csv":
        found = list(rows[:MOST_CSV])
        figures = queries.counts(found)
        return csv_response("restrictions", HEAD, (_csv(row, figures[row.pk]) for row in found))
    shown = paged(rows, request.GET)
    figures = queries.counts(shown.rows)
    actor = actor_of(request)
    kept = request.GET.copy()
    kept["format"] = "csv"
    states = words.state_words()
    context = {
        "rows": [
            {"row": row, "url": reverse("restriction", args=[row.key]), "value": words.value_words(row), "count": figures[row.pk],
             "state": states[queries.state_of(row)], "rate": words.rate_words(row)}
            for row in shown.rows
        ],
        "pager": shown.pager, "query": request.GET, "csv_url": f"?{kept.urlencode()}", "days": queries.DAYS,
        "waiting": Restriction.objects.filter(state=Restriction.State.WAITING).count(),
        "any": Restriction.objects.exists(), "may_edit": actor.has(queries.EDITS), "tabs": words.tabs("restrictions", actor),
        "subjects": words.subject_words(), "actions": words.action_words(), "effects": words.effect_words(),
        "names": names_of({row.owner for row in shown.rows}), "fields": _fields(states),
    }  # fmt: skip
    return render(request, "detection/reputation/index.html", context)


def _fields(states: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": "q", "label": _("Value, reason or owner"), "type": "search"},
        {"name": "state", "label": _("In force"), "chip": _("State"),
         "options": [*((key, label) for key, (label, _tone) in states.items() if key != "on"), ("all", _("All states"))]},
        {"name": "subject", "label": _("Any subject"), "chip": _("Subject"), "options": list(words.subject_words().items())},
        {"name": "action", "label": _("Any action"), "chip": _("Action"), "options": list(words.action_words().items())},
        {"name": "effect", "label": _("Any effect"), "chip": _("Effect"), "options": list(words.effect_words().items())},
    ]  # fmt: skip


def _csv(row: Restriction, count: queries.Counts) -> tuple[Any, ...]:
    return (
        row.key, row.subject, row.value, " ".join(row.actions), row.effect, row.limit or "", row.window or "", queries.state_of(row),
        row.reason, row.owner, row.expires_at, row.version, count.hits, count.accounts, count.clean, count.violating,
    )  # fmt: skip
