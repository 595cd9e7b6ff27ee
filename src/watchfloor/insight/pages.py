"""The floor, the KPI page, a metric, the rows behind it. Views parse, ask the queries, and render."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue, happening, params, queries, show, stream
from watchfloor.insight.own_metrics import keeping
from watchfloor.insight.schema import DIMENSIONS, SIMULATED
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

PAGE = 100
CSV_ROWS = 100_000
SPLIT_METRICS = ("incoming_manual", "solved_manual", "aas", "aht", "aht_p90", "backlog", "sla", "overturn_rate")

EVERY = {
    "queue": N_("Every queue"), "market": N_("Every market"), "policy": N_("Every policy"), "vendor": N_("Every vendor"),
    "channel": N_("Every channel"),
}  # fmt: skip


@require_safe
@page()
def live(request: HttpRequest) -> Any:
    """Server-sent events for the page's topics (see ``stream``)."""
    topics = set(request.GET.get("topics", "floor").split(",")) & stream.TOPICS.keys()
    response = StreamingHttpResponse(stream.events(topics), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


@require_safe
@page("insight.view")
def kpis(request: HttpRequest) -> HttpResponse:
    """All metrics over a span, and a split of the ones that matter most."""
    actor, asked = actor_of(request), params.read(request.GET.dict())
    numbers = queries.kpis(actor, asked.span)
    by_theme = {
        title: [
            show.tile(kpi, _address("insight-metric", kpi.key, request)) for kpi in numbers if _theme(kpi.key) == theme
        ]
        for theme, title in catalogue.THEMES.items()
    }
    table = _split(request, asked, SPLIT_METRICS)
    context = {
        "asked": asked, "themes": by_theme, "table": table, "bases": sorted({kpi.base for kpi in numbers if kpi.base}),
        **_shared(request, asked),
    }  # fmt: skip
    return render(request, "insight/kpis.html", context)


@require_safe
@page("insight.view")
def metric(request: HttpRequest, name: str) -> HttpResponse:
    """One metric: the number, its definition, its series with what was changed meanwhile, its splits."""
    actor, found, asked = actor_of(request), catalogue.metric(name), params.read(request.GET.dict())
    [kpi] = queries.kpis(actor, asked.span, metrics=[name])
    lines = queries.series_by(actor, asked.span, name, asked.by[0]) if request.GET.get("by") else {}
    changes = happening.changes(asked.span.start, asked.span.end, limit=8)
    context = {
        "asked": asked, "metric": found, "kpi": show.tile(kpi, _address("insight-rows", name, request)),
        "chart": show.chart(found, kpi.series, lines, changes), "changes": changes,
        "table": _split(request, asked, (name,)), "rows_url": _address("insight-rows", name, request),
        "ahead_url": _address("insight-ahead", name, request), **_shared(request, asked),
    }  # fmt: skip
    return render(request, "insight/metric.html", context)


@require_safe
@page("insight.view")
def rows(request: HttpRequest, name: str) -> HttpResponseBase:
    """The facts behind a number, as a page or as CSV."""
    actor, found, asked = actor_of(request), catalogue.metric(name), params.read(request.GET.dict())
    if request.GET.get("format") == "csv":
        behind = queries.rows_behind(actor, asked.span, name, limit=CSV_ROWS)
        return csv_response(found.key, behind.columns, ([_utc(value) for value in row] for row in behind.rows))
    text = request.GET.get("page", "1")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1
    offset = (number - 1) * PAGE
    behind = queries.rows_behind(actor, asked.span, name, limit=PAGE, offset=offset)
    kept = show.filled(behind.columns, behind.rows)
    names = [behind.columns[place] for place in kept]
    context = {
        "asked": asked, "metric": found, "total": behind.total, "columns": show.columns(names),
        "rows": [show.cells(names, [row[place] for place in kept]) for row in behind.rows], "number": number,
        "start": offset + 1 if behind.rows else 0, "end": offset + len(behind.rows),
        "has_next": offset + len(behind.rows) < behind.total, "metric_url": _address("insight-metric", name, request),
        **_shared(request, asked),
    }  # fmt: skip
    return render(request, "insight/rows.html", context)


def _shared(request: HttpRequest, asked: params.Params) -> dict[str, Any]:
    """What the pages of numbers have in common: the fields of the filter bar, badges."""
    actor, titles = actor_of(request), keeping.titles()
    splits = [*params.SPLITS, *keeping.dimensions()]
    fields: list[dict[str, Any]] = [
        {"name": "span", "label": _("Last 7 days"), "options": list(params.SPANS.items())},
        {
            "name": "interval",
            "label": _("Interval"),
            "options": [("hour", _("By hour")), ("day", _("By day")), ("week", _("By week"))],
        },
        {
            "name": "by",
            "label": _("Split by %(names)s") % {"names": _(DIMENSIONS["queue"]).lower()},
            "options": [(name, _("Split by %(names)s") % {"names": _(titles[name]).lower()}) for name in splits],
        },
        {
            "name": "then",
            "label": _("No second split"),
            "options": [(name, _("then %(name)s") % {"name": _(titles[name]).lower()}) for name in splits],
        },
    ]
    for name in params.filters():
        values = queries.values_of(actor, queries.Span(start=asked.span.start, end=asked.span.end), name)
        fields.append({
            "name": name, "label": _(EVERY[name]) if name in EVERY else _(titles[name]),
            "options": [(value, value) for value in sorted(values)],
        })  # fmt: skip
    return {
        "fields": fields,
        "fresh": queries.fresh(),
        "query": request.GET,
        "dimensions": {name: _(title) for name, title in titles.items()},
        "simulated": sorted(_(DIMENSIONS[name]) for name in SIMULATED if name in DIMENSIONS) if settings.DEMO else [],
        "span_words": show.span_words(asked.span.start, asked.span.end),
    }


def _split(request: HttpRequest, asked: params.Params, metrics: tuple[str, ...]) -> dict[str, Any]:
    """A table: one row for each slice, each metric now and its change; a row leads to the same page, narrowed."""
    slices = queries.split(actor_of(request), asked.span, asked.by, metrics=metrics, limit=60)
    chosen = [catalogue.metric(key) for key in metrics]
    _, base = queries.comparison(asked.span)
    rows = []
    for each in slices:
        narrowed = request.GET.copy()
        for name, value in zip(asked.by, each.names, strict=True):
            narrowed[name] = value
        rows.append({
            "names": each.names, "url": f"?{narrowed.urlencode()}",
            "cells": [show.cell(one, each.values.get(one.key), each.before.get(one.key)) for one in chosen],
        })  # fmt: skip
    return {"by": asked.by, "metrics": chosen, "rows": rows, "base": base, "limited": len(slices) == 60}


def _theme(key: str) -> str:
    return catalogue.metric(key).theme


def _address(name: str, key: str, request: HttpRequest) -> str:
    """A page about the same span and filters."""
    kept = request.GET.copy()
    for gone in ("page", "format"):
        kept.pop(gone, None)
    query = kept.urlencode()
    return reverse(name, args=[key]) + (f"?{query}" if query else "")


def _utc(value: Any) -> Any:
    """The facts' times know no zone: they are UTC."""
    return value.isoformat(timespec="seconds") + "Z" if isinstance(value, datetime) else value
