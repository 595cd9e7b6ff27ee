"""From when new people decide as well as those who have done it long: the curve of a cohort, and the day it is reached; pure.

A person (or cohort) has reached it on the first day from which the interval of their own decisions includes the mean of the tenured.
With few decisions an interval includes nearly everything, so before ``LEAST`` of them nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from watchfloor.engines.agreement import wilson

LEAST: Final = 20  # decisions looked at, before which an interval says too little
SPAN: Final = 28  # days back that a day's figure is made of: what was long ago says little of now


class Judged(msgspec.Struct, frozen=True):
    """One decision that was looked at: so many whole days after its maker began, and whether it was right."""

    day: int
    good: bool


class Point(msgspec.Struct, frozen=True):
    """Up to the end of a day: the share of right decisions of the days before it, with its interval."""

    day: int
    read: int
    value: float
    low: float
    high: float


def curve(judged: Iterable[Judged], *, every: int = 7) -> list[Point]:
    """One point a week (the last day with a decision included), of the ``SPAN`` days that end with it."""
    rows = sorted(judged, key=lambda each: each.day)
    if not rows:
        return []
    last = rows[-1].day
    days = [*range(every - 1, last, every), last]
    found = []
    for day in days:
        mine = [each.good for each in rows if day - SPAN < each.day <= day]
        if mine:
            share = wilson(sum(mine), len(mine))
            found.append(Point(day, len(mine), share.value, share.low, share.high))
    return found


def reached(judged: Sequence[Judged], tenured: float) -> int | None:
    """The day on which the interval first includes the mean of the tenured (or lies above it); None: not yet, or too few to say."""
    for day in sorted({each.day for each in judged}):
        mine = [each.good for each in judged if day - SPAN < each.day <= day]
        if len(mine) >= LEAST and wilson(sum(mine), len(mine)).high >= tenured:
            return day
    return None


def middle(days: Sequence[int | None]) -> float | None:
    """The median day over people, those who have not reached it counted as later than all others; None: fewer than half have."""
    known = sorted(day for day in days if day is not None)
    low, high = (len(days) - 1) // 2, len(days) // 2
    return (known[low] + known[high]) / 2 if high < len(known) else None
