"""When a legal period ends: exact time, calendar days and months, business days; over clock changes, leap days, holidays and pauses.

Four ways of counting, because laws have them:

- ``minutes`` and ``hours`` are time that passes; with a calendar, only its open time (``review.domain.calendars``). A pause adds what was
  left when it began after it ends.
- ``days``, ``months`` and ``business_days`` count local dates of a time zone. The date of the start is not counted. A date that any part of
  a pause touches is not counted either. Months end on the same day of the month, or on its last day where there is none.
- With ``end_of_day`` the period ends when that last date does, else at the same time of day as it began.
- With ``roll`` a period that would end on a date the calendar is closed ends on the next open one (as Regulation (EEC, Euratom)
  No 1182/71, article 3(4), has it).

Property-tested against walking minute by minute and date by date (tests/property/test_legal_spans.py).
"""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.review.domain.calendars import Hours, Span, due_after

UNITS: Final = ("minutes", "hours", "days", "months", "business_days")
DAY: Final = timedelta(days=1)
LONGEST_WALK: Final = 4000  # dates; a period that has not ended by then never will


class Length(msgspec.Struct, frozen=True, kw_only=True):
    """How long, and how it is counted. ``zone`` names the time zone whose dates count."""

    amount: int
    unit: str
    zone: str = "UTC"
    end_of_day: bool = False
    roll: bool = False


def ends(length: Length, start: datetime, pauses: Sequence[Span] = (), hours: Hours | None = None) -> datetime:
    """The moment (UTC) at which the period is over.

    ``pauses`` are closed, in order, not overlapping. ``hours`` is the calendar, where the period has one: its open time for
    minutes and hours, its open dates for business days and for ``roll``.

    Raises:
        BadInput: an unknown unit, or a calendar that is never open.
    """
    if length.unit in ("minutes", "hours"):
        span = timedelta(minutes=length.amount) if length.unit == "minutes" else timedelta(hours=length.amount)
        return due_after(start.astimezone(UTC), span, hours, pauses)
    zone = ZoneInfo(length.zone)
    local = start.astimezone(zone)
    touched = _touched(pauses, zone)
    if length.unit == "business_days":
        last = _walk(local.date(), length.amount, touched, hours)
    elif length.unit == "days":
        last = _walk(local.date(), length.amount, touched, None)
    elif length.unit == "months":
        last = _walk(local.date(), (add_months(local.date(), length.amount) - local.date()).days, touched, None)
    else:
        raise BadInput("unknown_unit", f"{length.unit!r} is no unit of a period.", hint="One of: " + ", ".join(UNITS))
    if length.roll and hours is not None:
        last = _next_open(last, hours)
    if length.end_of_day:
        return moment(last + DAY, time(), zone)
    return moment(last, local.time(), zone)


def add_months(day: date, count: int) -> date:
    """The same day of the month ``count`` months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time of day in UTC. One that the clock repeats is its first; one that it leaves out is that much later."""
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def _touched(pauses: Sequence[Span], zone: ZoneInfo) -> set[date]:
    found: set[date] = set()
    for begin, end in pauses:
        if end <= begin:
            continue
        day = begin.astimezone(zone).date()
        last = (end.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone).date()
        while day <= last:
            found.add(day)
            day += DAY
    return found


def _walk(day: date, count: int, touched: set[date], hours: Hours | None) -> date:
    left = count
    for _ in range(LONGEST_WALK):
        if left <= 0:
            return day
        day += DAY
        if day in touched or (hours is not None and not hours.openings(day)):
            continue
        left -= 1
    raise BadInput("never_ends", "This period never ends by its calendar.", where="calendar")


def _next_open(day: date, hours: Hours) -> date:
    for _ in range(LONGEST_WALK):
        if hours.openings(day):
            return day
        day += DAY
    raise BadInput("never_ends", "This calendar is never open.", where="calendar")
