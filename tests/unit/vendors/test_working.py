"""Working days of two sides, and hours of a place across evenings, weekends, holidays and changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.vendors.domain import working

LISBON, DUBLIN = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Dublin")
HOLIDAY = date(2026, 12, 8)  # a Tuesday


def closed(_year: int) -> tuple[date, ...]:
    return (HOLIDAY,)


def test_days_both_sides_work() -> None:
    friday = date(2026, 12, 4)
    assert working.days_later(friday, 1) == date(2026, 12, 7)
    assert working.days_later(friday, 2) == HOLIDAY
    assert working.days_later(friday, 2, closed, working.none) == date(2026, 12, 9)
    assert working.on_or_after(date(2026, 12, 5)) == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        ("2026-11-23T09:30", 8, "2026-11-24T09:30"),  # a Monday: seven and a half today, the rest tomorrow
        ("2026-11-27T16:00", 8, "2026-11-30T16:00"),  # a Friday afternoon
        ("2026-11-28T12:00", 8, "2026-11-30T17:00"),  # a Saturday
        ("2026-12-07T20:00", 1, "2026-12-09T10:00"),  # the evening before the holiday
        ("2026-11-23T03:00", 2, "2026-11-23T11:00"),  # at night
    ],
)
def test_hours_of_a_place(asked: str, hours: int, due: str) -> None:
    found = working.due(datetime.fromisoformat(asked).replace(tzinfo=DUBLIN), hours, DUBLIN, closed)
    assert found == datetime.fromisoformat(due).replace(tzinfo=DUBLIN) and found.tzinfo is UTC


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.integers(1, 60))  # noqa: DTZ001 - local times
def test_counted_minute_by_minute(asked: datetime, hours: int) -> None:
    """A plain count of open quarters of an hour comes to the same."""
    asked = asked.replace(minute=asked.minute // 15 * 15, second=0, microsecond=0)
    due = working.due(asked.replace(tzinfo=LISBON), hours, LISBON, closed).astimezone(LISBON).replace(tzinfo=None)
    at, open_ = asked, 0
    while at < due:
        open_ += working.works(at.date(), closed) and 9 <= at.hour < 17
        at += timedelta(minutes=15)
    assert open_ == hours * 4
