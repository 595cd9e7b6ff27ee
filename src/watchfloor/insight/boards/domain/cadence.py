"""When a board is due to be sent: by the wall clock of whoever reads it, so that nine in the morning stays nine across clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EVERY: Final = ("day", "workday", "monday", "month")


def next_due(after: datetime, every: str, minute: int, zone: ZoneInfo) -> datetime:
    """The first moment later than ``after`` (UTC) at which it is due.

    Args:
        every: day | workday (Monday to Friday) | monday | month (its first day).
        minute: of the day by the wall clock, 0 to 1,439. A time that a change of the clocks leaves out is the moment after it;
            one that comes twice is its first coming (PEP 495, fold 0).
    """
    local = after.astimezone(zone)
    day = local.date()
    while True:
        wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
        moment = wall.astimezone(UTC)
        fits = (
            every == "day"
            or (every == "workday" and day.weekday() < 5)
            or (every == "monday" and day.weekday() == 0)
            or (every == "month" and day.day == 1)
        )
        if fits and moment > after:
            return moment
        day += timedelta(days=1)
