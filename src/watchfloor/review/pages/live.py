"""The live floor: streams that go on now, the most watched minutes first."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review import queries
from watchfloor.review.pages import tables
from watchfloor.review.pages.in_hand import WORK

CSV_HEAD = ("case", "policy", "severity", "market", "minutes live", "viewers", "watched", "reports", "due")


@require_safe
@guard.page(*WORK, "case.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/review/live``; ``?format=csv`` gives the rows, without restricted cases."""
    streams = queries.live_streams(actor_of(request))
    if request.GET.get("format") == "csv":
        rows = (
            (
                ids.encode("case", each.case.pk), each.case.policy_key, each.case.severity, each.case.market, each.minutes,
                each.viewers, each.watched, each.case.report_count, each.due_at,
            )
            for each in streams
            if not each.case.clearance
        )  # fmt: skip
        return csv_response("live", CSV_HEAD, rows)
    texts = tables.excerpts(
        (each.case.item, each.case.item.current_version) for each in streams if not each.case.clearance
    )
    lines = [{"stream": each, "text": texts.get(each.case.item.current_version, "")} for each in streams]
    return render(
        request,
        "review/live.html",
        {"lines": lines, "query": request.GET, "csv_url": tables.with_query(request.GET, format="csv")},
    )
