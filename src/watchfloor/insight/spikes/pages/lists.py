"""The list of spikes, and yesterday's review that wrote itself."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue
from watchfloor.insight.spikes import morning, queries, words
from watchfloor.insight.spikes.domain.watched import WATCHED
from watchfloor.insight.spikes.models import Spike, WatchState
from watchfloor.insight.spikes.pages.parts import MANAGE, tabs
from watchfloor.kernel import clock, ids
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

HEAD = (
    "id",
    "headline",
    "metric",
    "where",
    "kind",
    "state",
    "from",
    "to",
    "value",
    "expected",
    "p",
    "cause",
    "cause p",
    "owner",
    "due",
)
SPANS = {"7": timedelta(days=7), "28": timedelta(days=28), "365": timedelta(days=365)}
MOST = 200


@require_safe
@guard.page("insight.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/insight/spikes``: ``?state=&metric=&kind=&days=``; ``?format=csv``."""
    actor, asked = actor_of(request), request.GET
    state, metric, kind = (asked.get(name, "")[:20] for name in ("state", "metric", "kind"))
    since = clock.now() - SPANS.get(asked.get("days", ""), SPANS["28"])
    rows = queries.spikes(actor, state=state, metric=metric, kind=kind, since=since)
    if asked.get("format") == "csv":
        lines = (
            (ids.encode("spk", row.pk), words.headline(row, queries.found_of(row)), row.metric, words.slice_long(row.where), row.kind,
             row.state, row.starts_at, row.last_at, row.value, row.expected, row.p, row.cause, row.cause_p, row.owner, row.due_at)
            for row in rows
        )  # fmt: skip
        return csv_response("spikes", HEAD, lines)
    shown = [{"row": row, **_line(row)} for row in rows[:MOST]]
    watched = WatchState.objects.filter(pk=1).first()
    context = {
        "tabs": tabs("spikes"), "rows": shown, "more": len(rows) > MOST, "query": asked, "watched": watched,
        "states": {key: _(name) for key, name in words.STATES.items()}, "tones": words.TONES,
        "kinds": {key: _(name) for key, name in words.KINDS.items()}, "may_manage": actor.has(MANAGE),
        "filters": [
            {"name": "state", "label": _("Any state"), "chip": _("State"),
             "options": [("active", _("Not closed")), *((key, _(name)) for key, name in words.STATES.items())]},
            {"name": "metric", "label": _("Any metric"), "chip": _("Metric"),
             "options": [(key, _(catalogue.metric(key).title)) for key in WATCHED]},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": [(k, _(n)) for k, n in words.KINDS.items()]},
            {"name": "days", "label": _("Last 28 days"), "options": [("7", _("Last 7 days")), ("365", _("Last year"))]},
        ],
    }  # fmt: skip
    return render(request, "insight/spikes/index.html", context)


def _line(row: Spike) -> dict[str, object]:
    found = queries.found_of(row)
    line = queries.line(row)
    return {
        "url": line.url, "headline": line.headline, "metric": _(catalogue.metric(row.metric).title),
        "change": words.change_words(row.value, row.expected), "spark": [each.value for each in found.series] if found else [],
    }  # fmt: skip


@require_safe
@guard.page("insight.view")
def yesterday(request: HttpRequest) -> HttpResponse:
    """``/insight/spikes/yesterday``: ``?day=2026-11-19``; ``?format=md``."""
    day = datefields.day_or_none(request.GET.get("day", ""), "day")
    review = morning.review(actor_of(request), day or (clock.now() - timedelta(days=1)).date())
    if request.GET.get("format") == "md":
        response = HttpResponse(morning.markdown(review), content_type="text/markdown; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{review.day.isoformat()}.md"'
        return response
    return render(request, "insight/spikes/yesterday.html", {"tabs": tabs("yesterday"), "review": review})
