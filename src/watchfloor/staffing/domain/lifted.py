"""The forecast of a queue, hour by hour, with what is known to come: an event lifts it by as much as its market feeds the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from watchfloor.engines.staffing.calibration import Hour
from watchfloor.insight.coming import Coming, strength

_HOUR: Final = timedelta(hours=1)


def lifted(hours: Sequence[Hour], first: datetime, shares: Mapping[str, float], events: Sequence[Coming]) -> list[Hour]:
    """The hours with these events. ``shares``: of the queue's work by market; ``first``: the first hour's beginning."""
    found = []
    for place, hour in enumerate(hours):
        begin = first + place * _HOUR
        times = 1.0 + sum(each.uplift * strength(each, begin, shares, span=_HOUR) for each in events)
        times = max(times, 0.0)
        found.append(hour if times == 1.0 else Hour(hour.value * times, hour.low * times, hour.high * times))
    return found
