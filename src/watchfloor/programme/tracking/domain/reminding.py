"""When somebody is reminded: as the working day before the due day opens, and once it is late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from watchfloor.insight.boards.domain.cadence import next_due
from watchfloor.review.domain.calendars import Hours

LOOK_BACK: Final = timedelta(days=30)  # what has been late for longer is no news
LOOK_AHEAD: Final = timedelta(days=14)  # further apart than any two working days


def opens_before(due: datetime, hours: Hours) -> datetime:
    """The opening of the last working day before the day it is due; a day before it where there is none."""
    day: date = due.astimezone(ZoneInfo(hours.calendar.time_zone)).date()
    for _number in range(LOOK_AHEAD.days):
        day -= timedelta(days=1)
        spans = hours.day(day)
        if spans:
            return spans[0][0]
    return due - timedelta(days=1)


def cause(due: datetime, now: datetime, hours: Hours) -> str:
    """What there is to say now: late | soon | "" (nothing yet, or no longer)."""
    if now > due:
        return "late" if now - due < LOOK_BACK else ""
    return "soon" if now >= opens_before(due, hours) else ""


def digest_after(now: datetime, every: str, weekday: int, minute: int, zone: ZoneInfo) -> datetime | None:
    """The next digest: every day, or on one day of the week, at a minute of the day by the wall clock of ``zone``."""
    if every not in ("day", "week"):
        return None
    at = next_due(now, "day", minute, zone)
    while every == "week" and at.astimezone(zone).weekday() != weekday:
        at = next_due(at, "day", minute, zone)
    return at
