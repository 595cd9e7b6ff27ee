"""What is known to come: elections, holidays, matches. Whoever keeps a calendar registers it; the forecast of each queue is lifted by it.

An event of a market lifts a queue by as much as that market's share of what the queue was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from watchfloor.engines.staffing.calibration import Hour

_HOUR: Final = timedelta(hours=1)


class Upcoming(msgspec.Struct, frozen=True, kw_only=True):
    """One event. ``uplift``: 0.3 is thirty per cent more of the market's work while it lasts."""

    title: str
    market: str
    start: datetime
    end: datetime
    uplift: float


Source = Callable[[datetime, datetime], Sequence[Upcoming]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """A calendar; saying it twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def between(start: datetime, end: datetime) -> list[Upcoming]:
    """What all calendars know of a span."""
    return [each for source in _sources for each in source(start, end)]


def lifted(
    hours: Sequence[Hour], first: datetime, shares: Mapping[str, float], events: Sequence[Upcoming]
) -> list[Hour]:
    """A queue's forecast with what is coming. ``shares``: of the queue's work by market; ``first``: the first hour's beginning."""
    found = []
    for place, hour in enumerate(hours):
        begin = first + place * _HOUR
        times = 1.0
        for each in events:
            inside = min(each.end, begin + _HOUR) - max(each.start, begin)
            if inside > timedelta(0):
                times += shares.get(each.market, 0.0) * each.uplift * (inside / _HOUR)
        times = max(times, 0.0)
        found.append(hour if times == 1.0 else Hour(hour.value * times, hour.low * times, hour.high * times))
    return found
