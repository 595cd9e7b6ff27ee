"""Days and weeks of people in their own zones, through changed clocks; budgets added up by hand; breaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.workforce.domain.budgets import (
    Budget,
    Line,
    break_due,
    check,
    day_start,
    lines,
    planned,
    spent_up,
    strictest,
    week_start,
)

MINUTE = 60_000
ZONES = [
    "UTC",
    "Europe/Madrid",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "America/St_Johns",
    "Pacific/Chatham",
    "America/Los_Angeles",
]


@pytest.mark.parametrize(
    ("zone", "now", "day", "week"),
    [
        ("UTC", "2026-11-22T10:00", "2026-11-22T00:00", "2026-11-16T00:00"),
        ("Asia/Tokyo", "2026-11-22T14:59", "2026-11-21T15:00", "2026-11-15T15:00"),  # still Sunday there
        ("Asia/Tokyo", "2026-11-22T15:00", "2026-11-22T15:00", "2026-11-22T15:00"),  # Monday there
        (
            "Europe/Madrid",
            "2026-03-29T12:00",
            "2026-03-28T23:00",
            "2026-03-22T23:00",
        ),  # the clocks went forward that night
        ("Europe/Madrid", "2026-03-30T12:00", "2026-03-29T22:00", "2026-03-29T22:00"),
        ("Europe/Madrid", "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-18T22:00"),  # and back
        ("Europe/Madrid", "2026-10-26T12:00", "2026-10-25T23:00", "2026-10-25T23:00"),
        ("Asia/Kathmandu", "2026-11-22T18:15", "2026-11-22T18:15", "2026-11-22T18:15"),  # midnight lies on a quarter
        (
            "America/Santiago",
            "2026-09-06T12:00",
            "2026-09-06T04:00",
            "2026-08-31T04:00",
        ),  # no midnight: it begins at one
    ],
)
def test_a_day_begins_at_ones_own_midnight(zone: str, now: str, day: str, week: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert day_start(moment, ZoneInfo(zone)) == datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert week_start(moment, ZoneInfo(zone)) == datetime.fromisoformat(week).replace(tzinfo=UTC)


@given(st.integers(0, 15 * 365 * 24 * 60), st.sampled_from(ZONES))
def test_now_lies_in_its_day_and_week_and_both_begin_on_a_quarter(minutes: int, zone: str) -> None:
    now, here = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), ZoneInfo(zone)
    day, week = day_start(now, here), week_start(now, here)
    assert week <= day <= now
    assert now - day < timedelta(hours=25, minutes=1)
    assert now - week < timedelta(days=7, hours=1, minutes=1)
    assert (day.minute % 15, day.second, week.minute % 15, week.second) == (0, 0, 0, 0)
    assert week.astimezone(here).weekday() == 0


def test_a_budget_is_spent_by_everything_at_least_as_severe() -> None:
    budget = Budget(day={3: 60, 4: 30}, week={5: 100})
    assert lines(budget, {3: 10 * MINUTE, 4: 5 * MINUTE, 5: MINUTE}, {5: 9 * MINUTE}) == [
        Line(3, "day", 16 * MINUTE, 60 * MINUTE), Line(4, "day", 6 * MINUTE, 30 * MINUTE), Line(5, "week", 9 * MINUTE, 100 * MINUTE),
    ]  # fmt: skip


def test_severe_work_ends_before_the_budget_does() -> None:
    budget = Budget(day={4: 30, 5: 10}, reserve=2)
    assert spent_up(budget, lines(budget, {5: 7 * MINUTE}, {})) is None
    empty = spent_up(budget, lines(budget, {5: 8 * MINUTE}, {}))
    assert empty is not None
    assert empty.severity == 5
    both = spent_up(budget, lines(budget, {4: 20 * MINUTE, 5: 8 * MINUTE}, {}))
    assert both is not None
    assert both.severity == 4  # the lower one says the more
    nothing = Budget(day={5: 0}, reserve=2)
    assert spent_up(nothing, lines(nothing, {}, {})) is not None  # none at all is a budget, too


def test_of_several_budgets_the_strictest_of_each_minute_holds() -> None:
    both = strictest(
        [
            Budget(day={4: 60}, week={4: 200}, work_break=90),
            Budget(day={4: 30, 5: 10}, severe_break=20, break_minutes=15),
        ]
    )
    assert both == Budget(
        day={4: 30, 5: 10}, week={4: 200}, reserve=2, severe_break=20, work_break=90, break_minutes=15
    )  # fmt: skip


def test_a_break_is_due_after_severe_exposure_or_after_work() -> None:
    budget = Budget(severe_break=20, work_break=90)
    assert break_due(budget, worked_ms=89 * MINUTE, severe_ms=19 * MINUTE) == ""
    assert break_due(budget, worked_ms=30 * MINUTE, severe_ms=20 * MINUTE) == "severe"
    assert break_due(budget, worked_ms=90 * MINUTE, severe_ms=0) == "work"
    assert break_due(Budget(), worked_ms=10**9, severe_ms=10**9) == ""


def test_planned_breaks_are_at_the_persons_own_time() -> None:
    now = datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert planned(Budget(schedule=("15:00", "10:30")), now, ZoneInfo("Europe/Madrid")) == [
        datetime(2026, 7, 1, 8, 30, tzinfo=UTC), datetime(2026, 7, 1, 13, tzinfo=UTC),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("budget", "where"),
    [
        (Budget(day={4: 2000}), "day_4"),
        (Budget(week={1: 5}), "week_1"),
        (Budget(day={4: -1}), "day_4"),
        (Budget(break_minutes=0), "break_minutes"),
        (Budget(severe_break=1000), "severe_break"),
        (Budget(schedule=("half ten",)), "schedule"),
    ],
)
def test_budgets_that_make_no_sense_are_refused_at_their_field(budget: Budget, where: str) -> None:
    with pytest.raises(BadInput) as refused:
        check(budget)
    assert refused.value.where == where
