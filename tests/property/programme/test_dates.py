"""Due times, reminders and digests in every zone across changes of the clocks; rings against a plain search."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from watchfloor.programme.tracking.domain import dues, graph, reminding
from watchfloor.review.domain.calendars import Hours

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"}))
YEARS = (datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None), datetime(2031, 1, 1, tzinfo=UTC).replace(tzinfo=None))
MOMENTS = st.datetimes(*YEARS).map(lambda at: at.replace(tzinfo=UTC, microsecond=0))
WALLS = st.datetimes(*YEARS).map(lambda at: at.replace(second=0, microsecond=0))


@given(WALLS, ZONES)
def test_a_typed_time_is_that_time_by_the_clock_of_its_zone(wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    found = dues.read(f"{wall:%Y-%m-%d %H:%M}", now=datetime(2024, 1, 1, tzinfo=UTC), zone=zone,
                      hours=Hours(dues.plain_calendar(name)))  # fmt: skip
    assert found is not None
    here = found.astimezone(zone).replace(tzinfo=None)
    there_is = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    assert (
        here == wall if there_is else timedelta(0) < here - wall <= timedelta(days=1)
    )  # a time that is left out comes after it
    if there_is and (earlier := found - timedelta(hours=1)).astimezone(zone).replace(tzinfo=None) == wall:
        raise AssertionError(f"{earlier} is the first of two")
    assert {seen.at.astimezone(UTC) for seen in dues.seen_by(found, [name, "UTC", "Asia/Manila"])} == {found}


@given(MOMENTS, ZONES, st.integers(1, 12))
def test_working_days_end_when_work_ends_and_none_is_left_out(now: datetime, name: str, days: int) -> None:
    hours = Hours(dues.plain_calendar(name))
    due, zone = dues.working_days(now, days, hours), ZoneInfo(name)
    today, there = now.astimezone(zone).date(), due.astimezone(zone).date()
    between = [today + timedelta(days=1 + n) for n in range((there - today).days)]
    assert sum(bool(hours.day(day)) for day in between) == days and between[-1] == there
    assert due == hours.day(there)[-1][1]
    opens = reminding.opens_before(due, hours)
    assert opens < due and hours.is_open(opens) and opens.astimezone(zone).date() < there
    assert (
        reminding.cause(due, opens, hours) == "soon" and reminding.cause(due, opens - timedelta(seconds=1), hours) == ""
    )
    assert reminding.cause(due, due + timedelta(seconds=1), hours) == "late"


@given(MOMENTS, ZONES, st.sampled_from(["day", "week"]), st.integers(0, 6), st.integers(0, 1439))
def test_a_digest_comes_at_its_hour_whatever_the_clocks_do(
    now: datetime, name: str, every: str, weekday: int, minute: int
) -> None:
    zone, at = ZoneInfo(name), now
    for _number in range(3):
        found = reminding.digest_after(at, every, weekday, minute, zone)
        assert found is not None and at < found <= at + timedelta(days=9 if every == "week" else 3)
        here = found.astimezone(zone)
        wall = datetime.combine(here.date(), time(minute // 60, minute % 60))
        there_is = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
        assert here.replace(tzinfo=None) == wall or not there_is
        assert every == "day" or here.weekday() == weekday
        at = found


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=24), st.integers(0, 8))
def test_a_ring_is_found_exactly_where_there_is_one(pairs: list[tuple[int, int]], start: int) -> None:
    waits: dict[int, list[int]] = {}
    for one, other in pairs:
        waits.setdefault(one, []).append(other)
    reached, grown = set(waits.get(start, [])), True
    while grown:
        more = {other for one in reached for other in waits.get(one, [])} - reached
        reached, grown = reached | more, bool(more)
    path = graph.ring(waits, start)
    assert bool(path) == (start in reached)
    if path:
        assert path[0] == path[-1] == start and len(set(path)) == len(path) - 1
        assert all(after in waits[before] for before, after in pairwise(path))
