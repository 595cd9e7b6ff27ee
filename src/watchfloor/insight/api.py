"""The JSON API of numbers: what can be measured, asking for it, and defining a metric of one's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.insight import catalogue, params, queries
from watchfloor.insight.ahead import LEAST, ahead
from watchfloor.insight.own_metrics import keeping
from watchfloor.insight.own_metrics.definition import Definition
from watchfloor.kernel.errors import BadInput

router = Router(tags=["insight"])


class MetricOut(Schema):
    """One definition. ``unit``: count, share (of one), ms or number; ``direction``: which way is good; ``own``: a team's."""

    key: str
    title: str
    formula: str
    grain: str
    cohort: str
    unit: str
    direction: str
    theme: str
    owner: str
    pitfalls: str
    own: bool


class MetricsOut(Schema):
    """The catalogue, and what numbers can be split and filtered by."""

    metrics: list[MetricOut]
    dimensions: dict[str, str]


class NumbersIn(Schema):
    """A question. ``start`` and ``end`` as ``2026-11-02`` or with a time; ``interval`` (hour, day, week) gives points as well; ``by``: at
    most two dimensions; ``where``: for a dimension the values that are meant (``(none)``: not known)."""

    metrics: list[str]
    start: str
    end: str
    interval: str = ""
    by: list[str] = []
    where: dict[str, list[str]] = {}


class NumberOut(Schema):
    """One number: null where nothing was there to measure. ``before`` is the comparable period's, in ``base``'s words."""

    metric: str
    names: list[str]
    value: float | None
    before: float | None
    points: list[tuple[datetime, float | None]] = []


class NumbersOut(Schema):
    """The answer, within the asker's rights. ``base`` says what ``before`` is; empty when there is nothing to compare with."""

    base: str
    numbers: list[NumberOut]


class AheadDayOut(Schema):
    """A day to come: what is expected and between what it will lie, and the titles of what happens on it."""

    day: date
    value: float
    low: float
    high: float
    coming: list[str]


class LearntOut(Schema):
    """What a kind of event did where it touched all of the work: a day is multiplied by ``effect`` (``times``), or so much is added."""

    kind: str
    effect: float
    low: float
    high: float
    times: bool


class AheadOut(Schema):
    """The next fortnight. ``error``: mean absolute error of such forecasts in the past, ``naive`` that of repeating the week
    before, ``held`` the share of days in their interval, of ``level``. ``not_seen``: kinds of which the calendar's word is taken."""

    days: list[AheadDayOut]
    events: list[LearntOut]
    not_seen: list[str]
    error: float | None
    naive: float | None
    held: float | None
    level: float


class DefinitionIn(Schema):
    """A metric of one's own: built from pieces (see the how-to), with the example that proves it; ``seen`` is the version it changes."""

    definition: dict[str, Any]
    rows: str
    expected: str
    seen: int = 0


class DefinitionOut(Schema):
    """What was saved."""

    key: str
    version: int


@router.get("/insight/metrics", response=MetricsOut)
def list_metrics(request: HttpRequest) -> Any:
    """What can be measured, shipped and teams' own. Needs ``insight.view``."""
    needs(request, "insight.view")
    found = [{name: getattr(one, name) for name in MetricOut.model_fields} for one in catalogue.metrics().values()]
    return {"metrics": found, "dimensions": keeping.titles()}


@router.get("/insight/metrics/{key}/ahead", response=AheadOut)
def metric_ahead(
    request: HttpRequest, key: str, queue: str = "", market: str = "", policy: str = "", vendor: str = ""
) -> Any:
    """The next fortnight of a count or a sum by day, with what is known to come. Needs ``insight.view``."""
    actor = needs(request, "insight.view")
    given = {"queue": queue, "market": market, "policy": policy, "vendor": vendor}
    found = ahead(actor, key, {name: (value[:120],) for name, value in given.items() if value})
    if found.other:
        raise BadInput("not_foretold", "Only what adds up by day can be foretold: counts and sums.", where="key")
    if found.short is not None:
        raise BadInput("too_short", f"{found.short} days are known, {LEAST} are needed.", where="key")
    return {
        "level": found.level, "error": found.error, "naive": found.naive, "held": found.held,
        "days": [
            {"day": each.at.date(), "value": each.value, "low": each.low, "high": each.high, "coming": [one.title for one in each.events]}
            for each in found.days
        ],
        "events": [{name: getattr(each, name) for name in LearntOut.model_fields} for each in found.learnt],
        "not_seen": list(found.said),
    }  # fmt: skip


@router.post("/insight/metrics", response=DefinitionOut)
def define_metric(request: HttpRequest, body: DefinitionIn) -> Any:
    """Save a metric of one's own once its example holds. Needs ``metric.define``."""
    actor = needs(request, "metric.define")
    try:
        made = msgspec.convert(body.definition, Definition)
    except msgspec.ValidationError as problem:
        raise BadInput("bad_definition", f"The definition cannot be read: {problem}.", where="definition") from None
    row = keeping.save_metric(actor, made, rows=body.rows, expected=body.expected, seen=body.seen)
    return {"key": row.key, "version": row.number}


@router.post("/insight/query", response=NumbersOut)
def query_numbers(request: HttpRequest, body: NumbersIn) -> Any:
    """Numbers over a span: as a whole with points, or split by one or two dimensions. Needs ``insight.view``."""
    actor = needs(request, "insight.view")
    if not 0 < len(body.metrics) <= 20 or len(body.by) > 2:
        raise BadInput("too_many", "Ask for one to twenty metrics, by at most two dimensions.", where="metrics")
    span = queries.Span(
        start=params.moment(body.start, "start"), end=params.moment(body.end, "end"), interval=body.interval or "day",
        where={name: tuple(values) for name, values in body.where.items()},
    )  # fmt: skip
    if body.by:
        slices = queries.split(actor, span, tuple(body.by), metrics=body.metrics)
        numbers: list[dict[str, Any]] = [
            {"metric": key, "names": each.names, "value": each.values.get(key), "before": each.before.get(key)}
            for each in slices
            for key in body.metrics
        ]
        return {"base": queries.comparison(span)[1], "numbers": numbers}
    found = queries.kpis(actor, span, metrics=body.metrics)
    numbers = [
        {
            "metric": kpi.key, "names": [], "value": kpi.value, "before": kpi.before,
            "points": [(point.at, point.value) for point in kpi.series] if body.interval else [],
        }
        for kpi in found
    ]  # fmt: skip
    return {"base": found[0].base, "numbers": numbers}
