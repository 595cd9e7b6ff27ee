"""Readers of the numbers: KPIs with what they are compared to, series, splits, and the rows behind. All limited to the actor's rights.

Times in and out know their zone; inside, the lake speaks UTC without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_

from watchfloor.identity.domain import Actor
from watchfloor.insight import answering, catalogue, facts, lake, persons, relations, rights
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import (
    PLACE,
    Ask,
    Query,
    compile_row_count,
    compile_rows,
    filters,
    groups,
    starts,
    used,
)
from watchfloor.insight.dialects import DUCK
from watchfloor.insight.flatten import naive
from watchfloor.insight.own_metrics import keeping
from watchfloor.insight.rollups import generations
from watchfloor.kernel import clock

WEEK = timedelta(days=7)


class Point(msgspec.Struct, frozen=True):
    """One interval of a series; ``value`` is None where there is nothing to divide by."""

    at: datetime
    value: float | None


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """A metric over a span. ``base`` names in words what ``before`` is; ``""`` when nothing is there to compare with."""

    key: str
    title: str
    unit: str
    direction: str
    value: float | None
    before: float | None
    base: str
    series: list[Point]


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a split: the values of the dimensions, and each metric's value now and before."""

    names: tuple[str, ...]
    values: dict[str, float | None]
    before: dict[str, float | None]


class Rows(msgspec.Struct, frozen=True):
    """The rows behind a number."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    total: int


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at: a span, an interval for series, filters by dimension."""

    start: datetime
    end: datetime
    interval: str = "day"
    where: Mapping[str, tuple[str, ...]] = {}


def kpis(
    actor: Actor,
    span: Span,
    *,
    metrics: Sequence[str] | None = None,
    permission: str = "insight.view",
    compare: bool = True,
) -> list[Kpi]:
    """Metrics (all of the catalogue unless named) over a span, each with its comparison and its series."""
    chosen = [catalogue.metric(key) for key in metrics] if metrics is not None else list(catalogue.metrics().values())
    shifts, base = comparison(span) if compare else ((), "")
    of = lake.state()
    both = (_ask(actor, span, permission, shifts=shifts), _ask(actor, span, permission, interval=span.interval))
    answering.beforehand(((group, ask) for ask in both for group in groups(chosen)), of)
    now, before = _totals(actor, span, chosen, shifts, permission, of)
    lines = series(actor, span, chosen, permission=permission, of=of)
    return [
        Kpi(
            key=each.key, title=each.title, unit=each.unit, direction=each.direction, value=now.get(each.key),
            before=before.get(each.key), base=base, series=lines[each.key],
        )
        for each in chosen
    ]  # fmt: skip


def series(
    actor: Actor,
    span: Span,
    metrics: Sequence[Metric],
    *,
    permission: str = "insight.view",
    of: lake.State | None = None,
) -> dict[str, list[Point]]:
    """Each metric by interval. An interval without rows is 0 for counts and a gap for everything else."""
    ask = _ask(actor, span, permission, interval=span.interval)
    buckets, of = starts(ask), of or lake.state()
    found: dict[str, list[Point]] = {}
    for group in groups(metrics):
        rows, places = {row[0]: row[1:] for row in answering.rows(group, ask, of)}, _places(group)
        for metric in group:
            found[metric.key] = [
                Point(bucket.replace(tzinfo=UTC), _value(metric, places, rows.get(bucket))) for bucket in buckets
            ]
    return found


def fractions(actor: Actor, span: Span, metric: Metric) -> dict[datetime, tuple[float, float]]:
    """What a divided metric is made of, by interval: numerator and denominator, where there is something to divide by."""
    ask = _ask(actor, span, interval=span.interval)
    found = {}
    for bucket, *row in answering.rows([metric], ask, lake.state()):
        above, below = _parts(metric, _places([metric]), row)
        if below:
            found[bucket.replace(tzinfo=UTC)] = (float(above or 0), float(below))
    return found


def parts(actor: Actor, span: Span, metrics: Sequence[Metric]) -> dict[str, dict[datetime, tuple[float, float | None]]]:
    """What each metric is made of, by interval: numerator and denominator (None where it is not divided); for intervals of trust."""
    ask, of = _ask(actor, span, interval=span.interval), lake.state()
    found: dict[str, dict[datetime, tuple[float, float | None]]] = {metric.key: {} for metric in metrics}
    for group in groups(metrics):
        places = _places(group)
        for bucket, *row in answering.rows(group, ask, of):
            for metric in group:
                above, below = _parts(metric, places, row)
                share = float(below or 0) if _divided(metric) else None
                found[metric.key][bucket.replace(tzinfo=UTC)] = (float(above or 0), share)
    return found


def later(actor: Actor, span: Span, leaf: int) -> int:
    """How many facts of a span came into the lake at ``leaf`` or after it, of those the actor may see."""
    ask = _ask(actor, span)
    conditions, values = filters(ask)
    where = [DUCK.write(each) for each in conditions]
    where.append("moment >= $start AND moment < $end AND leaf >= $leaf")
    sql = f"SELECT count(*) FROM {PLACE} AS r WHERE {' AND '.join(where)}"
    query = Query(sql, used(sql, {**values, "start": ask.start, "end": ask.end, "leaf": leaf}), "facts")
    return int(lake.answer(query, ask.start, ask.end)[0][0])


def series_by(
    actor: Actor, span: Span, metric_key: str, dimension: str, *, permission: str = "insight.view"
) -> dict[str, list[Point]]:
    """One metric by interval for each value of a dimension."""
    metric = catalogue.metric(metric_key)
    ask = _ask(actor, span, permission, interval=span.interval, by=(dimension,))
    buckets = starts(ask)
    places, rows = _places([metric]), dict[str, dict[datetime, tuple[Any, ...]]]()
    for bucket, name, *parts in answering.rows([metric], ask, lake.state()):
        rows.setdefault(name, {})[bucket] = tuple(parts)
    return {
        name: [Point(bucket.replace(tzinfo=UTC), _value(metric, places, found.get(bucket))) for bucket in buckets]
        for name, found in rows.items()
    }


def split(actor: Actor, span: Span, by: tuple[str, ...], *, metrics: Sequence[str], limit: int = 200) -> list[Slice]:
    """Metrics by one or more dimensions, now and in the comparable period; the biggest first (by the first metric)."""
    chosen = [catalogue.metric(key) for key in metrics]
    shifts, _ = comparison(span)
    ask = _ask(actor, span, shifts=shifts, by=by)
    current: dict[tuple[str, ...], dict[str, float | None]] = {}
    earlier: dict[tuple[str, ...], dict[str, float | None]] = {}
    depth, of = len(by), lake.state()
    answering.beforehand(((group, ask) for group in groups(chosen)), of)
    for group in groups(chosen):
        places = _places(group)
        cells: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for row in answering.rows(group, ask, of):
            moment, names, parts = (row[0], row[1 : depth + 1], row[depth + 1 :]) if shifts else (
                ask.start, row[:depth], row[depth:]
            )  # fmt: skip
            if moment == ask.start:
                current.setdefault(names, {}).update({m.key: _value(m, places, parts) for m in group})
            else:
                cells.setdefault(names, []).append(parts)
        for names, many in cells.items():
            earlier.setdefault(names, {}).update({m.key: _pooled(m, places, many, len(shifts)) for m in group})
    slices = [
        Slice(
            names=names,
            values={m.key: current[names].get(m.key, _value(m, {}, None)) for m in chosen},
            before=earlier.get(names, {}),
        )
        for names in current
    ]
    slices.sort(key=lambda each: -(each.values[chosen[0].key] or 0))
    return slices[:limit]


def rows_behind(actor: Actor, span: Span, metric_key: str, *, limit: int = 100, offset: int = 0) -> Rows:
    """The facts (or jobs, cases ...) that a number is made of, newest first, within the actor's rights."""
    metric = catalogue.metric(metric_key)
    columns = relations.ROW_COLUMNS[metric.source]
    ask, shown = persons.rows(_ask(actor, span), metric.source), persons.columns(columns, metric.source)
    total = lake.answer(compile_row_count(metric, ask), ask.start, ask.end)[0][0]
    rows = lake.answer(compile_rows(metric, ask, shown, limit=limit, offset=offset), ask.start, ask.end)
    return Rows(columns, rows, int(total))


def values_of(actor: Actor, span: Span, dimension: str) -> list[str]:
    """The values a dimension has in the span, the most frequent first (for filters)."""
    return [
        each.names[0] for each in split(actor, span, (dimension,), metrics=["jobs_solved", "incoming_total", "reports"])
    ]


class Fresh(msgspec.Struct, frozen=True):
    """What a page says of its numbers: until when a big lake is rolled up (None: read as it is), and of late facts within a day."""

    rolled_up_at: datetime | None
    late_at: datetime | None
    late_from: datetime | None
    late_facts: int


def fresh() -> Fresh:
    """Of the numbers as they are now."""
    known = facts.freshness()
    made = generations.current() if lake.state().folder is not None else None
    if known.late_at is None or clock.now() - known.late_at > timedelta(days=1):
        return Fresh(made.made_at if made else None, None, None, 0)
    return Fresh(made.made_at if made else None, known.late_at, known.late_from, known.late_facts)


def trial(actor: Actor, span: Span, metric: Metric) -> tuple[float | None, list[Point]]:
    """A metric that is not in the catalogue (yet): its value over a span, and its series."""
    now, _ = _totals(actor, span, [metric], (), "insight.view", lake.state())
    return now.get(metric.key), series(actor, span, [metric])[metric.key]


VS_DAYS = {
    1: N_("vs the %(day)s before"), 2: N_("vs two %(day)ss"), 3: N_("vs three %(day)ss"), 4: N_("vs four %(day)ss"),
}  # fmt: skip
VS_WEEKS = {
    1: N_("vs the week before"), 2: N_("vs two weeks"), 3: N_("vs three weeks"), 4: N_("vs four weeks"),
}  # fmt: skip


def comparison(span: Span) -> tuple[tuple[timedelta, ...], str]:
    """What a span is compared with: the same weekdays of up to four weeks before; a longer span with the one before it."""
    first = _first_fact()
    length = span.end - span.start
    if first is None:
        return (), ""
    if length <= WEEK:
        shifts = tuple(WEEK * n for n in range(1, 5) if span.start - WEEK * n >= first)
        if shifts:
            if length <= timedelta(days=1):
                return shifts, gettext(VS_DAYS[len(shifts)]) % {"day": date_format(span.start, "l")}
            return shifts, gettext(VS_WEEKS[len(shifts)])
    # Compare with the stretch before even where its beginning is missing by less than a day.
    if span.start - length >= first - timedelta(days=1):
        return (length,), gettext("vs the period before")
    return (), ""


def _first_fact() -> datetime | None:
    from watchfloor.insight.models import FactFile

    return FactFile.objects.filter(replaced_at__isnull=True).order_by("hour").values_list("hour", flat=True).first()


def _totals(
    actor: Actor,
    span: Span,
    metrics: Sequence[Metric],
    shifts: tuple[timedelta, ...],
    permission: str,
    of: lake.State,
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    ask = _ask(actor, span, permission, shifts=shifts)
    now: dict[str, float | None] = {}
    before: dict[str, float | None] = {}
    for group in groups(metrics):
        rows, places = answering.rows(group, ask, of), _places(group)
        if shifts:
            current = next((row[1:] for row in rows if row[0] == ask.start), None)
            earlier = [row[1:] for row in rows if row[0] != ask.start]
        else:
            current, earlier = (rows[0] if rows else None), []
        for metric in group:
            now[metric.key] = _value(metric, places, current)
            if shifts:
                before[metric.key] = _pooled(metric, places, earlier, len(shifts))
    return now, before


def _ask(actor: Actor, span: Span, permission: str = "insight.view", **more: Any) -> Ask:
    allowed, values = rights.expression(actor, permission)
    now = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)  # so that answers can be kept for a while
    return Ask(
        start=naive(span.start), end=naive(span.end), asof=naive(now), where=span.where, rights=allowed,
        rights_values=values, own=keeping.expressions(), **more,
    )  # fmt: skip


def _places(group: Sequence[Metric]) -> dict[str, int]:
    """Where each metric's numerator is in a row of its group (see ``compile``)."""
    found, place = {}, 0
    for each in group:
        found[each.key] = place
        place += 2 if _divided(each) else 1
    return found


def _parts(metric: Metric, places: Mapping[str, int], row: Sequence[Any]) -> tuple[Any, Any]:
    """A metric's numerator and denominator in a row of its group (see ``compile``)."""
    place = places[metric.key]
    return row[place], row[place + 1] if _divided(metric) else None


def _divided(metric: Metric) -> bool:
    return metric.kind in {"share", "stock_share", "ratio", "mean", "sums"}


def _counted(metric: Metric) -> bool:
    return metric.kind in {"count", "difference", "distinct", "stock_count"}


def _value(metric: Metric, places: Mapping[str, int], row: Sequence[Any] | None) -> float | None:
    if row is None:
        return 0.0 if _counted(metric) else None
    above, below = _parts(metric, places, row)
    if _divided(metric):
        return float(above or 0) / float(below) if below else None
    return None if above is None else float(above)


def _pooled(metric: Metric, places: Mapping[str, int], rows: Sequence[Sequence[Any]], spans: int) -> float | None:
    """One value for several earlier spans: ratios from their summed parts, counts as the mean of the spans."""
    parts = [_parts(metric, places, row) for row in rows]
    if _divided(metric):
        below = sum(float(part[1] or 0) for part in parts)
        return sum(float(part[0] or 0) for part in parts) / below if below else None
    if _counted(metric):
        return sum(float(part[0] or 0) for part in parts) / spans
    known = [float(part[0]) for part in parts if part[0] is not None]
    return sum(known) / len(known) if known else None
