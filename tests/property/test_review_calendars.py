"""Working time against the slow way: every minute of the world asked, one after the other, what its wall clock says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.review.domain.calendars import Calendar, Hours, due_after, holidays_of, resumed

MINUTE = timedelta(minutes=1)
ZONES = [
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca",
]
# Around clock changes (Madrid and New York in March and autumn, Lord Howe's half hour), a leap day, a new year, Apia's lost day.
STARTS = [
    datetime(year, month, day, tzinfo=UTC)
    for year, month, day in (
        (2026, 3, 8), (2026, 3, 29), (2026, 10, 25), (2026, 11, 1), (2026, 4, 5), (2028, 2, 28), (2026, 12, 31), (2011, 12, 29),
        (2026, 10, 3),
    )
]  # fmt: skip


def opening() -> st.SearchStrategy[tuple[int, int]]:
    pairs = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])
    return st.one_of(pairs, st.sampled_from([(0, 1440), (540, 1020), (60, 210), (1320, 1440)]))


def day() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    return st.lists(opening(), max_size=2).map(_apart)


def _apart(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for span in sorted(spans):
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return tuple(found)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    around = draw(st.sampled_from(STARTS)).date()
    exceptions = draw(st.dictionaries(st.integers(0, 3).map(lambda n: around + timedelta(days=n)), day(), max_size=2))
    return Calendar(
        key="c", time_zone=draw(st.sampled_from(ZONES)), week=tuple(draw(day()) for _ in range(7)),
        country=draw(st.sampled_from(["", "ES", "US", "WS"])), exceptions=tuple(sorted(exceptions.items())),
    )  # fmt: skip


moments = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(STARTS),
    st.integers(-600, 1800),
)


class Slow:
    """A calendar asked one minute at a time."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar, self.zone = calendar, ZoneInfo(calendar.time_zone)

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        exceptions = dict(self.calendar.exceptions)
        if local.date() in exceptions:
            hours = exceptions[local.date()]
        elif local.date() in holidays_of(self.calendar.country, "", local.year):
            hours = ()
        else:
            hours = self.calendar.week[local.weekday()]
        now = local.hour * 60 + local.minute
        return any(first <= now < last for first, last in hours)

    def between(self, start: datetime, end: datetime) -> timedelta:
        found = timedelta(0)
        while start < end:
            found += MINUTE * self.is_open(start)
            start += MINUTE
        return found


@settings(max_examples=25)
@given(calendars(), moments, st.integers(0, 60 * 36))
def test_open_time_between_two_moments_is_that_of_its_minutes(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    end = start + timedelta(minutes=minutes)
    assert Hours(calendar).between(start, end) == Slow(calendar).between(start, end)


@settings(max_examples=25)
@given(calendars(), moments, st.integers(1, 60 * 10))
def test_adding_ends_at_the_first_minute_by_which_so_much_has_passed(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    hours, slow = Hours(calendar), Slow(calendar)
    span = timedelta(minutes=minutes)
    if not any(calendar.week):
        return
    end = hours.add(start, span)
    assert hours.between(start, end) == span
    assert slow.is_open(end - MINUTE)  # so not a minute sooner
    assert hours.between(start, end - MINUTE) == span - MINUTE
    if end - start < timedelta(days=4):
        assert slow.between(start, end) == span


@settings(max_examples=20)
@given(calendars(), moments, st.integers(1, 60 * 8), st.integers(0, 900), st.integers(0, 900), st.booleans())
def test_a_pause_stops_the_clock(
    calendar: Calendar, start: datetime, minutes: int, until_pause: int, pause: int, plain: bool
) -> None:
    if not any(calendar.week):
        return
    hours = None if plain else Hours(calendar)
    span = timedelta(minutes=minutes)
    begin = start + timedelta(minutes=until_pause)
    end = begin + timedelta(minutes=pause)
    due = due_after(start, span, hours, [(begin, end)])
    slow = Slow(calendar)

    def ran(a: datetime, b: datetime) -> timedelta:
        return max(timedelta(0), b - a) if plain else (hours or Hours(calendar)).between(a, b)

    if due <= begin:  # it was due before the pause
        assert ran(start, due) == span
    else:
        assert due >= end
        assert ran(start, begin) + ran(end, due) == span
        if not plain and due - start < timedelta(days=3):
            assert slow.between(start, begin) + slow.between(end, due) == span


@given(calendars(), moments, st.integers(0, 3000))
def test_what_was_late_before_a_pause_stays_as_late(calendar: Calendar, due: datetime, later: int) -> None:
    paused = due + timedelta(minutes=later)
    assert resumed(due, paused, paused + timedelta(days=1), Hours(calendar)) == due


@settings(max_examples=20)
@given(calendars(), moments, st.integers(0, 3000), st.integers(0, 600))
def test_more_time_is_never_sooner(calendar: Calendar, start: datetime, minutes: int, more: int) -> None:
    if not any(calendar.week):
        return
    hours = Hours(calendar)
    assert hours.add(start, timedelta(minutes=minutes + more)) >= hours.add(start, timedelta(minutes=minutes))


MADRID = Calendar(key="madrid", time_zone="Europe/Madrid", week=(((540, 1020),),) * 5 + ((), ()), country="ES")


def test_by_hand() -> None:
    hours = Hours(MADRID)
    friday = datetime(2026, 4, 30, 14, 0, tzinfo=UTC)  # Thursday 16:00 in Madrid; Friday 1 May is a holiday
    assert hours.add(friday, timedelta(hours=2)) == datetime(
        2026, 5, 4, 8, 0, tzinfo=UTC
    )  # one hour then, one on Monday
    # 24 h of the wall over the night of 28 to 29 March 2026 are 23 h.
    always = Hours(msgspec.structs.replace(MADRID, week=(((0, 1440),),) * 7, country=""))
    assert always.between(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)) == timedelta(
        hours=23
    )
    nights = Hours(msgspec.structs.replace(MADRID, week=(((120, 180),),) * 7, country=""))  # 02:00 to 03:00
    assert nights.day(date(2026, 3, 29)) == ()  # the hour that is left out
    assert nights.between(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)) == timedelta(
        hours=2
    )  # the hour that comes twice
    leap = Hours(msgspec.structs.replace(MADRID, week=(((0, 1440),),) * 7, country="", time_zone="UTC"))
    assert leap.add(datetime(2028, 2, 28, 12, tzinfo=UTC), timedelta(days=2)) == datetime(2028, 3, 1, 12, tzinfo=UTC)


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(BadInput, match="not open"):
        Hours(Calendar(key="shut")).add(datetime(2026, 1, 1, tzinfo=UTC), MINUTE)
    with pytest.raises(BadInput, match="public holidays"):
        holidays_of("XX", "", 2026)
