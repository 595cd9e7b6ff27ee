"""All watched streams: what is read now, what cannot be, what was found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.detection.streams import queries
from watchfloor.detection.streams.models import Watch
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review import queries as review
from watchfloor.review.pages import tables
from watchfloor.review.pages.in_hand import WORK

MOST = 200
CSV_HEAD = ("stream", "case", "state", "began", "ended", "last frame", "frames", "seconds", "matches")


@require_safe
@guard.page(*WORK, "case.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/streams``: ``?state=`` open, waiting, watching, broken, refused or over; ``?format=csv`` gives the rows.

    Restricted cases are in no export.
    """
    actor = actor_of(request)
    state = request.GET.get("state", "")
    state = state if state in (*queries.STATES, "open") else ""
    lines = _lines(actor, queries.watched(actor, state=state).annotate(matches=Count("hits"))[:MOST])
    if request.GET.get("format") == "csv":
        rows = (
            (
                line["watch"].item.external_id, ids.encode("case", line["case"].pk), line["watch"].state, line["watch"].began_at,
                line["watch"].ended_at, line["watch"].last_frame_at, line["watch"].frames, round(line["watch"].last_second, 1),
                line["watch"].matches,
            )
            for line in lines
            if not line["case"].clearance
        )  # fmt: skip
        return csv_response("streams", CSV_HEAD, rows)
    context = {
        "lines": lines,
        "states": [
            ("", _("All")), ("open", _("Going on")), ("broken", _("Cannot be read now")),
            ("refused", _("Not watched")), ("over", _("Over")),
        ],
        "state": state,
        "words": {
            "waiting": _("Not read yet"), "watching": _("Watched"), "broken": _("Cannot be read now"), "refused": _("Not watched"),
            "over": _("Over"),
        },
        "query": request.GET,
        "csv_url": tables.with_query(request.GET, format="csv"),
    }  # fmt: skip
    return render(request, "detection/streams/list.html", context)


def _lines(actor: Actor, watches: Iterable[Watch]) -> list[dict[str, Any]]:
    """Each with the newest case about it that this person may see; what was found in a restricted one is not counted for others."""
    rows = list(watches)
    found = {
        case.item_id: case
        for case in review.visible_cases(actor).filter(item__in=[row.item_id for row in rows]).order_by("opened_at")
    }
    return [{"watch": row, "case": found[row.item_id]} for row in rows if row.item_id in found]
