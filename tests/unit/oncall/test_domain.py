"""Rest, fairness, pay and swaps by hand-counted examples; the files of ``watchfloor oncall schedule``."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.cli.oncall import oncall
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.oncall.domain import pay, plain, rest, swaps
from watchfloor.oncall.domain.load import load
from watchfloor.oncall.domain.schedule import Shift

ANA, BEN = UUID(int=1), UUID(int=2)
MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEADS = {
    "name": "Leads; north, south", "zone": "Europe/Dublin",
    "people": {"ana": {"name": "=Ana", "zone": "Europe/Lisbon"}, "mei": {"name": "Mei, Chen", "zone": "Asia/Singapore"}},
    "layers": [{"name": "primary", "people": ["ana", "ben"], "begins": "2026-03-02T09:00"}],
    "overrides": [{"person": "mei", "start": "2026-03-29T00:30", "end": "2026-03-29T03:30"}],
    "rules": {"rest": 11, "row": 100}, "pages": [{"person": "ana", "at": "2026-03-24T23:10"}],
}  # fmt: skip


def shift(person: UUID, first: float, last: float) -> Shift:
    return Shift(person, MONDAY + first * HOUR, MONDAY + last * HOUR, "primary")


def told(rules: rest.Rules, *shifts: Shift) -> list[tuple[str, UUID, float]]:
    return [(each.rule, each.person, each.found) for each in rest.breaches(rules, shifts)]


def test_rules_of_rest_and_fairness() -> None:
    row = (shift(ANA, 0, 12), shift(BEN, 12, 20), shift(ANA, 20, 30))
    assert told(rest.Rules(), *row) == []
    assert told(rest.Rules(rest=8), *row) == []  # eight hours free are enough
    assert told(rest.Rules(rest=9), *row) == [("rest", ANA, 8)]
    assert told(rest.Rules(row=11), *row) == [("row", ANA, 12)]
    assert told(rest.Rules(four_weeks=21), *row) == [("four_weeks", ANA, 22)]
    assert told(rest.Rules(spread=0.4), *row) == [("spread", ANA, 22)]  # the average is 15, 21 are allowed
    assert told(rest.Rules(spread=0.5), *row) == []
    assert told(rest.Rules(row=12), shift(ANA, 0, 12), shift(ANA, 6, 13)) == [
        ("row", ANA, 13)
    ]  # two schedules, one person
    far = shift(ANA, 28 * 24 + 6, 28 * 24 + 12)
    assert told(rest.Rules(four_weeks=12), shift(ANA, 0, 12), far) == []  # when it ends, the first is just outside
    assert told(rest.Rules(four_weeks=11), far, shift(ANA, 0, 12)) == [("four_weeks", ANA, 12)]
    with pytest.raises(BadInput):
        rest.read({"rest": -1})
    with pytest.raises(BadInput):
        rest.read({"sleep": 8})


@given(
    st.lists(st.tuples(st.sampled_from((ANA, BEN)), st.integers(0, 900), st.integers(1, 200)), max_size=8),
    st.integers(1, 600),
)  # fmt: skip
def test_four_weeks_as_counted_hour_by_hour(spans: list[tuple[UUID, int, int]], most: int) -> None:
    found = rest.breaches(rest.Rules(four_weeks=most), [shift(who, first, first + long) for who, first, long in spans])
    for person in (ANA, BEN):
        on = {hour for who, first, long in spans if who == person for hour in range(first, first + long)}
        before = [0, *itertools.accumulate(hour in on for hour in range(1_100))]  # hours on before each hour
        worst = max(before[end] - before[max(0, end - 28 * 24)] for end in range(1_101))
        assert any(each.person == person for each in found) == (worst > most)


def test_hours_by_their_kind_add_up_over_a_change_of_the_clocks() -> None:
    # Friday 17:00 to Monday 10:00 in Dublin; the clocks go forward on Sunday at one
    span = Shift(ANA, datetime(2026, 3, 27, 17, tzinfo=UTC), datetime(2026, 3, 30, 9, tzinfo=UTC), "x")
    found = pay.hours(ANA, "Europe/Dublin", [span, span], pages=2)
    assert (found.working, found.weekday, found.weekend, found.holiday) == (1 + 1, 6 + 9, 47, 0)
    assert found.night == 2 + 6 + 2 + 5 + 2 + 6  # the night of the change has an hour less
    assert found.total == 64 and found.pages == 2
    off = pay.hours(ANA, "Europe/Dublin", [span], holidays=[date(2026, 3, 30)])
    assert (off.working, off.weekday, off.holiday) == (1, 6, 10)
    assert load(ANA, "UTC", [span, span], []).hours == 64  # two schedules at once are not twice the time


@given(
    st.integers(0, 10_000),
    st.integers(1, 6_000),
    st.sampled_from(("Europe/Dublin", "Australia/Lord_Howe", "Asia/Kathmandu")),
)
def test_hours_as_counted_quarter_by_quarter(first: int, long: int, zone: str) -> None:
    quarter, place = timedelta(minutes=15), ZoneInfo(zone)
    start = datetime(2026, 2, 1, tzinfo=UTC) + first * quarter
    found = pay.hours(ANA, zone, [Shift(ANA, start, start + long * quarter, "x")])
    walls = [(start + number * quarter).astimezone(place) for number in range(long)]
    assert found.weekend == sum(wall.weekday() > 4 for wall in walls) / 4
    assert found.working == sum(wall.weekday() <= 4 and 9 <= wall.hour < 18 for wall in walls) / 4
    assert found.night == sum(wall.hour >= 22 or wall.hour < 6 for wall in walls) / 4
    assert found.total == long / 4


def test_a_swap_is_overrides_and_only_of_what_one_has() -> None:
    mine, theirs = swaps.Span(MONDAY + 2 * HOUR, MONDAY + 8 * HOUR), swaps.Span(MONDAY + 13 * HOUR, MONDAY + 19 * HOUR)
    swap = swaps.Swap(asker=ANA, other=BEN, gives=mine, takes=theirs)
    row = [shift(ANA, 0, 12), shift(BEN, 12, 20)]
    swaps.check(swap, MONDAY)
    swaps.still_theirs(swap, row)
    assert [(each.person, each.start) for each in swaps.overrides(swap)] == [(BEN, mine.start), (ANA, theirs.start)]
    with pytest.raises(Conflict):
        swaps.still_theirs(swap, [shift(ANA, 0, 7), shift(BEN, 7, 20)])  # somebody has an hour of it already
    for bad, now in (
        (swaps.Swap(asker=ANA, other=ANA, gives=mine), MONDAY),
        (swaps.Swap(asker=ANA, other=BEN, gives=mine), MONDAY + 3 * HOUR),  # it has begun
        (swaps.Swap(asker=ANA, other=BEN, gives=mine, takes=mine), MONDAY),
        (swaps.Swap(asker=ANA, other=BEN, gives=swaps.Span(mine.end, mine.start)), MONDAY),
    ):
        with pytest.raises(BadInput):
            swaps.check(bad, now)
    assert swaps.moved("asked", "accept") == "accepted"
    with pytest.raises(Conflict):
        swaps.moved("declined", "accept")


def run(path: Path, *more: str) -> Any:
    return CliRunner().invoke(oncall, ["schedule", str(path), "--from", "2026-03-23", "--to", "2026-03-30", *more])


def test_the_command_on_a_file(tmp_path: Path) -> None:
    file = tmp_path / "leads.json"
    file.write_text(json.dumps(LEADS))
    found = json.loads(run(file, "--json").output)
    assert [(each["person"], each["layer"]) for each in found["shifts"]] == [
        ("=Ana", "primary"), ("ben", "primary"), ("Mei, Chen", "override"), ("ben", "primary"),
    ]  # fmt: skip
    assert found["shifts"][2]["start"] == "2026-03-29T00:30:00Z" and found["gaps"] == []
    assert found["shifts"][2]["end"] == "2026-03-29T02:30:00Z"  # two hours: the clocks go forward at one
    assert {(each["rule"], each["person"]) for each in found["breaches"]} == {("rest", "ben"), ("row", "ben")}
    assert sum(each["total"] for each in found["pay"]) == 167
    assert [each["pages"] for each in found["load"] if each["person"] == "=Ana"] == [1]
    rows = run(file, "--pay").output.splitlines()
    assert rows[0] == "person,total,working,weekday,weekend,holiday,night,pages" and rows[1].startswith("'=Ana,9,")
    assert any(row.startswith('"Mei, Chen",2,') for row in rows)
    text = run(file).output
    assert "ben is on for 135.5 h without a break from Mon 2026-03-23 09:00 +0000; the rule allows 100." in text


def test_the_calendar_of_a_file_is_read_by_two_others(tmp_path: Path) -> None:
    file = tmp_path / "leads.json"
    file.write_text(json.dumps(LEADS))
    text = run(file, "--ics").output
    shifts = plain.answer(
        plain.parse(json.dumps(LEADS)), *(plain.day(day, "Europe/Dublin") for day in ("2026-03-23", "2026-03-30"))
    ).shifts
    expected = [(each.start, each.end) for each in shifts]
    first = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert [(each["DTSTART"].dt, each["DTEND"].dt) for each in first] == expected
    second = vobject.readOne(text)
    assert [(each.dtstart.value, each.dtend.value) for each in second.vevent_list] == expected
    assert str(first[0]["SUMMARY"]) == second.vevent_list[0].summary.value == "=Ana · Leads; north, south"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"zone": "Mars/Olympus"}, "zone"), ({"layers": [{**LEADS["layers"][0], "people": []}]}, "layers[0].people"),  # type: ignore[index]
        ({"layers": [{**LEADS["layers"][0], "begins": "soon"}]}, "layers[0].begins"),  # type: ignore[index]
        ({"layers": [{**LEADS["layers"][0], "unit": "decade"}]}, "layers[0].unit"),  # type: ignore[index]
        ({"layers": [{**LEADS["layers"][0], "windws": []}]}, "layers"),  # type: ignore[index]
        ({"rules": {"rest": -3}}, "rest"), ({"people": {"ana": {"zone": "x"}}}, "people.ana.zone"), ({"more": 1}, "file"),
        ({"overrides": [{"person": "ana", "start": "2026-03-02", "end": "2026-03-01"}]}, "overrides[0].end"),
        ({"pages": [{"person": "zoe", "at": "2026-03-02"}]}, "pages[0].person"),
    ],
)  # fmt: skip
def test_a_file_that_makes_no_sense_says_where(change: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        plain.parse(json.dumps({**LEADS, **change}))
    assert refused.value.where == where
