"""``/insight/ahead/<metric>``: the next fortnight of a number with what is known to come, and how such forecasts have fared."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue, coming, params, queries, show
from watchfloor.insight.ahead import LEAST, Next, ahead
from watchfloor.insight.coming import Coming
from watchfloor.insight.own_metrics import keeping
from watchfloor.insight.pages import EVERY
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

HEAD = ("day", "expected", "low", "high", "coming")
SHOWN, MARKS = 56, 12  # days of the past and events on the chart


@require_safe
@page("insight.view")
def metric_ahead(request: HttpRequest, name: str) -> HttpResponseBase:
    """The page; ``?format=csv`` gives the days."""
    actor, metric, asked = actor_of(request), catalogue.metric(name), params.read(request.GET.dict())
    found = ahead(actor, name, dict(asked.span.where))
    if request.GET.get("format") == "csv":
        return csv_response(f"{metric.key}-ahead", HEAD, (
            (each.at.date(), each.value, each.low, each.high, "; ".join(one.title for one in each.events)) for each in found.days
        ))  # fmt: skip
    unit, size = show.unit_of(metric, [*(point.value for point in found.past), *(each.high for each in found.days)])
    titles = keeping.titles()
    kept = request.GET.copy()
    context = {
        "metric": metric, "found": found, "unit": unit, "size": size, "least": LEAST, "query": request.GET,
        "chart": _chart(found, _(metric.title), unit, size) if found.days else None,
        "kinds": coming.kinds(), "back": reverse("insight-metric", args=[name]) + (f"?{kept.urlencode()}" if kept else ""),
        "fields": [
            {"name": each, "label": _(EVERY[each]) if each in EVERY else _(titles[each]), "options": [
                (value, value) for value in sorted(queries.values_of(actor, asked.span, each))
            ]} for each in params.filters()
        ],
    }  # fmt: skip
    return render(request, "insight/ahead.html", context)


def _chart(found: Next, title: str, unit: str, size: float) -> dict[str, Any]:
    past, days = found.past[-SHOWN:], found.days
    none = [None] * len(past)
    events: list[Coming] = list(dict.fromkeys(one for day in days for one in day.events))

    def line(values: list[float]) -> list[float | None]:
        return [*none, *(round(value / size, 4) for value in values)]

    return {
        "times": [int(at.timestamp()) for at in (*(each.at for each in past), *(each.at for each in days))],
        "series": [{"name": title, "values": [*(round((each.value or 0.0) / size, 4) for each in past), *[None] * len(days)]}],
        "before": {"name": _("expected"), "values": line([each.value for each in days])},
        "band": {"low": line([each.low for each in days]), "high": line([each.high for each in days])},
        "band_name": _("where single days will lie"),
        "marks": [
            {"at": int(max(each.start, past[0].at).timestamp()), "label": each.title}
            for each in events[:MARKS]
        ],
        "unit": unit,
    }  # fmt: skip
