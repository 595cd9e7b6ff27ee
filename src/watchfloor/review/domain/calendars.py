"""Working time: when a place is open, and how long until so much open time has passed; exact over clock changes and holidays.

A minute of the world is open when the wall clock of the calendar's time zone, at that minute, stands within the hours of that
local date. So an hour that the clock repeats counts twice, and one that it leaves out not at all. Times in and out are aware and
come back in UTC. Property-tested against walking minute by minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput, MissingExtra

DAY: Final = timedelta(days=1)
WIDEST_OFFSET: Final = timedelta(hours=15)  # no place is further from UTC
PATIENCE_DAYS: Final = 800  # a calendar that is not open once in this time never will be
MINUTES_A_DAY: Final = 1440

Span = tuple[datetime, datetime]
Opening = tuple[int, int]  # minutes after local midnight, [from, to)


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """When a place works.

    Attributes:
        week: seven tuples of openings, Monday first; each ``(from, to)`` in minutes after local midnight, ``0 <= from < to <= 1440``.
        country: ISO 3166 code whose public holidays are closed ("" for none); ``subdivision`` adds those of a region.
        exceptions: ``(local date, openings)``: these days are as said here, whatever week and holidays say; no openings: closed.
    """

    key: str
    name: str = ""
    time_zone: str = "UTC"
    week: tuple[tuple[Opening, ...], ...] = ((),) * 7
    country: str = ""
    subdivision: str = ""
    exceptions: tuple[tuple[date, tuple[Opening, ...]], ...] = ()


class Hours:
    """A calendar ready to be asked. Days are worked out once and kept."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.time_zone)
        self._exceptions = dict(calendar.exceptions)
        self._days: dict[date, tuple[Span, ...]] = {}

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The earliest moment by which ``span`` of open time has passed since ``start``; ``start`` itself for nothing.

        Raises:
            BadInput: the calendar is not open in the next two years.
        """
        left, moment = span, start.astimezone(UTC)
        if left <= timedelta(0):
            return moment
        day, last_open = self._first_day(moment), moment
        while day - last_open.date() < timedelta(days=PATIENCE_DAYS):
            for begin, end in self.day(day):
                begin = max(begin, moment)
                if end <= begin:
                    continue
                if end - begin >= left:
                    return begin + left
                left -= end - begin
                last_open = end
            day += DAY
        raise BadInput(
            "never_open", f"The calendar {self.calendar.key} is not open in the next two years.", where="calendar"
        )

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Open time between two moments; nothing when the end comes first."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        found, day = timedelta(0), self._first_day(start)
        while datetime.combine(day, time(), UTC) - WIDEST_OFFSET < end:
            for begin, until in self.day(day):
                found += max(timedelta(0), min(until, end) - max(begin, start))
            day += DAY
        return found

    def is_open(self, moment: datetime) -> bool:
        """Whether the place works at this moment."""
        day = moment.astimezone(self._zone).date()
        return any(begin <= moment < end for begin, end in self.day(day))

    def day(self, day: date) -> tuple[Span, ...]:
        """The open spans of a local date, in UTC, in order."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._work_out(day)
        return found

    def openings(self, day: date) -> tuple[Opening, ...]:
        """The hours of a local date by the wall clock."""
        if day in self._exceptions:
            return self._exceptions[day]
        if day in holidays_of(self.calendar.country, self.calendar.subdivision, day.year):
            return ()
        return self.calendar.week[day.weekday()]

    def _first_day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date() - DAY

    def _work_out(self, day: date) -> tuple[Span, ...]:
        openings = self.openings(day)
        if not openings:
            return ()
        midnight = datetime.combine(day, time(), UTC)
        found = []
        for begin, end, offset in self._steady(midnight - WIDEST_OFFSET, midnight + DAY + WIDEST_OFFSET):
            for first, last in openings:
                opens = max(begin, midnight + timedelta(minutes=first) - offset)
                closes = min(end, midnight + timedelta(minutes=last) - offset)
                if opens < closes:
                    found.append((opens, closes))
        return tuple(sorted(found))

    def _steady(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime, timedelta]]:
        """``[start, end)`` in pieces in which the zone's distance from UTC does not change."""
        if self._offset(start) == self._offset(end):
            return [(start, end, self._offset(start))]
        pieces, begin, hour = [], start, start
        while hour < end:
            step = min(end, hour + timedelta(hours=1))
            if self._offset(hour) != self._offset(step):
                change = self._change(hour, step)
                pieces.append((begin, change, self._offset(begin)))
                begin = change
            hour = step
        return [*pieces, (begin, end, self._offset(begin))]

    def _change(self, before: datetime, after: datetime) -> datetime:
        """The minute at which the distance from UTC changes."""
        while after - before > timedelta(minutes=1):
            middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
            if self._offset(middle) == self._offset(before):
                before = middle
            else:
                after = middle
        return after

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta(0)


def due_after(start: datetime, span: timedelta, hours: Hours | None, pauses: Sequence[Span] = ()) -> datetime:
    """When ``span`` has run since ``start`` on a clock that stands still in ``pauses`` (in order, not overlapping).

    ``hours`` None is the plain clock of the wall; else only open time counts.
    """
    due = _add(start, span, hours)
    for begin, end in pauses:
        due = resumed(due, begin, end, hours)
    return due


def resumed(due: datetime, paused: datetime, again: datetime, hours: Hours | None) -> datetime:
    """The due time after a pause: what was left when the clock was stopped is left when it starts again.

    What was late before the pause stays as late as it was: its due time does not move.
    """
    if due <= paused or again <= paused:
        return due
    left = due - paused if hours is None else hours.between(paused, due)
    return _add(again, left, hours)


def _add(start: datetime, span: timedelta, hours: Hours | None) -> datetime:
    return start + span if hours is None else hours.add(start, span)


@lru_cache(maxsize=512)
def holidays_of(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Public holidays of a country (and region) in a year, from the ``holidays`` package (extra ``calendars``).

    Raises:
        BadInput: an unknown place.
        MissingExtra: the package is not installed. A calendar that names a country is not saved then.
    """
    if not country:
        return frozenset()
    try:
        import holidays  # loads the country's own module only
    except ImportError:
        raise MissingExtra("calendars", "A country's public holidays") from None
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        place = f"{country} {subdivision}".strip()
        raise BadInput(
            "unknown_country", f"No public holidays are known for {place!r}.", where="country",
            hint="Use the two letters of ISO 3166 (ES, DE, JP), and a region's own code.",
        ) from None  # fmt: skip
