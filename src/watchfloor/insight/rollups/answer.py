"""From a question to a roll-up: does it fit, and what does the roll-up say. Rows look as the compiler's query over facts gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import PLACE, Ask, Query, dimension, filters, inside, timed, used
from watchfloor.insight.dialects import DUCK
from watchfloor.insight.dialects.expressions import names
from watchfloor.insight.parts import Part
from watchfloor.insight.rollups import shapes
from watchfloor.insight.rollups.rolling import DAYS, VALUES, file_of
from watchfloor.insight.rollups.shapes import (
    ALWAYS,
    Table,
    cell,
    counted,
    rolled,
    settled,
    settled_population,
    sketch,
    tables,
)
from watchfloor.insight.rollups.sketch import places_sql, quantile

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
ROLLED = "rollup:"  # before a file's name, in a query's relation
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - inside, the lake speaks UTC without a zone
Row = tuple[Any, ...]
_Signed = tuple[tuple[int, int, bool], ...]  # sign, place, whether it counts


class Fit(msgspec.Struct, frozen=True):
    """A table and a set of dimensions that can answer; ``what`` says whether from days of sketches or from values."""

    table: Table
    names: tuple[str, ...]
    what: str = ""

    @property
    def relation(self) -> str:
        """What a query over it reads, for the lake."""
        return ROLLED + file_of(self.table, self.names, self.what)


def fit(metric: Metric, ask: Ask) -> Fit | None:
    """The smallest roll-up that has what is asked for; None where only facts can tell."""
    if not rolled(metric) or not _whole(ask, _HOUR) or (shapes.waits(metric) and ask.end > ask.asof):
        return None
    asked = {name for condition in filters(ask)[0] for name in names(condition)}
    asked |= {base for name in ask.by for base in names(dimension(name, ask))}
    wanted = asked - {ALWAYS}
    table = next((each for each in tables() if (each.source, each.clock) == (metric.source, metric.clock)), None)
    if table is None:
        return None
    sets = [each for each in shapes.SETS if wanted <= set(each)]
    if metric.kind == "quantile":
        sets = (
            [each for each in sets if each in shapes.SKETCHED] if ask.interval != "hour" and _whole(ask, _DAY) else []
        )
        if not sets:
            return Fit(table, shapes.EVERY, VALUES) if wanted <= set(shapes.EVERY) else None
        return Fit(table, min(sets, key=len), DAYS)
    return Fit(table, min(sets, key=len)) if sets else None


def kept(metric: Metric) -> bool:
    """Whether a generation keeps the facts that a metric is counted over."""
    return metric.source == "facts" and not (metric.stock or metric.own or rolled(metric))


def _whole(ask: Ask, step: timedelta) -> bool:
    """Whether the span begins and ends on the hour (or day), here and where it is compared; an end in the future will do."""
    if any(shift % step for shift in ask.shifts) or _off(ask.start, step):
        return False
    return not _off(ask.end, step) or (ask.end >= ask.asof and not ask.shifts)


def _off(moment: datetime, step: timedelta) -> bool:
    return bool((moment - _MIDNIGHT) % step)


def cells_query(chosen: Sequence[Metric], ask: Ask, found: Fit) -> Query:
    """Each cell of metrics that fit one table, added up by key: a short query, for planning a long one takes longer than reading."""
    keys, where, values = _frame(ask, _HOUR)
    columns = ", ".join([*keys, *(f"sum({name}) AS {name}" for name in _cells(chosen))])
    sql = f"SELECT {columns} FROM {PLACE} WHERE {where}{_grouped(len(keys))}{_ordered(len(keys))}"
    return Query(sql, used(sql, values), found.relation)


def of_cells(chosen: Sequence[Metric], width: int, rows: Sequence[Row]) -> list[Row]:
    """The rows of ``cells_query`` as numerators and denominators; of each key that any of the metrics has rows of."""
    counts, made = _made(tuple(chosen))
    known = []
    for row in rows:
        cells = row[width:]
        if any(cells[place] for place in counts):
            known.append((*row[:width], *(_together(signed, cells) for signed in made)))
    return known


def _together(signed: _Signed, cells: Row) -> Any:
    """Cells with their signs; nothing where a sum has no row."""
    total = 0
    for sign, place, counts in signed:
        if cells[place] is None and not counts:
            return None
        total += sign * (cells[place] or 0)
    return total


@lru_cache(200)
def _made(chosen: tuple[Metric, ...]) -> tuple[tuple[int, ...], tuple[_Signed, ...]]:
    """Of rows of ``_cells``: the places of the counts of whom the metrics look at, and what is added for each numerator and denominator."""
    places = {name: place for place, name in enumerate(_cells(chosen))}
    there = (part for metric in chosen for part in counted(settled_population(metric)))
    sums = (parts for metric in chosen for parts in settled(metric) if parts)
    return (
        tuple(dict.fromkeys(places[cell(part)] for part in there)),
        tuple(tuple((sign, places[cell(part)], part.kind == "count") for sign, part in parts) for parts in sums),
    )


def _cells(chosen: Sequence[Metric]) -> list[str]:
    parts = [part for metric in chosen for parts in settled(metric) for _, part in parts]
    parts += [part for metric in chosen for part in counted(settled_population(metric))]
    return list(dict.fromkeys(cell(part) for part in parts))


def quantiles_query(chosen: Sequence[Metric], ask: Ask, found: Fit) -> Query:
    """Quantiles of metrics that fit one table: for each key and sketch, every percentile that is asked of any."""
    keys, where, values = _frame(ask, _DAY if found.what == DAYS else _HOUR)
    places = [f"k{place}" for place in range(len(keys))]
    named = "".join(f"{key.rsplit(' AS ', 1)[0]} AS {place}, " for key, place in zip(keys, places, strict=True))
    by = ", ".join((*places, "sketch"))
    numbers = ", ".join(str(number) for number in sorted({sketch(_values(metric)) for metric in chosen}))
    percentiles = ", ".join(places_sql(q) for q in _percentiles(chosen))
    sql = (
        f"SELECT {by}, max(total), {percentiles} FROM ("
        f"SELECT *, sum(n) OVER (PARTITION BY {by} ORDER BY bucket) AS below, sum(n) OVER (PARTITION BY {by}) AS total FROM ("
        f"SELECT {named}sketch, bucket, sum(n) AS n FROM {PLACE} "
        f"WHERE sketch IN ({numbers}) AND {where} GROUP BY ALL)) GROUP BY {by}"
    )
    return Query(sql, used(sql, values), found.relation)


def by_metric(chosen: Sequence[Metric], width: int, rows: Sequence[Row]) -> list[tuple[Sequence[Metric], list[Row]]]:
    """The rows of ``quantiles_query`` for each metric."""
    percentiles, of_sketch = _percentiles(chosen), defaultdict[int, list[Row]](list)
    for row in rows:
        of_sketch[row[width]].append(row)
    found: list[tuple[Sequence[Metric], list[Row]]] = []
    for metric in chosen:
        first = width + 2 + 2 * percentiles.index(metric.q)
        between = slice(first, first + 2)
        told = of_sketch[sketch(_values(metric))]
        found.append(([metric], [(*row[:width], quantile(metric.q, row[width + 1], *row[between])) for row in told]))
    return found


def with_again(rows: Sequence[Row], place: int, width: int, again: Sequence[Row]) -> list[Row]:
    """Rows of ``of_cells`` with what is distinct among the rest added at a place."""
    more = {row[:width]: row[width] for row in again}
    return [(*row[:place], row[place] + more.get(row[:width], 0), *row[place + 1 :]) for row in rows]


def _values(metric: Metric) -> Part:
    [(_, part)] = settled(metric)[0]
    return part


def _percentiles(chosen: Sequence[Metric]) -> list[float]:
    return sorted({metric.q for metric in chosen})


def merged(group: Sequence[Metric], width: int, answers: Sequence[tuple[Sequence[Metric], Sequence[Row]]]) -> list[Row]:
    """Rows of several queries by their first ``width`` columns, as one query of the whole group would give them."""
    found: dict[Row, dict[str, Row]] = {}
    for metrics, rows in answers:
        for row in rows:
            place, parts = width, {}
            for metric in metrics:
                size = 1 + bool(settled(metric)[1])
                parts[metric.key] = row[place : place + size]
                place += size
            found.setdefault(row[:width], {}).update(parts)
    nothing = {metric.key: _nothing(metric) for metric in group}
    return [
        (*key, *(value for metric in group for value in parts.get(metric.key, nothing[metric.key])))
        for key, parts in sorted(found.items(), key=lambda item: tuple(map(str, item[0])))
    ]


def _nothing(metric: Metric) -> Row:
    numerator, denominator = settled(metric)
    of_none = [0 if numerator[0][1].kind in ("count", "distinct") else None]
    if denominator:
        of_none.append(0 if denominator[0][1].kind == "count" else None)
    return tuple(of_none)


def _frame(ask: Ask, step: timedelta) -> tuple[list[str], str, dict[str, Any]]:
    conditions, values = filters(ask)
    if _off(ask.end, step):  # it lies in the future: the hour (or day) that goes on is all there is of it
        ask = msgspec.structs.replace(ask, end=ask.end - (ask.end - _MIDNIGHT) % step + step)
    spans, more = inside(ask, "hour", DUCK)
    where = " AND ".join([*(DUCK.write(each) for each in conditions), "(" + " OR ".join(spans) + ")"])
    bucket = DUCK.truncated(ask.interval, "hour")
    if ask.shifts:
        bucket = "CASE " + " ".join(f"WHEN {test} THEN $start{n}" for n, test in enumerate(spans)) + " END"
    keys = [f"{DUCK.moment(bucket)} AS bucket"] if timed(ask) else []
    keys += [f"{DUCK.write(dimension(name, ask))} AS {name}" for name in ask.by]
    return keys, where, {**values, **more}


def _grouped(keys: int) -> str:
    return f" GROUP BY {', '.join(str(place + 1) for place in range(keys))}" if keys else ""


def _ordered(keys: int) -> str:
    return f" ORDER BY {', '.join(str(place + 1) for place in range(keys))}" if keys else ""
