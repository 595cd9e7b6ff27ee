"""A stock (jobs that are open) held against itself: is there more of it than at the same hour of other weeks, and since when.

What came in an hour is chance about a mean. A stock carries over what it was an hour before, so its scatter is its own and neighbouring
hours prove nothing twice. A slice is compared with its same hours of up to eight weeks (days, while there are no four weeks) as
square roots, on which a count's own noise is one whatever its size and a long queue does not drown the short ones. Its scatter is that
of these hours around their means (of the five nearest ones, each around its own: a queue is steady at six and restless at ten),
moderated by that of all slices; p is Student's. What was there before at about that hour is no alarm, whatever p says.

The table holds changes: in ``n`` what came less what went in the hour, in the first row of a slice all that was there before.
Levels are running sums of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

import polars as pl

from watchfloor.engines.metrics.effect import student_p, student_quantile
from watchfloor.insight.spikes.domain.looking import HOUR, holds
from watchfloor.insight.spikes.domain.watched import Watched
from watchfloor.insight.spikes.domain.watching import DAY, ROUNDS, Alarm, season

NEAR = 2  # hours before and after, whose scatter is taken together
COMMON = 5.0  # observations' worth of what all slices together say of their scatter
FEWEST_WEEKS, FEWEST_DAYS = 3, 7
BEGAN = 0.1  # of the gap: it began where less than this was there


def levels(frame: pl.DataFrame, names: Sequence[str], ends: Sequence[datetime]) -> dict[tuple[str, ...], list[float]]:
    """By slice, how many there were at each of ``ends`` (in order of time); no ``names``: all of it."""
    keys = list(names) or ["__all"]
    places = pl.Series(ends, dtype=pl.Datetime("us")).search_sorted(frame["hour"], side="right")
    sums = (
        frame.with_columns(__place=places, __all=pl.lit(""))
        .filter(pl.col("__place") < len(ends))
        .group_by(*keys, "__place")
        .agg(pl.col("n").sum())
    )
    changes: dict[tuple[str, ...], list[float]] = {}
    for row in sums.iter_rows():
        changes.setdefault(tuple(map(str, row[: len(keys)])), [0.0] * len(ends))[row[-2]] = row[-1]
    return {key: [max(0.0, each) for each in accumulate(line)] for key, line in changes.items()}


def watch_stock(frame: pl.DataFrame, watched: Watched, hour: datetime) -> list[Alarm]:
    """Look at what there is at the end of the hour ``hour`` (its start)."""
    step, first = season(frame, hour), frame["hour"].min()
    if step is None or not isinstance(first, datetime):
        return []
    end = hour + HOUR
    rounds = min(ROUNDS, (end - DAY - first) // step)
    if rounds < (FEWEST_DAYS if step == DAY else FEWEST_WEEKS):
        return []
    ends = [end - back * step + near * HOUR for back in range(rounds, 0, -1) for near in range(-NEAR, NEAR + 1)]
    found: list[Alarm] = []
    for dims in [(), *((name,) for name in watched.dims)]:
        looked = []
        for key, line in levels(frame, dims, [*ends, end]).items():
            *before, now = line
            same = before[NEAR :: 2 * NEAR + 1]
            looked.append((key, now, same, _squares([_root(each) for each in before]), min(before), max(before)))
        busy = [each[3] for each in looked if sum(each[2]) >= rounds]
        freedom = rounds - 1
        common = max(1.0, sum(busy) / (len(busy) * freedom)) if busy else 1.0
        for key, now, same, square, least, most in looked:
            scatter = max(1.0, (COMMON * common + square) / (COMMON + freedom))
            gap = _root(now) - sum(map(_root, same)) / rounds
            p = student_p(gap / math.sqrt(scatter * (1 + 1 / rounds)), COMMON + freedom)
            expected = sum(same) / rounds
            more = abs(now - expected) if not least <= now <= most else 0.0
            found.append(
                Alarm(metric=watched.key, where=dict(zip(dims, key, strict=False)) if dims else {}, hours=1, value=now,
                      expected=expected, p=p, up=gap > 0, kind="spike" if gap > 0 else "dip",
                      worth=more >= watched.least and more >= watched.relative * expected)
            )  # fmt: skip
    return found


def course(
    frame: pl.DataFrame, where: Mapping[str, str], start: datetime, end: datetime, shifts: Sequence[timedelta]
) -> list[tuple[datetime, float, float]]:
    """Each hour of a slice: how many there were at its end, and at the same hours before."""
    inside = frame.filter(holds(where)) if where else frame
    hours = [start + place * HOUR for place in range(int((end - start) / HOUR))]
    moments = {hour + HOUR - shift for hour in hours for shift in (timedelta(0), *shifts)}
    ends = sorted(moments)
    known = levels(inside, (), ends).get(("",), [0.0] * len(ends))
    at = dict(zip(ends, known, strict=True))
    return [
        (hour, at[hour + HOUR], sum(at[hour + HOUR - shift] for shift in shifts) / len(shifts) if shifts else 0.0)
        for hour in hours
    ]


def leaf_levels(frame: pl.DataFrame, dims: Sequence[str], end: datetime, shifts: Sequence[timedelta]) -> pl.DataFrame:
    """Dimensions, ``real`` (there at ``end``) and ``expected`` (the mean of those earlier moments)."""
    ends = sorted(end - shift for shift in shifts)
    rows = [
        (*key, line[-1], sum(line[:-1]) / len(ends)) for key, line in sorted(levels(frame, dims, [*ends, end]).items())
    ]
    schema = {**dict.fromkeys(dims, pl.String), "real": pl.Float64, "expected": pl.Float64}
    return pl.DataFrame([row for row in rows if any(row[-2:])], schema=schema, orient="row")


def began(values: Sequence[float], expected: Sequence[float]) -> int:
    """The step in which the gap of the last one began to open: nearly nothing of it was there before."""
    gaps = [value - usual for value, usual in zip(values, expected, strict=True)]
    for place in range(len(gaps) - 2, -1, -1):
        if gaps[place] * (1 if gaps[-1] >= 0 else -1) <= BEGAN * abs(gaps[-1]):
            return place + 1
    return 0


def turn(now: tuple[float, float], before: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """What became of a stock from one moment to another, against what becomes of it between the same two moments of other weeks.

    Logarithms of (then, now), each with half a one more; the change and its 95 % interval as shares.
    """
    change = [math.log((late + 0.5) / (early + 0.5)) for early, late in (now, *before)]
    mean = math.fsum(change[1:]) / len(before)
    square = math.fsum((each - mean) ** 2 for each in change[1:]) / (len(before) - 1)
    square = max(square, 1 / (now[0] + 0.5) + 1 / (now[1] + 0.5))
    error = math.sqrt(square * (1 + 1 / len(before))) * student_quantile(0.95, len(before) - 1)
    gap = change[0] - mean
    return math.expm1(gap), math.expm1(gap - error), math.expm1(gap + error)


def _root(level: float) -> float:
    return 2 * math.sqrt(level + 0.375)


def _squares(roots: Sequence[float]) -> float:
    """Of each of the near hours around its mean over the rounds; the mean of these sums."""
    total, many = 0.0, 2 * NEAR + 1
    for place in range(many):
        line = roots[place::many]
        mean = sum(line) / len(line)
        total += sum((each - mean) ** 2 for each in line)
    return total / many
