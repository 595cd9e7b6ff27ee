"""The hourly table of a watched metric, from the lake in one question; restricted facts are never in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from watchfloor.insight import catalogue, lake
from watchfloor.insight.compile import Ask, Query, compile_metrics
from watchfloor.insight.dialects import DUCK
from watchfloor.insight.dialects.expressions import either, parse
from watchfloor.insight.flatten import naive
from watchfloor.insight.parts import population
from watchfloor.insight.spikes.domain.watched import Watched
from watchfloor.insight.spikes.stored import filters
from watchfloor.kernel import clock

OPEN_FACTS = "(clearance IS NULL OR clearance = '')"  # what may be counted in a spike
RIGHTS = parse(OPEN_FACTS)


def hours(watched: Watched, start: datetime, end: datetime) -> pl.DataFrame:
    """Columns ``hour``, the dimensions, ``n`` and, for ratios, ``d``; only hours and slices in which something was.

    Of a stock ``n`` is what came less what went, and the first hour holds what was there before (see ``domain.stocks``).
    """
    if watched.stock:
        return _changes(watched, start, end)
    ask = Ask(
        start=naive(start), end=naive(end), asof=naive(clock.now()), interval="hour", by=watched.dims, rights=RIGHTS
    )
    metric = catalogue.metric(watched.key)
    rows = lake.answer(compile_metrics([metric], ask), ask.start, ask.end)
    numbers = ["n", "d"] if watched.ratio else ["n"]
    schema: dict[str, Any] = {
        "hour": pl.Datetime("us"),
        **dict.fromkeys(watched.dims, pl.String),
        **dict.fromkeys(numbers, pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(numbers).fill_null(0.0))


def _changes(watched: Watched, start: datetime, end: datetime) -> pl.DataFrame:
    metric = catalogue.metric(watched.key)
    names = [f"coalesce({name}::VARCHAR, '(none)') AS {name}" for name in watched.dims]
    hour, each = (
        "greatest(date_trunc('hour', {0}), $first::TIMESTAMP) AS hour",
        f"({DUCK.write(either(population(metric)))})",
    )
    ways = [
        f"SELECT {hour.format(at)}, {', '.join(names)}, {sign} AS n FROM {{relation}} AS r "
        f"WHERE {OPEN_FACTS} AND {each} AND {at} < $end"
        for at, sign in (("started", 1), ("ended", -1))
    ]
    sql = f"SELECT hour, {', '.join(watched.dims)}, sum(n)::DOUBLE AS n FROM ({' UNION ALL '.join(ways)}) GROUP BY ALL HAVING sum(n) <> 0"
    values = {"first": naive(start) - timedelta(hours=1), "end": naive(end)}
    schema: dict[str, Any] = {"hour": pl.Datetime("us"), **dict.fromkeys(watched.dims, pl.String), "n": pl.Float64}
    rows = lake.answer(Query(sql, values, metric.source))
    return pl.DataFrame(rows, schema=schema, orient="row")


def flows(
    watched: Watched, where: Mapping[str, str], spans: Sequence[tuple[datetime, datetime]]
) -> list[tuple[float, float, float]]:
    """Of a stock's slice in each span: there at its start, come in it, gone in it."""
    metric = catalogue.metric(watched.key)
    names = sorted(where)
    tests = "".join(f" AND coalesce({name}::VARCHAR, '(none)') = $w{place}" for place, name in enumerate(names))
    values: dict[str, Any] = {f"w{place}": where[name] for place, name in enumerate(names)}
    columns = []
    for place, (start, end) in enumerate(spans):
        values |= {f"start{place}": naive(start), f"end{place}": naive(end)}
        columns += [
            f"count(*) FILTER (WHERE started < $start{place} AND (ended IS NULL OR ended >= $start{place}))",
            f"count(*) FILTER (WHERE started >= $start{place} AND started < $end{place})",
            f"count(*) FILTER (WHERE ended >= $start{place} AND ended < $end{place})",
        ]
    sql = f"SELECT {', '.join(columns)} FROM {{relation}} AS r WHERE {OPEN_FACTS} AND ({DUCK.write(either(population(metric)))}){tests}"
    row = lake.answer(Query(sql, values, metric.source))[0]
    return [(float(row[at]), float(row[at + 1]), float(row[at + 2])) for at in range(0, len(row), 3)]


def days(watched: Watched, end: datetime, count: int) -> pl.DataFrame:
    """A ratio by day, as ``drifting.drifts`` wants it."""
    metric = catalogue.metric(watched.key)
    start = end - timedelta(days=count)
    back = ((pl.lit(naive(end)) - pl.col("hour")).dt.total_seconds() - 3600) // 86_400
    if metric.kind != "mean":
        frame = hours(watched, start, end).with_columns(back=back.cast(pl.Int64), m=pl.col("n"), q=pl.col("n"))
        return frame.drop("hour")
    field = DUCK.write(parse(metric.field))
    names = [f"coalesce({name}::VARCHAR, '(none)') AS {name}" for name in watched.dims]
    sql = (
        f"SELECT date_diff('second', {metric.clock}, $end::TIMESTAMP) // 86400 AS back, {', '.join(names)}, sum({field})::DOUBLE, "
        f"count(*)::DOUBLE, sum(ln(greatest({field}, 1))), sum(ln(greatest({field}, 1)) ** 2) FROM {{relation}} AS r "
        f"WHERE {OPEN_FACTS} AND ({DUCK.write(either(population(metric)))}) AND {metric.clock} >= $start AND {metric.clock} < $end "
        f"AND {field} IS NOT NULL GROUP BY ALL"
    )
    rows = lake.answer(Query(sql, {"start": naive(start), "end": naive(end)}, metric.source), naive(start), naive(end))
    schema: dict[str, Any] = {
        "back": pl.Int64, **dict.fromkeys(watched.dims, pl.String), **dict.fromkeys(("n", "d", "m", "q"), pl.Float64),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def leaf_times(
    watched: Watched, start: datetime, end: datetime, base: tuple[datetime, datetime], fixed: Mapping[str, str]
) -> pl.DataFrame:
    """A mean of times in a window and in what it is compared with: dimensions, then for both (``real``, ``base``) the sum ``_n``, the
    number ``_d``, and ``_m``, ``_q``, sum and sum of squares of the logarithms. Moments are UTC without a zone."""
    metric = catalogue.metric(watched.key)
    field = DUCK.write(parse(metric.field))
    inside = {
        "real": f"{metric.clock} >= $start AND {metric.clock} < $end",
        "base": f"{metric.clock} >= $since AND {metric.clock} < $until",
    }
    sums = {
        "n": f"sum({field}::DOUBLE)",
        "d": "count(*)",
        "m": f"sum(ln(greatest({field}, 1)))",
        "q": f"sum(ln(greatest({field}, 1)) ** 2)",
    }
    asked = [f"{sql} FILTER (WHERE {inside[side]})" for side in inside for sql in sums.values()]
    names = [f"coalesce({name}::VARCHAR, '(none)') AS {name}" for name in watched.dims]
    tests = [f"coalesce({name}::VARCHAR, '(none)') = $w{place}" for place, name in enumerate(fixed)]
    conditions = " AND ".join(
        [
            OPEN_FACTS,
            f"({DUCK.write(either(population(metric)))})",
            f"({inside['real']} OR {inside['base']})",
            f"{field} IS NOT NULL",
            *tests,
        ]
    )
    sql = f"SELECT {', '.join(names)}, {', '.join(asked)} FROM {{relation}} AS r WHERE {conditions} GROUP BY ALL"
    since, until = base
    values: dict[str, Any] = {"start": start, "end": end, "since": since, "until": until}
    values |= {f"w{place}": value for place, value in enumerate(fixed.values())}
    rows = lake.answer(Query(sql, values, metric.source), min(start, since), max(end, until))
    columns = [f"{side}_{name}" for side in inside for name in sums]
    schema: dict[str, Any] = {**dict.fromkeys(watched.dims, pl.String), **dict.fromkeys(columns, pl.Float64)}
    return (
        pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(columns).fill_null(0.0)).sort(watched.dims)
    )


def parts(
    metrics: Sequence[str], start: datetime, end: datetime, where: Mapping[str, str]
) -> dict[str, tuple[float | None, float | None]]:
    """Numerator and denominator (None: there is none) of metrics of one slice and span."""
    ask = Ask(start=naive(start), end=naive(end), asof=naive(clock.now()), where=filters(where), rights=RIGHTS)
    found: dict[str, tuple[float | None, float | None]] = {}
    for key in metrics:
        rows = lake.answer(compile_metrics([catalogue.metric(key)], ask), ask.start, ask.end)
        row = rows[0] if rows else (None,)
        found[key] = (_number(row[0]), _number(row[1]) if len(row) > 1 else None)
    return found


def moments(watched: Watched, where: Mapping[str, str], start: datetime, end: datetime, step: timedelta) -> list[float]:
    """How many there were in each step of ``[start, end)``."""
    metric = catalogue.metric(watched.key)
    names = sorted(where)
    tests = [f"coalesce({name}::VARCHAR, '(none)') = $w{place}" for place, name in enumerate(names)]
    values: dict[str, Any] = {"start": naive(start), "end": naive(end), "step": int(step.total_seconds())}
    values |= {f"w{place}": where[name] for place, name in enumerate(names)}
    conditions = " AND ".join(
        [
            OPEN_FACTS,
            f"({DUCK.write(either(population(metric)))})",
            f"{metric.clock} >= $start",
            f"{metric.clock} < $end",
            *tests,
        ]
    )
    sql = (
        f"SELECT date_diff('second', $start::TIMESTAMP, {metric.clock}) // $step AS place, count(*) FROM {{relation}} AS r "
        f"WHERE {conditions} GROUP BY 1"
    )
    counts = dict(lake.answer(Query(sql, values, metric.source), naive(start), naive(end)))
    return [float(counts.get(place, 0)) for place in range(int((end - start) / step))]


def came_late(
    watched: Watched, where: Mapping[str, str], start: datetime, end: datetime, leaf: int
) -> tuple[float, float]:
    """Of what is counted in a slice: how many facts were exported only after ``leaf``, and how many before."""
    metric = catalogue.metric(watched.key)
    names = sorted(where)
    tests = "".join(f" AND coalesce({name}::VARCHAR, '(none)') = $w{place}" for place, name in enumerate(names))
    values: dict[str, Any] = {"start": naive(start), "end": naive(end), "leaf": leaf}
    values |= {f"w{place}": where[name] for place, name in enumerate(names)}
    sql = (
        "SELECT count(*) FILTER (WHERE leaf >= $leaf), count(*) FILTER (WHERE leaf < $leaf) FROM {relation} AS r "
        f"WHERE {OPEN_FACTS} AND ({DUCK.write(either(population(metric)))}) AND {metric.clock} >= $start AND {metric.clock} < $end{tests}"
    )
    late, before = lake.answer(Query(sql, values, metric.source), naive(start), naive(end))[0]
    return float(late), float(before)


def first_hour() -> datetime | None:
    """The first hour of which there are facts."""
    from watchfloor.insight.models import FactFile

    return FactFile.objects.filter(replaced_at__isnull=True).order_by("hour").values_list("hour", flat=True).first()


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
