"""Generated roster problems: a checker apart from the solver finds nothing wrong, and small ones are as good as trying all."""

from __future__ import annotations

import os
from datetime import date, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("highspy")

from watchfloor.engines.staffing.roster import Contract, Day, Demand, Person, Problem, Roster, check, plan, replan
from watchfloor.kernel.errors import BadInput

MONDAY = date(2026, 11, 23)
MANY = int(os.environ.get("WATCHFLOOR_ROSTERS", "10"))
SKILLS = ["a", "b", "c"]
HOURS = st.sampled_from(["00:00", "06:00", "08:00", "14:00", "22:00"])


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    demands = [
        Demand(
            name=f"d{place}", need=draw(st.lists(st.integers(0, 3), min_size=24, max_size=24)), exposes=draw(st.booleans()),
            skills=draw(st.lists(st.sampled_from(SKILLS), max_size=1)), site=draw(st.sampled_from(["", "", "x"])),
        )
        for place in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    contracts = []
    for place in range(draw(st.integers(1, 2))):
        hours = draw(st.sampled_from([4, 8, 10, 12]))
        contracts.append(
            Contract(
                name=f"c{place}", hours=hours, shifts=draw(st.integers(1, 5)), starts=draw(st.lists(HOURS, max_size=3)),
                rest=draw(st.integers(8, 12)), days_off_together=draw(st.booleans()), most_exposed=draw(st.sampled_from([None, 0, 6, 20])),
                extra=draw(st.integers(0, 3)), call_in=draw(st.booleans()), most_hours=draw(st.sampled_from([40, 48, 60])),
            )
        )  # fmt: skip
    people = [
        Person(
            name=f"p{place}", contract=draw(st.sampled_from(contracts)).name, skills=draw(st.lists(st.sampled_from(SKILLS), unique=True)),
            site=draw(st.sampled_from(["x", "y"])),
            off=[MONDAY + timedelta(days=each) for each in draw(st.lists(st.integers(0, 6), max_size=2))],
            last_end=draw(st.sampled_from([None, 0, 2, 20])), prefers_starts=draw(st.lists(HOURS, max_size=2)),
            prefers_off=draw(st.lists(st.sampled_from(["Sat", "Sun", "Wed"]), max_size=2)),
        )
        for place in range(draw(st.integers(1, 8)))
    ]  # fmt: skip
    return Problem(start=MONDAY, demands=demands, contracts=contracts, people=people)


def made(problem: Problem) -> Roster | None:
    """The roster, or nothing where somebody has no week that the contract allows (said as such)."""
    try:
        return plan(problem, seconds=60)  # of the wall: a machine may be busy
    except BadInput as refused:
        if refused.code != "no_week":
            raise
        return None


@given(problems(), st.integers(0, 6), st.data())
@settings(max_examples=MANY, deadline=None)
def test_every_rule_is_kept_also_after_a_day_was_planned_again(problem: Problem, day: int, data: st.DataObject) -> None:
    roster = made(problem)
    if roster is None:
        return
    assert check(problem, roster) == []
    assert roster.bound <= roster.uncovered
    absent = data.draw(st.lists(st.sampled_from([person.name for person in problem.people]), unique=True, max_size=3))
    again = replan(problem, roster, Day(day=MONDAY + timedelta(days=day), absent=absent))
    assert check(again.problem, again.roster, changed_day=day) == []
    for person, before, after in zip(problem.people, roster.people, again.roster.people, strict=True):
        if person.name in absent:
            assert all(duty.begin // 24 != day for duty in after.duties)
        others = [
            [(duty.begin, duty.hours) for duty in each.duties if duty.begin // 24 != day] for each in (before, after)
        ]
        assert others[0] == others[1]


@given(
    st.lists(st.integers(0, 2), min_size=24, max_size=24),
    st.integers(1, 2),
    st.sampled_from([4, 8, 13]),
    st.integers(5, 6),
)
@settings(max_examples=min(MANY, 25), deadline=None)
def test_small_ones_are_as_good_as_trying_every_week(need: list[int], people: int, hours: int, shifts: int) -> None:
    starts = [0, 7, 20]
    problem = Problem(
        start=MONDAY, demands=[Demand(name="d", need=need)], people=[Person(name=f"p{n}", contract="c") for n in range(people)],
        contracts=[Contract(name="c", hours=hours, shifts=shifts, starts=[f"{start:02}:00" for start in starts])],
    )  # fmt: skip
    weeks = list(product(starts, combinations(range(7), shifts)))

    def uncovered(chosen: tuple[tuple[int, tuple[int, ...]], ...]) -> int:
        left = need * 7
        for start, days in chosen:
            for day in days:
                for at in range(day * 24 + start, min(168, day * 24 + start + hours)):
                    left[at] -= 1
        return sum(max(0, each) for each in left)

    found = plan(problem)
    assert found.optimal and found.uncovered == min(uncovered(chosen) for chosen in product(weeks, repeat=people))
