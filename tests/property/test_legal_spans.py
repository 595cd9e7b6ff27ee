"""Legal periods against the slow way: each minute of the world, or each date of the calendar, asked one after the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.law import shipped
from watchfloor.law.domain.spans import Length, add_months, ends
from watchfloor.law.domain.table import Table, read
from watchfloor.review.domain.calendars import Calendar, Hours

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = ["UTC", "Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]
# Around clock changes, a leap day and the day after it in other years, ends of months and years, and Apia's lost day.
STARTS = [
    datetime(*day, tzinfo=UTC)
    for day in (
        (2026, 3, 27), (2026, 10, 24), (2026, 3, 7), (2026, 10, 31), (2028, 1, 31), (2028, 2, 28), (2027, 2, 27), (2026, 12, 30),
        (2026, 4, 4), (2011, 12, 28), (2026, 8, 31),
    )
]  # fmt: skip
moments = st.builds(lambda day, minutes: day + minutes * MINUTE, st.sampled_from(STARTS), st.integers(-800, 2900))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    week = draw(st.lists(st.sampled_from([(), ((0, 1440),), ((540, 1020),)]), min_size=7, max_size=7))
    around = draw(st.sampled_from(STARTS)).date()
    closed = draw(st.dictionaries(st.integers(0, 12).map(lambda n: around + n * DAY), st.just(()), max_size=3))
    country = draw(st.sampled_from(["", "US", "BE"]))
    zone = draw(st.sampled_from(ZONES))
    return Hours(
        Calendar(key="c", time_zone=zone, week=tuple(week), country=country, exceptions=tuple(sorted(closed.items())))
    )  # fmt: skip


@st.composite
def pauses(draw: st.DrawFn, start: datetime, most: int = 12_000) -> list[tuple[datetime, datetime]]:
    cuts = sorted(draw(st.lists(st.integers(0, most), max_size=3, unique=True).map(lambda cuts: cuts * 2)))
    cuts = sorted(set(cuts))
    return [
        (start + a * MINUTE, start + b * MINUTE) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if a < b
    ]  # fmt: skip


def slow_time(left: int, start: datetime, stops: list[tuple[datetime, datetime]], calendar: Hours | None) -> datetime:
    """Minute after minute: it counts when no pause covers it and the calendar is open then."""
    now = start
    while left:
        if not any(a <= now < b for a, b in stops) and (calendar is None or calendar.is_open(now)):
            left -= 1
        now += MINUTE
    return now


@settings(max_examples=60)
@given(st.data(), moments, st.integers(1, 72 * 60))
def test_minutes_and_hours_are_time_that_passes_outside_pauses(
    data: st.DataObject, start: datetime, amount: int
) -> None:
    stops = data.draw(pauses(start, 4000))
    assert ends(Length(amount=amount, unit="minutes"), start, stops) == slow_time(amount, start, stops, None)


@settings(max_examples=40)
@given(st.data(), moments, st.integers(1, 30 * 60))
def test_open_minutes_of_a_calendar(data: st.DataObject, start: datetime, amount: int) -> None:
    calendar = Hours(
        Calendar(
            key="c", time_zone=data.draw(st.sampled_from(ZONES)),
            week=(((540, 1020),), ((540, 1020),), ((0, 1440),), ((540, 1020),), ((540, 1020),), (), ()),
        )
    )  # fmt: skip
    stops = data.draw(pauses(start, 4000))
    expected = slow_time(amount, start, stops, calendar)
    assert ends(Length(amount=amount, unit="minutes"), start, stops, calendar) == expected


def slow_date(length: Length, start: datetime, stops: list[tuple[datetime, datetime]], calendar: Hours | None) -> date:
    """Date after date, each asked by its own minutes whether a pause touches it. Written without the engine's help."""
    zone = ZoneInfo(length.zone)
    first = start.astimezone(zone).date()
    paused = set()
    for begin, end in stops:
        now = begin
        while now < end:  # minute by minute
            paused.add(now.astimezone(zone).date())
            now += MINUTE
    count = length.amount
    if length.unit == "months":
        target = first
        wanted = (first.month - 1 + length.amount) % 12 + 1
        years = first.year + (first.month - 1 + length.amount) // 12
        while (target.year, target.month) != (years, wanted):
            target += DAY
        while target.day < first.day and (target + DAY).month == wanted:
            target += DAY
        count = (target - first).days
    day = first
    while count:
        day += DAY
        holiday = length.unit == "business_days" and calendar is not None and not calendar.openings(day)
        if day not in paused and not holiday:
            count -= 1
    while length.roll and calendar is not None and not calendar.openings(day):
        day += DAY
    return day


@settings(max_examples=150)
@given(
    st.data(), moments, st.sampled_from(["days", "months", "business_days"]), st.integers(1, 14), st.sampled_from(ZONES),
    st.booleans(), hours(),
)  # fmt: skip
def test_dates_are_counted_one_by_one(
    data: st.DataObject, start: datetime, unit: str, amount: int, zone: str, roll: bool, calendar: Hours
) -> None:
    stops = data.draw(pauses(start))
    rolls = roll and unit != "business_days"
    length = Length(amount=amount, unit=unit, zone=zone, end_of_day=True, roll=rolls)
    if not any(calendar.calendar.week) and (rolls or unit == "business_days"):
        with pytest.raises(BadInput, match="never"):
            ends(length, start, stops, calendar)
        return
    found = ends(length, start, stops, calendar)
    # The period is over with the last minute of that local date.
    local = (found - MINUTE).astimezone(ZoneInfo(zone))
    expected = slow_date(length, start, stops, calendar)
    lost = date(2011, 12, 30)  # a date that Apia never had
    assert local.date() == expected or (zone == "Pacific/Apia" and expected == lost)
    assert found.astimezone(ZoneInfo(zone)).date() > local.date()


@given(moments, st.sampled_from(["days", "months"]), st.integers(1, 14), st.sampled_from(ZONES))
def test_the_same_time_of_day_where_the_clock_has_it(start: datetime, unit: str, amount: int, zone: str) -> None:
    length = Length(amount=amount, unit=unit, zone=zone)
    begun = start.astimezone(ZoneInfo(zone))
    found = ends(length, start).astimezone(ZoneInfo(zone))
    same = datetime.combine(slow_date(length, start, [], None), begun.time(), ZoneInfo(zone))
    exists = same.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == same.replace(tzinfo=None)
    if exists:
        assert found.replace(tzinfo=None) == same.replace(tzinfo=None)
    else:  # the clock leaves this time out: by as much later (for Apia's day, a day later)
        assert timedelta(0) < found.replace(tzinfo=None) - same.replace(tzinfo=None) <= DAY


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2027, 1, 31), 1, (2027, 2, 28)),
        ((2028, 2, 29), 12, (2029, 2, 28)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
    ],
)  # fmt: skip
def test_months_end_with_the_month(day: tuple[int, int, int], count: int, expected: tuple[int, int, int]) -> None:
    assert add_months(date(*day), count) == date(*expected)


@settings(max_examples=60)
@given(st.data(), moments, st.integers(1, 20_000))
def test_a_later_notice_is_never_due_sooner_whatever_the_table_says(
    data: st.DataObject, start: datetime, later: int
) -> None:
    table = _table()
    rule = data.draw(st.sampled_from(list(table.clocks.values())))
    assert table.due(rule, start) <= table.due(rule, start + later * MINUTE)
    longer = data.draw(pauses(start))
    assert table.due(rule, start, longer) >= table.due(rule, start)


_read: list[Table] = []


def _table() -> Table:
    if not _read:
        _read.append(read(shipped.clocks(), 1))
    return _read[0]
