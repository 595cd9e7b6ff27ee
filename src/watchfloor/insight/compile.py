"""One compiler: metrics x dimensions x interval x filters -> one parameterised query, in the dialect that is asked for.

Every name in the SQL comes from the catalogue or from ``DIMENSIONS``; what a person typed is a parameter, or a literal that the dialect
quotes. Metrics of one source and clock share one scan. For each metric the query gives a numerator ``KEY_n`` and, where there is
one, a denominator ``KEY_d``; the value is ``n / d``, so parts of a ratio can be shown and compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from watchfloor.insight.catalogue import Metric
from watchfloor.insight.dialects import DUCK, Dialect
from watchfloor.insight.dialects.expressions import TRUE, Call, Expr, Name, OneOf, Value, either
from watchfloor.insight.parts import Part, Signed, parts_of, population
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
    rights: Expr = TRUE
    rights_values: Mapping[str, Any] = {}
    own: Mapping[str, Expr] = {}  # dimensions of teams' own, by key


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
        if name not in DIMENSIONS and name not in ask.own:
            raise BadInput(
                "unknown_dimension",
                f"{name[:60]!r} is no dimension.",
                where="by",
                hint="Known: " + ", ".join((*DIMENSIONS, *ask.own)),
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


def compile_metrics(metrics: Sequence[Metric], ask: Ask, dialect: Dialect = DUCK) -> Query:
    """The query of metrics that share source, clock and stock-ness (see ``groups``)."""
    check(ask)
    first, d = metrics[0], dialect
    conditions, values = filters(ask)
    if first.stock:
        values |= {"starts": starts(ask), "bounds": bounds(ask)}
        source = f"{d.moments()} CROSS JOIN {PLACE} AS r"
        bucket, spans = "bucket", [OPEN_THEN]
        values |= {
            "first_bound": min(bounds(ask), default=ask.start),
            "last_bound": max(bounds(ask), default=ask.start),
        }
        ever = f"r.started < {d.param('last_bound', 'moment')} AND (r.ended IS NULL OR r.ended >= {d.param('first_bound', 'moment')})"
    else:
        source, clock = f"{PLACE} AS r", first.clock
        bucket = d.truncated(ask.interval, clock) if ask.interval else clock
        spans, more = inside(ask, clock, d)
        values |= more
        if ask.shifts:
            cases = " ".join(f"WHEN {test} THEN {d.param(f'start{n}', 'moment')}" for n, test in enumerate(spans))
            bucket = f"CASE {cases} END"
    conditions.append(either([each for metric in metrics for each in population(metric)]))
    where = [*(d.write(each) for each in conditions), "(" + " OR ".join(spans) + ")"]
    if first.stock:
        where.append(ever)  # so that an engine need not hold every row against every moment
    columns = [*([f"{d.moment(bucket)} AS bucket"] if timed(ask) else [])]
    columns += [f"{d.write(dimension(name, ask))} AS {name}" for name in ask.by]
    for metric in metrics:
        numerator, denominator = parts_of(metric)
        columns.append(f"{_added(numerator, d)} AS {metric.key}_n")
        if denominator:
            columns.append(f"{_added(denominator, d)} AS {metric.key}_d")
    keys = [str(place + 1) for place in range(len(ask.by) + timed(ask))]
    tail = f" GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}" if keys else ""
    sql = f"SELECT {', '.join(columns)} FROM {source} WHERE {' AND '.join(where)}{tail}{d.settings}"
    return Query(sql, d.bind(used(sql, values)), first.source)


def compile_rows(
    metric: Metric, ask: Ask, columns: Sequence[str], *, limit: int, offset: int, dialect: Dialect = DUCK
) -> Query:
    """The rows behind a number: those its denominator (or count) is made of, newest first."""
    check(ask)
    conditions, values = filters(ask)
    conditions.append(either(population(metric)))
    values |= {"start": ask.start, "end": ask.end, "t": min(ask.end, ask.asof)}
    where = [dialect.write(each) for each in conditions]
    if metric.stock:
        t, clock = dialect.param("t", "moment"), "started"
        where.append(f"started < {t} AND (ended IS NULL OR ended >= {t})")
    else:
        clock = metric.clock
        where.append(f"{clock} >= {dialect.param('start', 'moment')} AND {clock} < {dialect.param('end', 'moment')}")
    sql = (
        f"SELECT {', '.join(columns)} FROM {PLACE} AS r WHERE {' AND '.join(where)} "
        f"ORDER BY {clock} DESC, leaf DESC LIMIT {int(limit)} OFFSET {int(offset)}"
    )
    return Query(sql, dialect.bind(used(sql, values)), metric.source)


def compile_row_count(metric: Metric, ask: Ask) -> Query:
    """How many rows ``compile_rows`` has in all."""
    query = compile_rows(metric, ask, ("leaf",), limit=10**9, offset=0)
    return Query(f"SELECT count(*) FROM ({query.sql})", query.values, query.relation)


PLACE = "{relation}"  # where a query names what it reads
FOLDER = "{folder}"  # and the folder of the roll-ups
OPEN_THEN = "(r.started < moments.t AND (r.ended IS NULL OR r.ended >= moments.t))"


def groups(metrics: Sequence[Metric]) -> list[list[Metric]]:
    """Metrics that one scan can answer, together."""
    found: dict[tuple[str, str, bool], list[Metric]] = {}
    for metric in metrics:
        found.setdefault((metric.source, metric.clock, metric.stock), []).append(metric)
    return list(found.values())


def filters(ask: Ask) -> tuple[list[Expr], dict[str, Any]]:
    """Rights and filters as conditions, with the values of all parameters they can need."""
    conditions: list[Expr] = [ask.rights]
    values: dict[str, Any] = {"asof": ask.asof, **ask.rights_values}
    for number, (name, wanted) in enumerate(sorted(ask.where.items())):
        conditions.append(OneOf(dimension(name, ask), f"w{number}"))
        values[f"w{number}"] = list(wanted)
    return conditions, values


def dimension(name: str, ask: Ask) -> Expr:
    """A dimension as text, of a missing value ``NONE``."""
    return Call("coalesce", (Call("text", (ask.own.get(name, Name(name)),)), Value(NONE)))


def inside(ask: Ask, clock: str, d: Dialect) -> tuple[list[str], dict[str, Any]]:
    """The span and its shifted ones as conditions on a clock."""
    tests: list[str] = []
    values: dict[str, Any] = {}
    for number, shift in enumerate((timedelta(0), *ask.shifts)):
        values |= {f"start{number}": ask.start - shift, f"end{number}": ask.end - shift}
        begin, end = d.param(f"start{number}", "moment"), d.param(f"end{number}", "moment")
        tests.append(f"({clock} >= {begin} AND {clock} < {end})")
    return tests, values


def timed(ask: Ask) -> bool:
    """Whether rows carry a bucket."""
    return bool(ask.interval or ask.shifts)


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


def used(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Engines refuse parameters that are not in the query."""
    names = {name for found in re.findall(r"\$(\w+)|%\((\w+)\)s|\{(\w+):", sql) for name in found}
    return {name: value for name, value in values.items() if name in names}


def _added(parts: Sequence[Signed], d: Dialect) -> str:
    sql = ""
    for sign, part in parts:
        sql += (" - " if sign < 0 else " + " if sql else "") + aggregate(part, d)
    return sql


def aggregate(part: Part, d: Dialect) -> str:
    """One aggregate over the rows of a part."""
    condition = d.write(part.where)
    if part.kind == "count":
        return d.count(condition)
    field = d.write(part.field)
    match part.kind:
        case "sum":
            return d.sum(field, condition)
        case "distinct":
            return d.distinct(field, condition)
        case "most":
            return d.most(field, condition)
        case "quantile":
            return d.quantile(field, part.q, condition)
    raise AssertionError(part.kind)
