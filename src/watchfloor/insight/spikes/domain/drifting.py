"""What a single hour or day is too short to show: the last three and seven days of a slice against the days before them.

Times are compared by their logarithms, job by job (a few very long ones must not drown a shift of all), shares by their counts, counts
by the same weekdays of up to four earlier weeks. Days are restless beyond the chance of single jobs: the error of each slice is widened
by the variance over mean of its days, moderated by that of all slices of its metric, so that five quiet days prove nothing (Smyth
2004, with a fixed weight of the common value). It is called ``trend`` where a slope fits the days better than a new level does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import polars as pl

from watchfloor.engines.metrics.effect import student_p
from watchfloor.insight.spikes.domain.onset import level_break
from watchfloor.insight.spikes.domain.ranking import TIME
from watchfloor.insight.spikes.domain.watched import Watched
from watchfloor.insight.spikes.domain.watching import HOUR, Alarm

DAY = timedelta(days=1)
DAYS = 35  # that are looked at
WINDOWS = (3, 7)
WEEKS = 4
FEWEST, BEFORE = 2, 4  # days with something in them: in the window, and before it
COMMON = 20  # days' worth of what all slices together say of their restlessness
LEAST = {"time": 0.1, "share": 0.2, "count": 0.25}  # by which part of what was before it must be off


class Days(msgspec.Struct, frozen=True):
    """One window of a slice: ``p`` needs ``restless``, which needs all of them."""

    where: dict[str, str]
    value: float
    expected: float
    gap: float  # of the means, in the unit of the test
    error: float  # of the gap, by single jobs
    square: float  # sum of squares of the days around their means, over the variance of single jobs
    freedom: int
    series: tuple[tuple[float, float], ...]  # value and weight of each day, the oldest first
    window: int
    worth: bool


def drifts(frame: pl.DataFrame, watched: Watched, end: datetime) -> list[Alarm]:
    """Look at all slices at the end of a day.

    Args:
        frame: for counts ``hour``, dimensions and ``n``; otherwise ``back`` (0: the day that ends with ``end``), dimensions, ``n``
            (numerator), ``d`` (denominator), ``m`` and ``q`` (sum and sum of squares of what is tested: logarithms of times, noughts
            and ones).
    """
    table = frame
    if not watched.ratio:
        first = frame["hour"].min()
        if not isinstance(first, datetime) or end - first < 14 * DAY:
            return []
        known = min(WEEKS + 1, (end - first) // (7 * DAY))
        back = ((pl.lit(end) - pl.col("hour")).dt.total_seconds() - HOUR.total_seconds()) // 86_400
        table = frame.with_columns(back=back.cast(pl.Int64)).filter(
            (pl.col("back") >= 0) & (pl.col("back") < known * 7)
        )
    found: list[Days] = []
    columns = [name for name in ("n", "d", "m", "q") if name in table.columns]
    for dims in [(), *((name,) for name in watched.dims)]:
        names = list(dims) or ["__all"]
        days = table.with_columns(__all=pl.lit("")).group_by(*names, "back").agg(pl.col(columns).sum())
        slices: dict[str, dict[int, tuple[float, ...]]] = {}
        for row in days.iter_rows():
            slices.setdefault(str(row[0]), {})[row[1]] = row[2:]
        for value, by_day in slices.items():
            where = {dims[0]: value} if dims else {}
            if watched.ratio:
                found += [each for size in WINDOWS if (each := _ratio(watched, where, by_day, size)) is not None]
            elif (counted := _count(watched, where, {back: day[0] for back, day in by_day.items()}, known)) is not None:
                found.append(counted)
    common = max(1.0, sum(each.square for each in found) / max(1, sum(each.freedom for each in found)))
    return [_alarm(watched, each, common) for each in found]


def _ratio(watched: Watched, where: dict[str, str], days: dict[int, tuple[float, ...]], size: int) -> Days | None:
    known = {back: day for back, day in days.items() if day[1] > 0}
    now = [day for back, day in known.items() if back < size]
    before = [day for back, day in known.items() if back >= size]
    if len(now) < FEWEST or len(before) < BEFORE:
        return None
    (n1, d1, m1, q1), (n0, d0, m0, q0) = (
        tuple(math.fsum(day[at] for day in part) for at in range(4)) for part in (now, before)
    )
    if d1 < watched.least or d0 < watched.least:
        return None
    mean1, mean0 = m1 / d1, m0 / d0
    if watched.family == TIME:
        single = max((q1 - d1 * mean1**2 + q0 - d0 * mean0**2) / (d1 + d0 - 2), 1e-12)
    else:
        all_of_it = (m1 + m0 + 0.5) / (d1 + d0 + 1)
        single = all_of_it * (1 - all_of_it)
    square = sum(
        day[1] * (day[2] / day[1] - mean) ** 2 for part, mean in ((now, mean1), (before, mean0)) for day in part
    )
    value, expected = n1 / d1, n0 / d0
    least = max(LEAST["time" if watched.family == TIME else "share"], watched.relative / 2)
    worth = abs(value - expected) >= least * abs(expected) and abs(value - expected) * d1 >= watched.excess
    series = tuple((known[back][0] / known[back][1], known[back][1]) for back in sorted(known, reverse=True))
    return Days(
        where, value, expected, mean1 - mean0, math.sqrt(single * (1 / d1 + 1 / d0)), square / single,
        len(now) + len(before) - 2, series, size, worth,
    )  # fmt: skip


def _count(watched: Watched, where: dict[str, str], days: dict[int, float], known: int) -> Days | None:
    weeks = known - 1
    usual = [math.fsum(days.get(place + 7 * week, 0.0) for week in range(1, known)) / weeks for place in range(7)]
    now = [days.get(place, 0.0) for place in range(7)]
    value, expected = math.fsum(now), math.fsum(usual)
    if min(value, expected) < watched.least:
        return None
    times = value / expected
    square = math.fsum(
        (now[p] - times * usual[p]) ** 2 / max(times * usual[p] * (1 + times / weeks), 0.5) for p in range(7)
    )
    freedom = 6
    if weeks > 1:
        square += math.fsum(
            (days.get(place + 7 * week, 0.0) - usual[place]) ** 2 / max(usual[place], 0.5)
            for place in range(7) for week in range(1, known)
        )  # fmt: skip
        freedom += 7 * (weeks - 1)
        # Weeks as wholes: what moves seven days together is no seven proofs.
        totals = [math.fsum(days.get(place + 7 * week, 0.0) for place in range(7)) for week in range(1, known)]
        whole = math.fsum((total - expected) ** 2 for total in totals) / expected / (weeks - 1)
        square = max(square, whole * freedom)
    series = [(now[p] / usual[p] if usual[p] else 1.0, usual[p]) for p in range(6, -1, -1)]
    series = [(1.0, weight) for _value, weight in series] + series
    gap = abs(value - expected)
    worth = gap >= watched.least * 3 and gap >= LEAST["count"] * expected
    error = math.sqrt(1 / value + 1 / (expected * weeks))
    return Days(where, value, expected, math.log(times), error, square, freedom, tuple(series), 7, worth)


def _alarm(watched: Watched, each: Days, common: float) -> Alarm:
    restless = max(1.0, (COMMON * common + each.square) / (COMMON + each.freedom))
    p = student_p(each.gap / (each.error * math.sqrt(restless)), COMMON + each.freedom)
    values, weights = [value for value, _weight in each.series], [weight for _value, weight in each.series]
    begun = len(values) - level_break(values, weights, min(2 * each.window, len(values) - 1))
    return Alarm(
        metric=watched.key, where=each.where, hours=24 * max(1, min(begun, 2 * each.window)), value=each.value,
        expected=each.expected, p=p, up=each.value > each.expected, kind=shape(values, weights), worth=each.worth, slow=True,
    )  # fmt: skip


def shape(values: Sequence[float], weights: Sequence[float]) -> str:
    """``trend`` where a slope that begins on some day leaves less unexplained than the best new level, else ``step``."""
    places = range(len(values))
    levels = [_explained([float(each >= begun) for each in places], values, weights) for begun in places[1:]]
    slopes = [_explained([float(max(0, each - begun)) for each in places], values, weights) for begun in places[:-2]]
    return "trend" if max(slopes, default=0.0) > max(levels, default=0.0) else "step"


def _explained(by: Sequence[float], values: Sequence[float], weights: Sequence[float]) -> float:
    """The sum of squares that a weighted straight line over ``by`` explains."""
    w = math.fsum(weights)
    if w <= 0:
        return 0.0
    x, y = (math.fsum(a * b for a, b in zip(each, weights, strict=True)) / w for each in (by, values))
    xx = math.fsum(weight * (a - x) ** 2 for a, weight in zip(by, weights, strict=True))
    xy = math.fsum(weight * (a - x) * (b - y) for a, b, weight in zip(by, values, weights, strict=True))
    return xy * xy / xx if xx > 0 else 0.0
