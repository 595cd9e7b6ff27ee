"""Schedules against a reader that goes minute by minute and knows nothing of zones' arithmetic: it only watches the wall.

``WATCHFLOOR_SCHEDULES=10000`` generates so many instead of forty.
"""

# ruff: noqa: DTZ001, DTZ901 - what stands on a wall has no zone
from __future__ import annotations

import calendar
import itertools
import os
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.oncall.domain.schedule import MONTH, UNITS, Layer, Override, Schedule, Window, final, gaps, on_at

ZONES = (
    "UTC",
    "Europe/Dublin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/St_Johns",
)
# Around changes of the clocks (both ways, half an hour too), a leap day, and an island that left out a day.
MOMENTS = (
    datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2026, 4, 5),
    datetime(2028, 2, 29), datetime(2028, 3, 1), datetime(2026, 3, 1), datetime(2011, 12, 30),
)  # fmt: skip
STEP = timedelta(minutes=1)
COUNT = int(os.environ.get("WATCHFLOOR_SCHEDULES", "25"))
PEOPLE = tuple(UUID(int=number) for number in range(1, 5))
times = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))
windows = st.builds(Window, st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple), times, times)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Schedule, list[Override], datetime, datetime]:
    """A schedule, overrides, and two days around an awkward moment."""
    near = draw(st.sampled_from(MOMENTS))
    layers = tuple(_layer(draw, near, number) for number in range(draw(st.integers(1, 3))))
    start = near.replace(tzinfo=UTC) - timedelta(minutes=draw(st.integers(0, 30 * 60)))
    end = start + timedelta(minutes=draw(st.integers(1, 48 * 60)))
    spans = st.tuples(st.sampled_from(PEOPLE), st.integers(-600, 2_000), st.integers(1, 900))
    overrides = [
        Override(person, start + first * STEP, start + (first + length) * STEP)
        for person, first, length in draw(st.lists(spans, max_size=2))
    ]
    return Schedule(zone=draw(st.sampled_from(ZONES)), layers=layers), overrides, start, end


def _layer(draw: st.DrawFn, near: datetime, number: int) -> Layer:
    unit = draw(st.sampled_from((*sorted(UNITS), MONTH)))
    back = 5 if unit == "hour" else 800 if unit == MONTH else 70  # the reader counts elapsed hours one minute at a time
    begins = near + timedelta(days=draw(st.integers(-back, 0)), minutes=draw(st.integers(-600, 720)))
    return Layer(
        name=f"layer {number}", people=tuple(draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3))), begins=begins,
        unit=unit, every=draw(st.integers(1, 3)), windows=tuple(draw(st.lists(windows, max_size=2))),
    )  # fmt: skip


def by_the_wall(schedule: Schedule, overrides: list[Override], start: datetime, end: datetime) -> list[UUID | None]:
    """Who is on at each step, by watching the wall from two days before on, or before the first hand-over of a layer by hours."""
    zone = ZoneInfo(schedule.zone)
    elapsing = [layer.begins.replace(tzinfo=UTC) for layer in schedule.layers if layer.unit == "hour"]
    begun = min([*elapsing, start]) - timedelta(days=2)
    moment, wall = begun, datetime.min
    turns = [-1] * len(schedule.layers)
    since: list[datetime] = [begun] * len(schedule.layers)
    found: list[UUID | None] = []
    while moment < end:
        wall = max(wall, moment.astimezone(zone).replace(tzinfo=None))  # what the wall has shown so far
        who = None
        for number, layer in enumerate(schedule.layers):
            if layer.unit == "hour":
                if turns[number] < 0 and wall >= layer.begins:
                    turns[number], since[number] = 0, moment
                elif turns[number] >= 0 and moment - since[number] >= timedelta(hours=layer.every):
                    turns[number], since[number] = turns[number] + 1, moment
            else:
                while wall >= _begins(layer, turns[number] + 1):
                    turns[number] += 1
            if turns[number] >= 0 and (not layer.windows or any(_within(window, wall) for window in layer.windows)):
                who = layer.people[turns[number] % len(layer.people)]
        for each in overrides:
            if each.start <= moment < each.end:
                who = each.person
        if moment >= start:
            found.append(who)
        moment += STEP
    return found


def _begins(layer: Layer, number: int) -> datetime:
    """When a turn begins on the wall; months are gone through one by one."""
    if layer.unit != MONTH:
        return layer.begins + number * layer.every * UNITS[layer.unit]
    year, month = layer.begins.year, layer.begins.month
    for _each in range(number * layer.every):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    days = next(day for day in (31, 30, 29, 28) if day in calendar.Calendar().itermonthdays(year, month))
    return layer.begins.replace(year=year, month=month, day=min(layer.begins.day, days))


def _within(window: Window, wall: datetime) -> bool:
    for back in (0, 1, 2):
        day = (wall - timedelta(days=back)).replace(hour=0, minute=0)
        first = day + timedelta(hours=int(window.start[:2]), minutes=int(window.start[3:]))
        last = day + timedelta(hours=int(window.end[:2]), minutes=int(window.end[3:]))
        if last <= first:
            last += timedelta(days=1)
        if day.weekday() in window.days and first <= wall < last:
            return True
    return False


@given(problems())
@settings(max_examples=COUNT)
def test_the_same_as_watching_the_wall(problem: tuple[Schedule, list[Override], datetime, datetime]) -> None:
    schedule, overrides, start, end = problem
    shifts = final(schedule, overrides, start, end)
    on = {
        shift.start + number * STEP: shift.person
        for shift in shifts
        for number in range((shift.end - shift.start) // STEP)
    }
    expected = by_the_wall(schedule, overrides, start, end)
    assert [on.get(start + number * STEP) for number in range(len(expected))] == expected
    assert all(a.end <= b.start for a, b in itertools.pairwise(shifts))  # never two at once
    free = sum((last - first for first, last in gaps(shifts, start, end)), timedelta(0))
    assert free + sum((shift.end - shift.start for shift in shifts), timedelta(0)) == end - start
    whole = [
        layer
        for layer in schedule.layers
        if not layer.windows and layer.begins < start.replace(tzinfo=None) - timedelta(days=2)
    ]
    assert not whole or not gaps(shifts, start, end)  # somebody takes turns all the time
    middle = start + len(expected) // 2 * STEP
    now = on_at(schedule, overrides, middle)
    assert (now.person if now else None) == expected[len(expected) // 2]


def test_a_week_in_which_the_clocks_go_forward_has_167_hours() -> None:
    layer = Layer(name="a", people=PEOPLE[:2], begins=datetime(2026, 3, 23, 9))
    shifts = final(
        Schedule(zone="Europe/Madrid", layers=(layer,)), [], datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 6, 7, tzinfo=UTC)
    )  # fmt: skip
    assert [(shift.end - shift.start) / timedelta(hours=1) for shift in shifts] == [167, 168]
    assert shifts[0].start == datetime(2026, 3, 23, 8, tzinfo=UTC)


def test_a_month_ends_on_its_last_day_and_the_31st_comes_back() -> None:
    layer = Layer(name="a", people=PEOPLE[:3], begins=datetime(2028, 1, 31, 9), unit=MONTH)
    shifts = final(
        Schedule(zone="UTC", layers=(layer,)), [], datetime(2028, 1, 1, tzinfo=UTC), datetime(2028, 5, 1, tzinfo=UTC)
    )
    assert [shift.start.strftime("%m-%d") for shift in shifts] == ["01-31", "02-29", "03-31", "04-30"]
    assert [shift.person for shift in shifts] == [*PEOPLE[:3], PEOPLE[0]]
