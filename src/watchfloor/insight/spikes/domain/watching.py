"""One closed hour looked at: which slices of a metric are further out than chance, by counts of the same hours before.

Counts go through ``engines.metrics.watch_slices``; ratios are held against their own days (Student's t of the newest day against the
earlier ones, weighted by denominators, with the counting noise of a share at least). p-values come back for every slice: the caller
decides which are alarms, over all metrics and all looks of a day at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import polars as pl

from watchfloor.engines.metrics import watch_slices
from watchfloor.engines.metrics.effect import student_p
from watchfloor.insight.spikes.domain.watched import Watched

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ROUNDS = 8
LONG = 4 * WEEK  # of history: from then on the same hours of the week are the comparison, before that those of the day
FEWEST_DAYS = 4
NOISE_DAYS = 21


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A slice that was looked at. ``hours``: the length of the bucket; ``kind``: spike | dip | step | trend."""

    metric: str
    where: dict[str, str]
    hours: int
    value: float
    expected: float
    p: float
    up: bool
    kind: str
    worth: bool  # big enough to matter
    slow: bool = False  # of days (``drifting``): it began ``hours`` before the end of the day


def season(frame: pl.DataFrame, hour: datetime) -> timedelta | None:
    """What to compare with: a week where there are four of them, a day where there are three; None where there is less."""
    if frame.is_empty():
        return None
    first = frame["hour"].min()
    assert isinstance(first, datetime)
    return WEEK if hour - first >= LONG else DAY if hour - first >= 3 * DAY else None


def watch_counts(frame: pl.DataFrame, watched: Watched, hour: datetime, *, hours: int = 1) -> list[Alarm]:
    """Look at the bucket of ``hours`` that ends with the hour ``hour`` (its start). ``frame``: hour, dimensions, n."""
    step = season(frame, hour)
    if step is None:
        return []
    first = frame["hour"].min()
    assert isinstance(first, datetime)
    end = hour + HOUR
    rounds = min(ROUNDS, (hour - first) // step)
    # The places that are compared, put side by side: watch_slices then has nothing else to count.
    spans = [(2 * rounds - 2 * back, end - back * step) for back in range(rounds + 1)] + [
        (2 * rounds - 1, end - hours * HOUR)
    ]
    long = timedelta(hours=hours)
    parts = [
        frame.filter((pl.col("hour") >= until - long) & (pl.col("hour") < until)).with_columns(__place=pl.lit(place))
        for place, until in spans
    ]
    table = pl.concat(parts)
    found: list[Alarm] = []
    for dims in [(), *((name,) for name in watched.dims), *watched.pairs]:
        names = list(dims) or ["__all"]
        grouped = table.with_columns(__all=pl.lit("")).group_by(*names, "__place").agg(pl.col("n").sum())
        if dims:
            some = grouped.select(names).unique()
            marks = pl.concat([some.with_columns(__place=pl.lit(at), n=pl.lit(0.0)) for at in (0, 1, 2 * rounds)])
        else:
            marks = pl.DataFrame({"__all": [""] * 3, "__place": [0, 1, 2 * rounds], "n": [0.0] * 3})
        marks = marks.with_columns(pl.col("__place").cast(grouped["__place"].dtype))
        full = pl.concat([grouped, marks.select(grouped.columns)])
        if full.is_empty():
            continue
        for each in watch_slices(full, time="__place", value="n", by=names, season=2, rounds=rounds):
            up = each.value > each.expected
            gap = abs(each.value - each.expected)
            worth = gap >= watched.least and gap >= watched.relative * each.expected
            where = {name: each.where[name] for name in dims}
            kind = each.kind or ("spike" if up else "dip")
            found.append(
                Alarm(metric=watched.key, where=where, hours=hours, value=each.value, expected=each.expected, p=each.p, up=up,
                      kind=kind, worth=worth)
            )  # fmt: skip
    return found


def watch_ratios(frame: pl.DataFrame, watched: Watched, hour: datetime) -> list[Alarm]:
    """The day that ends with the hour ``hour`` against the days before it. ``frame``: hour, dimensions, n, d."""
    end = hour + HOUR
    table = frame.filter((pl.col("hour") < end) & (pl.col("hour") >= end - (NOISE_DAYS + 1) * DAY))
    if table.is_empty():
        return []
    back = ((pl.lit(end) - pl.col("hour")).dt.total_seconds() - 1) // 86_400
    table = table.with_columns(__back=back.cast(pl.Int64))
    found: list[Alarm] = []
    for dims in [(), *((name,) for name in watched.dims)]:
        names = list(dims) or ["__all"]
        days = (
            table.with_columns(__all=pl.lit(""))
            .group_by(*names, "__back")
            .agg(pl.col("n", "d").sum())
            .filter(pl.col("d") > 0)
        )
        slices: dict[tuple[str, ...], dict[int, tuple[float, float]]] = {}
        for row in days.iter_rows():
            slices.setdefault(tuple(row[: len(names)]), {})[row[len(names)]] = (row[-2], row[-1])
        for key, by_day in slices.items():
            now = by_day.pop(0, None)
            if now is None or now[1] < watched.least or len(by_day) < FEWEST_DAYS:
                continue
            base, p = judge_ratio(now, list(by_day.values()))
            value = now[0] / now[1]
            gap = abs(value - base)
            worth = gap >= watched.relative * abs(base) and gap * now[1] >= watched.excess
            where = dict(zip(dims, key, strict=False)) if dims else {}
            found.append(
                Alarm(metric=watched.key, where=where, hours=24, value=value, expected=base, p=p, up=value > base,
                      kind="spike" if value > base else "dip", worth=worth)
            )  # fmt: skip
    return found


def judge_ratio(now: tuple[float, float], days: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The ratio of the earlier days and the two-sided p of the newest one being like them; each is (numerator, denominator)."""
    n, d = (math.fsum(each[at] for each in days) for at in (0, 1))
    base = n / d
    square = math.fsum(den * (num / den - base) ** 2 for num, den in days) / (len(days) - 1)
    if 0 <= base <= 1 and all(num <= den for num, den in days):  # a share has counting noise, whatever few days show
        usual = (n + 0.5) / (d + 1)  # of what never happened nobody knows that it cannot
        square = max(square, usual * (1 - usual))
    error = math.sqrt(square * (1 / now[1] + 1 / d))
    gap = now[0] / now[1] - base
    return base, student_p(gap / error, len(days) - 1) if error > 0 else (1.0 if gap == 0 else 0.0)


def weighted(alarms: Sequence[Alarm], weights: Sequence[float]) -> list[float]:
    """p-values over their weights (Genovese, Roeder and Wasserman 2006): feedback makes some slices ring sooner, others later."""
    return [min(1.0, alarm.p / weight) for alarm, weight in zip(alarms, weights, strict=True)]


def threshold(ps: Sequence[float], looks: int, rate: float) -> float:
    """The largest p that is a discovery among ``looks`` of which ``ps`` are the small ones (Benjamini and Hochberg 1995); 0: none."""
    found = 0.0
    for place, p in enumerate(sorted(ps), 1):
        if p <= rate * place / max(looks, 1):
            found = p
    return found
