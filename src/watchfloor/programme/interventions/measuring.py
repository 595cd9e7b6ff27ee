"""From an intervention to its result: the metric's course, that of what it did not touch, and the engine's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from watchfloor.engines.effects import Effect, before_after, best
from watchfloor.insight import catalogue, queries
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.programme.interventions import domain, money
from watchfloor.programme.interventions.access import MEASURES
from watchfloor.programme.interventions.domain import Measured
from watchfloor.programme.interventions.models import Intervention
from watchfloor.workforce.models import PublishedWeek

MOST_CONTROLS = 20
LEAST_SIZE = 0.02  # of the touched: a control that is smaller is noise
_COUNTED = frozenset({"count", "difference", "distinct", "sum"})
_SIZED = _COUNTED | {"stock_count"}


def measured(row: Intervention, until: datetime | None = None) -> Measured:
    """The effect as far as facts reach; ``unknown`` with its reason where nothing can be told."""
    metric = catalogue.metric(row.metric)
    start, end, at = domain.window(row.happened_at, until or clock.now(), row.step)
    facts: dict[str, Any] = {"step": row.step, "added": metric.kind in _COUNTED, **money.rate_of(row)}
    if end <= start:
        return _not(row, start, at, "It has not happened yet.", facts)
    touched = _course(metric, row, start, end)
    others = _others(metric, row, start, end)
    first = min(domain.begun({"": touched}), at)
    if metric.kind not in _SIZED:
        first = next((place for place, value in enumerate(touched[:at]) if value is not None), at)
    start, at, touched = start + first * domain.STEP[row.step], at - first, touched[first:]
    line = domain.filled(touched)
    if line is None:
        return _not(row, start, at, "The metric has no value at more than a tenth of the steps.", facts)
    actual, gaps = line
    controls = _usable(others, first, actual, at, sized=metric.kind in _SIZED)
    facts |= {"start": start, "at": at, "actual": actual, "filled": gaps}
    season = domain.SEASON[row.step]
    if controls:
        told = best(actual, controls, at, season=season, scaled=metric.kind in _SIZED)
    else:
        told = before_after(actual, at, season=season)
    return Measured(outcome=domain.outcome(told, row.expected_change), effect=told, **facts)


def _not(row: Intervention, start: datetime, at: int, why: str, facts: dict[str, Any]) -> Measured:
    told = Effect(method="before_after", level=0.95, enough=False, why=why)
    return Measured(outcome="unknown", effect=told, start=start, at=at, **facts)


def published(metric: Metric) -> bool:
    """Whether it is of the weeks that are published of well-being: a week's figure stands on the Monday after."""
    return "wellbeing.week" in metric.where


def _span(row: Intervention, start: datetime, end: datetime, where: dict[str, tuple[str, ...]]) -> Span:
    late = domain.WEEK if row.step == "week" else timedelta(0)
    return Span(start=start + late, end=end + late, interval=row.step, where=where)


def _told(row: Intervention, points: Sequence[queries.Point]) -> list[float | None]:
    """Values by step; a week that was not published has none, which is not nought."""
    if row.step != "week" or not points:
        return [each.value for each in points]
    out = set(
        PublishedWeek.objects.filter(week__gte=(points[0].at - domain.WEEK).date()).values_list("week", flat=True)
    )
    return [(each.value or 0.0) if (each.at - domain.WEEK).date() in out else None for each in points]


def _course(metric: Metric, row: Intervention, start: datetime, end: datetime) -> list[float | None]:
    where = {name: tuple(values) for name, values in row.filters.items()}
    with transaction.atomic():
        points = queries.series(MEASURES, _span(row, start, end, where), [metric])
    return _told(row, points[metric.key])


def _others(metric: Metric, row: Intervention, start: datetime, end: datetime) -> dict[str, list[float | None]]:
    """What was not touched: other values of a dimension, under the same filters otherwise."""
    by = row.controls.get("by")
    if not by:
        return {}
    where = {name: tuple(values) for name, values in row.filters.items() if name != by}
    if row.controls.get("values"):
        where[by] = tuple(row.controls["values"])
    found = queries.series_by(MEASURES, _span(row, start, end, where), metric.key, by)
    own = set(row.filters.get(by, ()))
    return {
        name: _told(row, points)
        for name, points in found.items()
        if name is not None and name not in own and name != ""
    }


def _usable(
    others: dict[str, list[float | None]], first: int, actual: list[float], at: int, *, sized: bool
) -> dict[str, list[float]]:
    """Controls with a whole course and, of counts, some size; the biggest where there are many."""
    found = {}
    for name, values in others.items():
        line = domain.filled(values[first:])
        if line is not None and len(line[0]) == len(actual):
            found[name] = line[0]
    if sized and at:
        own = sum(actual[:at])
        found = {name: line for name, line in found.items() if sum(line[:at]) >= LEAST_SIZE * own > 0}
    biggest = sorted(found, key=lambda name: -abs(sum(found[name][:at])))[:MOST_CONTROLS]
    return {name: found[name] for name in sorted(biggest)}
