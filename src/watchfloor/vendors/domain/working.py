"""Working days and hours of a place: when an action is due, when a question must be answered, when the next check-in is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(17)
Closed = Callable[[int], Collection[date]]  # the public holidays of a year


def none(_year: int) -> Collection[date]:
    """No holidays are known."""
    return ()


def works(day: date, closed: Closed = none) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < 5 and day not in closed(day.year)


def on_or_after(day: date, closed: Closed = none) -> date:
    """The day itself, or the next one that is worked."""
    while not works(day, closed):
        day += timedelta(days=1)
    return day


def days_later(day: date, count: int, *places: Closed) -> date:
    """``count`` days on which everyone named works, after ``day``."""
    while count > 0:
        day += timedelta(days=1)
        count -= all(works(day, place) for place in places or (none,))
    return day


def due(asked: datetime, hours: int, zone: ZoneInfo, closed: Closed = none) -> datetime:
    """``hours`` working hours after a moment, in the answering side's zone; UTC. Added in local time, for changes of clocks."""
    here, left = asked.astimezone(zone), timedelta(hours=hours)
    while True:
        start = max(here.replace(tzinfo=None), datetime.combine(here.date(), OPENS))
        end = datetime.combine(here.date(), CLOSES)
        if works(here.date(), closed) and start < end:
            if left <= end - start:
                return (start + left).replace(tzinfo=zone).astimezone(UTC)
            left -= end - start
        here = datetime.combine(here.date() + timedelta(days=1), time(0), zone)
