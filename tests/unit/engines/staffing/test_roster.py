"""Rosters: preferences, midnight, caps, what the checker notices, and files that are refused."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

pytest.importorskip("highspy")

from watchfloor.engines.staffing.roster import Contract, Day, Demand, Duty, Person, Problem, Roster, check, plan, replan
from watchfloor.kernel.errors import BadInput

MONDAY = date(2026, 11, 23)


def problem(**changes: object) -> Problem:
    given = {
        "start": MONDAY,
        "demands": [Demand(name="d", need=[1] * 24)],
        "contracts": [Contract(name="c", starts=["06:00", "14:00", "22:00"])],
        "people": [Person(name=f"p{number}", contract="c") for number in range(6)],
    }
    return Problem(**{**given, **changes})  # type: ignore[arg-type]


def test_nights_cross_midnight_and_everything_is_covered() -> None:
    """Two people for each of three shifts: all but the first six hours, which only the night before could cover."""
    found = plan(problem())
    assert found.uncovered == 6 and found.optimal and check(problem(), found) == []
    assert [at for at, gap in enumerate(found.uncovered_by["d"]) if gap] == [0, 1, 2, 3, 4, 5]


def test_preferences_decide_between_rosters_of_the_same_coverage() -> None:
    people = [
        Person(name="late", contract="c", prefers_starts=["14:00"]),
        Person(name="early", contract="c", prefers_starts=["06:00"]),
    ]
    demand = Demand(name="d", need=[0] * 6 + [1] * 16 + [0] * 2)
    found = plan(problem(people=people, demands=[demand]))
    assert found.mean_cost == 0
    assert {each.name: each.duties[0].begin % 24 for each in found.people} == {"late": 14, "early": 6}


def test_exposure_caps_are_kept_though_a_need_stays_open() -> None:
    contract = Contract(name="c", starts=["06:00"], most_exposed=10)
    demand = Demand(name="d", need=[0] * 6 + [1] * 8 + [0] * 10, exposes=True)
    found = plan(problem(contracts=[contract], people=[Person(name="one", contract="c")], demands=[demand]))
    assert found.uncovered == 56 - 10 and found.optimal


def test_a_missing_person_is_replaced_at_the_least_cost() -> None:
    """One is ill; overtime of the neighbours costs less than calling somebody in for the whole shift, so it comes first."""
    given = problem(demands=[Demand(name="d", need=[0] * 6 + [2] * 16 + [0] * 2)])
    before = plan(given)
    ill = next(each.name for each in before.people if any(duty.begin // 24 == 2 for duty in each.duties))
    again = replan(given, before, Day(day=date(2026, 11, 25), absent=[ill]))
    assert check(again.problem, again.roster, changed_day=2) == []
    assert again.roster.uncovered - before.uncovered < 8 and again.cost > 0
    assert any(change.name == ill and change.absent for change in again.changes)


def broken(change: object) -> list[str]:
    given = problem(
        people=[Person(name="p", contract="c", off=[date(2026, 11, 29)], skills=["x"])],
        demands=[Demand(name="d", need=[1] * 24)],
    )
    fine = plan(given)
    [person] = fine.people
    duties = change(person.duties)  # type: ignore[operator]
    roster = msgspec.structs.replace(fine, people=[msgspec.structs.replace(person, duties=duties)])
    return check(given, roster)


def moved(duty: Duty, by: int) -> Duty:
    return msgspec.structs.replace(duty, begin=duty.begin + by)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda duties: duties[:-1], "works 4 shifts"),
        (lambda duties: [moved(duties[0], 1), *duties[1:]], "not in the contract"),
        (lambda duties: [moved(duties[0], 8), *duties[1:-1], moved(duties[-1], -8)], "rests too little"),
        (lambda duties: [*duties[:-1], Duty(begin=6 * 24 + 6, hours=8, work=[None] * 8)], "day off"),
        (lambda duties: [*duties[:-1], msgspec.structs.replace(duties[-1], hours=9)], "not of 8 hours"),
        (lambda duties: [msgspec.structs.replace(duties[0], work=[None] * 8), *duties[1:]], "uncovered"),
    ],
)
def test_the_checker_notices(change: object, said: str) -> None:
    assert any(said in each for each in broken(change))


def test_the_checker_notices_work_that_one_cannot_do_and_too_much_exposure() -> None:
    contract = Contract(name="c", hours=2, shifts=1, starts=["00:00"], most_exposed=1)
    demand = Demand(name="d", need=[1] * 24, skills=["x"], exposes=True)
    given = problem(contracts=[contract], demands=[demand], people=[Person(name="p", contract="c")])
    duty = Duty(begin=0, hours=2, work=["d", "d"])
    roster = msgspec.structs.replace(plan(given), uncovered=166, uncovered_by={"d": [0, 0] + [1] * 166})
    roster = msgspec.structs.replace(roster, people=[msgspec.structs.replace(roster.people[0], duties=[duty])])
    assert {"p does d without being able to.", "p is exposed 2 hours of at most 1."} <= set(check(given, roster))


def test_a_roster_reads_back() -> None:
    found = plan(problem())
    assert msgspec.json.decode(msgspec.json.encode(found), type=Roster) == found


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"people": []}, "people"), ({"demands": [Demand(name="d", need=[1] * 5)]}, "demands[0].need"),
        ({"contracts": [Contract(name="c", hours=14)]}, "contracts[0].rest"),
        ({"contracts": [Contract(name="c", starts=["8"])]}, "contracts[0].starts[0]"),
        ({"people": [Person(name="p", contract="x")]}, "people[0].contract"),
        ({"people": [Person(name="p", contract="c", off=[date(2026, 11, day) for day in range(23, 27)])]}, "people[0].off"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(changes: dict[str, object], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        plan(problem(**changes))
    assert refused.value.where == where
