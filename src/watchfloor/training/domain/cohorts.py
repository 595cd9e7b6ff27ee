"""The clocks of a cohort: when its day ends where its people are, and who has to hear of it when; pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput

REMIND_DAYS: Final = 3  # before the day ends, once


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody was told, and whether they hold what the cohort is for."""

    certified: bool
    reminded: bool
    escalated: bool


def ends(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day is over in a time zone: its people have the whole of it, however many hours it has."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


def step(place: Place, end: datetime | None, now: datetime) -> str:
    """What is to be done for one person: "" (nothing), ``remind`` them, or tell their ``lead``.

    Whoever is certified hears nothing more. The lead hears once the day is over, and never before the person was reminded; routing
    needs nobody to say anything: without a certificate that counts there is no work of the policy.
    """
    if place.certified or end is None:
        return ""
    if not place.reminded:
        return "remind" if now >= end - timedelta(days=REMIND_DAYS) else ""
    return "lead" if now >= end and not place.escalated else ""


def moment(day: str, hour: str, zone: ZoneInfo) -> datetime:
    """A day and a time as they are typed, in a zone, in UTC.

    Raises:
        BadInput: they cannot be read, or the clocks skip that time on that day.
    """
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour))
        found = local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("bad_moment", "Write a day and a time, as 2026-11-30 and 09:30.", where="starts") from None
    if found.astimezone(zone).replace(tzinfo=None) != local:
        raise BadInput("skipped_time", "The clocks are put forward then: that time does not exist on that day.", where="starts",
                       hint="Choose a time an hour later.")  # fmt: skip
    return found


def spans(found: list[tuple[datetime, int]]) -> list[tuple[int, int]]:
    """Indexes of sessions ``(start, minutes)`` that overlap, each pair once."""
    order = sorted(range(len(found)), key=lambda index: found[index][0])
    clashes = []
    for place, first in enumerate(order):
        end = found[first][0] + timedelta(minutes=found[first][1])
        clashes += [(first, other) for other in order[place + 1 :] if found[other][0] < end]
    return clashes
