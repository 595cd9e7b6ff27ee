"""What a certificate is worth at a moment, and who is on shift: pure questions that a claim asks of a staffing row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from watchfloor.kernel.errors import BadInput

WEEK = 7


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as routing needs it. ``until`` is when it ends to count: its own expiry, its revocation, or the end of the days
    of grace after a newer version of the policy came into force; None while nothing ends it.
    """

    key: str  # a policy, or an extra skill such as "graphic"
    version: int
    level: int = 1
    until: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it counts at this moment."""
        return self.until is None or now < self.until


def ends(
    *, expires_at: datetime | None, revoked_at: datetime | None, succeeded_at: datetime | None, grace: timedelta
) -> datetime | None:
    """The first of what ends a certificate. ``succeeded_at``: when the next version of its policy came into force."""
    late = None if succeeded_at is None else succeeded_at + grace
    return min((each for each in (expires_at, revoked_at, late) if each is not None), default=None)


def skills(by_hand: tuple[str, ...], certificates: Iterable[Held], now: datetime) -> tuple[str, ...] | None:
    """The policies somebody may work; None when nothing limits them.

    Who was ever certified is known by certificates alone: those that count now, and no others. For everybody else stands what a
    manager has said by hand (nothing said: every policy), so that a floor can begin without an academy.
    """
    held = list(certificates)
    if held:
        return tuple(sorted({each.key for each in held if each.counts(now)}))
    return by_hand or None


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """Working hours of one weekday. ``weekday`` 0 is Monday; ``end`` at or before ``start`` is on the next day; ``zone`` an IANA name."""

    weekday: int
    start: str  # "22:00"
    end: str
    zone: str = "UTC"

    def covers(self, now: datetime) -> bool:
        """Whether this moment lies within the shift, by the clock on the wall of its zone."""
        here = now.astimezone(ZoneInfo(self.zone))
        clock, start, end = (
            here.time().replace(tzinfo=None),
            time.fromisoformat(self.start),
            time.fromisoformat(self.end),
        )
        if start < end:
            return here.weekday() == self.weekday and start <= clock < end
        yesterday = (here.weekday() - 1) % WEEK
        return (here.weekday() == self.weekday and clock >= start) or (yesterday == self.weekday and clock < end)


def shifts(rows: Iterable[Mapping[str, Any]]) -> tuple[Shift, ...]:
    """Working hours from data; ``BadInput`` names the first that makes no sense."""
    found = []
    for index, row in enumerate(rows):
        where = f"hours[{index}]"
        try:
            shift = msgspec.convert(dict(row), Shift)
            time.fromisoformat(shift.start), time.fromisoformat(shift.end)
            ZoneInfo(shift.zone)
        except (msgspec.ValidationError, ValueError, ZoneInfoNotFoundError) as error:
            raise BadInput(
                "bad_hours", f"These working hours cannot be read: {error}.", where=where,
                hint='For instance {"weekday": 0, "start": "09:00", "end": "17:00", "zone": "Europe/Madrid"}; 0 is Monday.',
            ) from None  # fmt: skip
        if not 0 <= shift.weekday < WEEK:
            raise BadInput(
                "bad_hours", f"There is no weekday {shift.weekday}.", where=where, hint="0 is Monday, 6 Sunday."
            )
        found.append(shift)
    return tuple(found)


def on_shift(hours: Iterable[Shift], now: datetime) -> bool:
    """Whether somebody with these hours works at this moment; without hours, always."""
    hours = tuple(hours)
    return not hours or any(each.covers(now) for each in hours)
