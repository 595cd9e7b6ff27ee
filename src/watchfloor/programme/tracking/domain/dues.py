"""A due time as people write it ("2 working days", "2026-11-27 14:00"), as one moment; and the same moment by each party's clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.review.domain.calendars import Calendar, Hours

DAY_ENDS: Final = time(17)  # a day without a time is over then, by the clock of its zone
NINE_TO_FIVE: Final = (((540, 1020),),) * 5 + ((), ())
MOST: Final = 520  # working days, hours or days somebody may write
_SPAN = re.compile(r"(\d{1,4})\s*(working|business)?\s*(hour|hr|day|week)s?", re.IGNORECASE)


class Seen(msgspec.Struct, frozen=True):
    """A moment by one clock."""

    zone: str
    at: datetime


def zone_of(name: str, where: str = "zone") -> ZoneInfo:
    """The time zone of this name."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("unknown_zone", "There is no such time zone.", where=where, hint="Europe/Madrid") from None


def plain_calendar(zone: str) -> Calendar:
    """Monday to Friday, nine to five: where the house has no calendar for a zone."""
    return Calendar(key="nine-to-five", time_zone=zone or "UTC", week=NINE_TO_FIVE)


def read(text: str, *, now: datetime, zone: ZoneInfo, hours: Hours, where: str = "due") -> datetime | None:
    """The moment that somebody wrote, in UTC; None for nothing.

    Args:
        text: ``2 working days``, ``4 working hours``, ``3 days``, ``2026-11-27`` (the end of that day's work) or ``2026-11-27 14:00``,
            by the clock of ``zone`` unless it brings its own (``2026-11-27T14:00Z``).
    """
    text = " ".join(text.split())
    if not text:
        return None
    if (found := _SPAN.fullmatch(text)) is not None:
        return _after(int(found[1]), bool(found[2]), found[3].lower(), now, zone, hours, where)
    try:
        if len(text) <= 10:
            return local(datetime.combine(date.fromisoformat(text), DAY_ENDS), zone)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else local(moment, zone)
    except (ValueError, OverflowError):
        raise BadInput("bad_due", "That is no due time.", where=where,
                       hint="Write 2 working days, 2026-11-27 or 2026-11-27 14:00.") from None  # fmt: skip


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the wall clock of a zone calls so, in UTC: the first where it comes twice, an hour on where it is left out."""
    return moment.replace(tzinfo=zone, fold=0).astimezone(UTC)


def working_days(start: datetime, days: int, hours: Hours) -> datetime:
    """The end of work on the so many-th day on which the place works, after today by its own clock."""
    day, left = start.astimezone(ZoneInfo(hours.calendar.time_zone)).date(), days
    for _number in range(days * 4 + 60):
        day += timedelta(days=1)
        spans = hours.day(day)
        if spans:
            left -= 1
            if left == 0:
                return spans[-1][1]
    raise BadInput("never_open", "The calendar is not open on so many days.", where="due")


def seen_by(at: datetime, zones: Iterable[str]) -> list[Seen]:
    """The moment by each clock, once for clocks that say the same."""
    found: dict[timedelta | None, Seen] = {}
    for name in zones:
        here = at.astimezone(zone_of(name))
        found.setdefault(here.utcoffset(), Seen(name or "UTC", here))
    return list(found.values())


def _after(count: int, working: bool, unit: str, now: datetime, zone: ZoneInfo, hours: Hours, where: str) -> datetime:
    if not 1 <= count <= MOST:
        raise BadInput("bad_due", f"Write 1 to {MOST} of them.", where=where)
    if unit in ("hour", "hr"):
        return hours.add(now, timedelta(hours=count)) if working else now + timedelta(hours=count)
    count *= 5 if unit == "week" and working else 7 if unit == "week" else 1
    if working:
        return working_days(now, count, hours)
    return local(datetime.combine(now.astimezone(zone).date() + timedelta(days=count), DAY_ENDS), zone)
