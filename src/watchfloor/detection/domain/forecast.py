"""What a rule will do to the floor, from its hits on the past: cases an hour by queue and market, reviewer hours, overturns.

A hit is a new case when its item had no open case of that harm group then, once an item in ``ONCE_IN``. Cases an hour are
C / H for C such hits in H hours. Their range is C -/+ 1.96 * sqrt(phi * C) over H, phi being the variance-to-mean ratio of the
daily counts, at least 1. Reviewer hours a day are cases a day times the queue's AHT; relative errors add in quadrature.
Expected overturns a day are cases a day times precision times the overturn rate, each with its own interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from watchfloor.engines.textmodels.metrics import Interval

ONCE_IN = timedelta(days=1)
Z = 1.96
DEFAULT_AHT_S = 60.0


class Arrival(msgspec.Struct, frozen=True):
    """A hit that would have opened a case: when, where it would go, and whether something else brought the item anyway."""

    at: datetime
    queue: str
    market: str
    anyway: bool = False


class Pace(msgspec.Struct, frozen=True):
    """Handling time of a queue in seconds: mean, its standard error, and how many jobs it rests on (0: assumed)."""

    mean: float = DEFAULT_AHT_S
    error: float = DEFAULT_AHT_S / 2
    jobs: int = 0


class Range(msgspec.Struct, frozen=True):
    """A value with the bounds of its 95 % range."""

    value: float
    low: float
    high: float


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What comes to one queue from one market. ``hours_per_day`` are reviewer hours."""

    queue: str
    market: str
    cases: int
    per_hour: Range
    hours_per_day: Range
    pace: Pace


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it.

    Attributes:
        hits, cases, anyway: over the period; ``anyway`` cases came to the floor by another way as well.
        peak: most cases in any one hour.
        reviewers: reviewer hours a day / 24: how many are busy with it at any time, on average.
        overturned_per_day: None where nothing was decided that would tell.
        acts_alone: it decides by itself: no cases for people, but overturns.
    """

    days: float
    hits: int
    cases: int
    anyway: int
    per_hour: Range
    hours_per_day: Range
    reviewers: Range
    peak: int
    overturned_per_day: Range | None
    loads: tuple[Load, ...]
    acts_alone: bool = False


def forecast(
    arrivals: Iterable[Arrival],
    *,
    hits: int,
    start: datetime,
    end: datetime,
    paces: Mapping[str, Pace],
    precision: Interval | None,
    overturn: Interval | None,
    percent: int = 100,
    acts_alone: bool = False,
) -> Forecast:
    """The forecast for a rule that acts on ``percent`` of items, from ``arrivals`` within ``[start, end)``."""
    hours = max((end - start).total_seconds() / 3600, 1e-9)
    share = percent / 100
    found = list(arrivals)
    by_place: dict[tuple[str, str], list[Arrival]] = {}
    for arrival in found:
        by_place.setdefault((arrival.queue, arrival.market), []).append(arrival)
    loads = []
    for (queue, market), some in sorted(by_place.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        rate = _rate(some, start, hours, share)
        pace = paces.get(queue, Pace())
        work = Range(0, 0, 0) if acts_alone else _work(rate, pace)
        loads.append(
            Load(
                queue=queue, market=market, cases=round(len(some) * share), per_hour=rate, hours_per_day=work, pace=pace
            )
        )
    rate = _rate(found, start, hours, share)
    work = _sum([load.hours_per_day for load in loads])
    return Forecast(
        days=hours / 24,
        hits=round(hits * share),
        cases=round(len(found) * share),
        anyway=round(sum(arrival.anyway for arrival in found) * share),
        per_hour=rate,
        hours_per_day=work,
        reviewers=Range(work.value / 24, work.low / 24, work.high / 24),
        peak=math.ceil(_peak(found) * share),
        overturned_per_day=_overturned(rate, precision, overturn, acts_alone),
        loads=tuple(loads),
        acts_alone=acts_alone,
    )


def _rate(arrivals: list[Arrival], start: datetime, hours: float, share: float) -> Range:
    count = len(arrivals)
    days = max(1, math.ceil(hours / 24))
    daily = [0] * days
    for arrival in arrivals:
        daily[min(days - 1, max(0, int((arrival.at - start) / timedelta(days=1))))] += 1
    mean = count / days
    spread = sum((each - mean) ** 2 for each in daily) / (days - 1) if days > 1 else mean
    wild = max(1.0, spread / mean) if mean else 1.0
    half = Z * math.sqrt(wild * count)
    high = count + half if count else 3.0  # nothing met: up to three would still be likely (the rule of three)
    return Range(share * count / hours, share * max(0.0, count - half) / hours, share * high / hours)


def _work(rate: Range, pace: Pace) -> Range:
    """Reviewer hours a day."""
    value = rate.value * 24 * pace.mean / 3600
    if not rate.value or not pace.mean:
        return Range(value, 0.0, rate.high * 24 * pace.mean / 3600)
    slow = Z * pace.error / pace.mean
    up = math.hypot(rate.high / rate.value - 1, slow)
    down = math.hypot(1 - rate.low / rate.value, slow)
    return Range(value, max(0.0, value * (1 - down)), value * (1 + up))


def _sum(ranges: list[Range]) -> Range:
    """Independent parts: their distances add in quadrature."""
    value = sum(each.value for each in ranges)
    down = math.sqrt(sum((each.value - each.low) ** 2 for each in ranges))
    up = math.sqrt(sum((each.high - each.value) ** 2 for each in ranges))
    return Range(value, max(0.0, value - down), value + up)


def _overturned(rate: Range, precision: Interval | None, overturn: Interval | None, alone: bool) -> Range | None:
    """People's decisions fall at the overturn rate; a rule that acts alone is wrong wherever it is not right."""
    if alone:
        if precision is None:
            return None
        return Range(
            24 * rate.value * (1 - precision.value),
            24 * rate.low * (1 - precision.high),
            24 * rate.high * (1 - precision.low),
        )
    if overturn is None:
        return None
    right = precision or Interval(1.0, 0.0, 1.0)
    return Range(
        24 * rate.value * right.value * overturn.value,
        24 * rate.low * right.low * overturn.low,
        24 * rate.high * right.high * overturn.high,
    )


def _peak(arrivals: list[Arrival]) -> int:
    by_hour: dict[datetime, int] = {}
    for arrival in arrivals:
        hour = arrival.at.replace(minute=0, second=0, microsecond=0)
        by_hour[hour] = by_hour.get(hour, 0) + 1
    return max(by_hour.values(), default=0)
