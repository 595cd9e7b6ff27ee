"""One compiler: metrics x dimensions x interval x filters -> one parameterised DuckDB query.

Every name in the SQL comes from the catalogue or from ``DIMENSIONS``; what a person typed is only ever a parameter. Metrics of
one source and clock share one scan. For each metric the query gives a numerator ``KEY_n`` and, where there is one, a
denominator ``KEY_d``; the value is ``n / d``, so parts of a ratio can be shown and compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from watchfloor.insight.catalogue import Metric
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel.errors import BadInput

INTERVALS: dict[str, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
NONE = "(none)"  # how a missing value of a dimension is called in filters and tables


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted: UTC without zone, ``[start, end)``; ``asof`` is the moment that counts as now."""

    start: datetime
    end: datetime
    asof: datetime
    interval: str = ""  # "" = the whole span in one | hour | day | week
    shifts: tuple[timedelta, ...] = ()  # also the span so much earlier, for comparison; not with an interval
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = {}
    rights: str = "true"
    rights_values: Mapping[str, Any] = {}


class Query(msgspec.Struct, frozen=True):
    """SQL over ``{relation}``, which the lake puts in; a derived one needs facts from before ``start`` too."""

    sql: str
    values: dict[str, Any]
    relation: str


def check(ask: Ask) -> None:
    """Refuse names that are not known and spans that make no sense.

    Raises:
        BadInput: with the place and the known names.
    """
    if ask.interval and ask.interval not in INTERVALS:
        raise BadInput(
            "unknown_interval", f"{ask.interval[:20]!r} is no interval.", where="interval", hint="hour, day, week"
        )
    for name in (*ask.by, *ask.where):
        if name not in DIMENSIONS:
            raise BadInput(
                "unknown_dimension",
                f"{name[:60]!r} is no dimension.",
                where="by",
                hint="Known: " + ", ".join(DIMENSIONS),
            )
    if ask.shifts and ask.interval:
        raise AssertionError("shifts are compared as a whole")
    if ask.end <= ask.start:
        raise BadInput("empty_span", "The span ends before it starts.", where="to", hint="Choose a later end.")
    if ask.interval and (ask.end - ask.start) / INTERVALS[ask.interval] > 2_000:
        raise BadInput(
            "too_many_points",
            "That span has more than 2,000 intervals.",
            where="interval",
            hint="Use a longer interval.",
        )


def compile_metrics(metrics: Sequence[Metric], ask: Ask) -> Query:
    """The query of metrics that share source, clock and stock-ness (see ``groups``)."""
    check(ask)
    first = metrics[0]
    values: dict[str, Any] = {"asof": ask.asof, **ask.rights_values}
    conditions = [f"({ask.rights})"]
    for number, (name, wanted) in enumerate(sorted(ask.where.items())):
        conditions.append(f"list_contains($w{number}, coalesce({name}::VARCHAR, '{NONE}'))")
        values[f"w{number}"] = list(wanted)
    if first.stock:
        values |= {"starts": starts(ask), "bounds": bounds(ask)}
        source = (
            "(SELECT unnest($starts) AS bucket, unnest($bounds) AS t) AS moments JOIN {relation} AS r "
            "ON r.started < moments.t AND (r.ended IS NULL OR r.ended >= moments.t)"
        )
        bucket = "bucket"
    else:
        source, clock = "{relation} AS r", first.clock
        bucket = f"date_trunc('{ask.interval}', {clock})"
        spans = [(ask.start - shift, ask.end - shift) for shift in (timedelta(0), *ask.shifts)]
        for number, (start, end) in enumerate(spans):
            values |= {f"start{number}": start, f"end{number}": end}
        inside = [f"({clock} >= $start{number} AND {clock} < $end{number})" for number in range(len(spans))]
        conditions.append(f"({' OR '.join(inside)})")
        if ask.shifts:
            cases = " ".join(f"WHEN {test} THEN $start{number}" for number, test in enumerate(inside))
            bucket = f"CASE {cases} END"
    conditions.append("(" + " OR ".join(sorted({f"({_population(metric)})" for metric in metrics})) + ")")
    dims = [f"coalesce({name}::VARCHAR, '{NONE}') AS {name}" for name in ask.by]
    timed = bool(ask.interval or ask.shifts)
    columns = [*([f"{bucket}::TIMESTAMP AS bucket"] if timed else []), *dims]
    for metric in metrics:
        numerator, denominator = _parts(metric)
        columns.append(f"{numerator} AS {metric.key}_n")
        if denominator:
            columns.append(f"{denominator} AS {metric.key}_d")
    keys = [str(place + 1) for place in range(len(ask.by) + timed)]
    tail = f" GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}" if keys else ""
    sql = f"SELECT {', '.join(columns)} FROM {source} WHERE {' AND '.join(conditions)}{tail}"
    return Query(sql, _used(sql, values), first.source)


def compile_rows(metric: Metric, ask: Ask, columns: Sequence[str], *, limit: int, offset: int) -> Query:
    """The rows behind a number: those its denominator (or count) is made of, newest first."""
    check(ask)
    values: dict[str, Any] = {"asof": ask.asof, "start": ask.start, "end": ask.end, **ask.rights_values}
    conditions = [f"({ask.rights})", f"({_population(metric)})"]
    for number, (name, wanted) in enumerate(sorted(ask.where.items())):
        conditions.append(f"list_contains($w{number}, coalesce({name}::VARCHAR, '{NONE}'))")
        values[f"w{number}"] = list(wanted)
    if metric.stock:
        values["t"] = min(ask.end, ask.asof)
        conditions.append("started < $t AND (ended IS NULL OR ended >= $t)")
        clock = "started"
    else:
        clock = metric.clock
        conditions.append(f"{clock} >= $start AND {clock} < $end")
    sql = (
        f"SELECT {', '.join(columns)} FROM {{relation}} AS r WHERE {' AND '.join(conditions)} "
        f"ORDER BY {clock} DESC, leaf DESC LIMIT {int(limit)} OFFSET {int(offset)}"
    )
    return Query(sql, _used(sql, values), metric.source)


def compile_row_count(metric: Metric, ask: Ask) -> Query:
    """How many rows ``compile_rows`` has in all."""
    query = compile_rows(metric, ask, ("leaf",), limit=10**9, offset=0)
    return Query(f"SELECT count(*) FROM ({query.sql})", query.values, query.relation)


def groups(metrics: Sequence[Metric]) -> list[list[Metric]]:
    """Metrics that one scan can answer, together."""
    found: dict[tuple[str, str, bool], list[Metric]] = {}
    for metric in metrics:
        found.setdefault((metric.source, metric.clock, metric.stock), []).append(metric)
    return list(found.values())


def starts(ask: Ask) -> list[datetime]:
    """The interval starts within the span that are not in the future."""
    if not ask.interval:
        return [ask.start - shift for shift in (timedelta(0), *ask.shifts)]
    step, moment = INTERVALS[ask.interval], floor(ask.start, ask.interval)
    found = []
    while moment < min(ask.end, ask.asof):
        found.append(moment)
        moment += step
    return found


def bounds(ask: Ask) -> list[datetime]:
    """The moments at which a stock is read: the end of each interval, or now."""
    last = min(ask.end, ask.asof)
    if not ask.interval:
        return [last, *(ask.end - shift for shift in ask.shifts)]
    return [min(moment + INTERVALS[ask.interval], last) for moment in starts(ask)]


def floor(moment: datetime, interval: str) -> datetime:
    """The start of the interval a moment is in; weeks begin on Monday."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == "hour":
        return day.replace(hour=moment.hour)
    return day if interval == "day" else day - timedelta(days=day.weekday())


def _used(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    """DuckDB refuses parameters that are not in the query."""
    names = set(re.findall(r"\$(\w+)", sql))
    return {name: value for name, value in values.items() if name in names}


def _population(metric: Metric) -> str:
    if metric.kind == "difference":
        return f"({metric.where}) OR ({metric.minus})"
    if metric.kind == "sums":
        return f"({metric.where}) OR ({metric.over})"
    if metric.kind == "ratio":
        less = f" OR ({metric.minus})" if metric.minus else ""
        return f"({metric.where}) OR ({metric.over}){less}"
    return metric.where


def _parts(metric: Metric) -> tuple[str, str]:
    """Numerator and denominator; no denominator = the numerator is the value."""
    chosen = f"FILTER (WHERE {metric.where})"
    count = f"count(*) {chosen}"
    match metric.kind:
        case "count" | "stock_count":
            return count, ""
        case "difference":
            return f"{count} - count(*) FILTER (WHERE {metric.minus})", ""
        case "distinct":
            return f"count(DISTINCT {metric.field}) {chosen}", ""
        case "share" | "stock_share":
            return f"count(*) FILTER (WHERE ({metric.where}) AND ({metric.of}))", count
        case "ratio":
            less = f" - count(*) FILTER (WHERE {metric.minus})" if metric.minus else ""
            return f"count(*) FILTER (WHERE {metric.over})", count + less
        case "sum":
            return f"sum({metric.field}) {chosen}", ""
        case "sums":
            return f"sum({metric.field}) FILTER (WHERE {metric.over})", f"sum({metric.field}) {chosen}"
        case "mean":
            return f"sum({metric.field}) {chosen}", count
        case "quantile" | "stock_quantile":
            return f"quantile_cont({metric.field}, {metric.q}) {chosen}", ""
        case "stock_max":
            return f"max({metric.field}) {chosen}", ""
    raise AssertionError(metric.kind)
