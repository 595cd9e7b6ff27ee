"""How heavy on-call was for a person: hours, pages, those out of hours, rest that was broken. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.oncall.domain.rest import stretches
from watchfloor.oncall.domain.schedule import Shift

DAY_BEGINS, DAY_ENDS = 9, 18  # on weekdays; everything else is out of hours
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
REST = timedelta(
    hours=11
)  # between two pages at night and the next shift; the day's rest of EU directive 2003/88/EC, article 3


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """One person over a span; on two schedules at once an hour counts once.

    ``nights``: pages between 22:00 and 06:00; ``rest_broken``: shifts that began less than 11 h after one.
    """

    person: UUID
    hours: float
    shifts: int
    pages: int
    out_of_hours: int
    nights: int
    rest_broken: int

    @property
    def pages_per_shift(self) -> float:
        """Pages for each shift; 0 without shifts."""
        return self.pages / self.shifts if self.shifts else 0.0


def out_of_hours(moment: datetime, zone: str) -> bool:
    """Whether it was not a weekday between 9 and 18 on the person's wall."""
    here = moment.astimezone(ZoneInfo(zone))
    return here.weekday() > 4 or not DAY_BEGINS <= here.hour < DAY_ENDS


def at_night(moment: datetime, zone: str) -> bool:
    """Whether it was between 22 and 6 on the person's wall."""
    hour = moment.astimezone(ZoneInfo(zone)).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS


def load(person: UUID, zone: str, shifts: Iterable[Shift], paged: Iterable[datetime]) -> Load:
    """The load of one person from their shifts (of any schedules) and the moments they were paged."""
    mine = sorted((each for each in shifts if each.person == person), key=lambda each: each.start)
    pages = sorted(paged)
    nights = [moment for moment in pages if at_night(moment, zone)]
    broken = sum(any(timedelta(0) < shift.start - moment < REST for moment in nights) for shift in mine)
    return Load(
        person=person, hours=sum((end - start).total_seconds() for start, end in stretches(mine)) / 3600, shifts=len(mine),
        pages=len(pages), out_of_hours=sum(out_of_hours(moment, zone) for moment in pages), nights=len(nights),
        rest_broken=broken,
    )  # fmt: skip
