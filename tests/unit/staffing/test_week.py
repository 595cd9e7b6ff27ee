"""A week edited by hand: letters, exchanges, and the sentences a change brings; a plain roster keeps every rule; the what-if's fields."""

from __future__ import annotations

import os
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.staffing.roster import Contract, Demand, Person, Problem, check, plain
from watchfloor.engines.staffing.simulation.scenario import Queue, Scenario, Shift, Team
from watchfloor.kernel.errors import BadInput
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.domain.whatif import Fields, applied

STARTS = ["06:00", "09:00", "14:00", "22:00"]


def problem(many: int = 4, *, cap: int | None = None, off: tuple[date, ...] = ()) -> Problem:
    return Problem(
        start=date(2026, 11, 30),
        demands=[Demand(name="all", need=[0] * 6 + [many // 2] * 16 + [0, 0], exposes=cap is not None)],
        contracts=[Contract(name="full", starts=STARTS, days_off_together=True, most_exposed=cap)],
        people=[
            Person(name=f"p{number}", contract="full", off=list(off) if number == 0 else []) for number in range(many)
        ],
    )


@settings(max_examples=int(os.environ.get("WATCHFLOOR_ROSTERS", "6")), deadline=None)
@given(st.integers(2, 9), st.sampled_from([None, 12, 30]), st.booleans())
def test_a_plain_roster_keeps_every_rule(many: int, cap: int | None, away: bool) -> None:
    given_ = problem(many, cap=cap, off=(date(2026, 12, 2),) if away else ())
    assert check(given_, plain(given_)) == []


def test_a_letter_changes_a_day_and_what_it_breaks_is_said() -> None:
    given_ = problem()
    roster = plain(given_)
    assert weeks.broken(given_, roster) == {}
    first = roster.people[0]
    works = [duty.begin // 24 for duty in first.duties]
    free = next(day for day in range(7) if day not in works)
    worse = weeks.edited(given_, roster, "p0", free, "n")
    assert weeks.letter(weeks.on_day(worse.people[0], free)) == "N"
    sentences = weeks.broken(given_, worse)["p0"]
    assert any("6 shifts instead of 5" in each for each in sentences)
    back = weeks.edited(given_, worse, "p0", free, "X")
    assert weeks.broken(given_, back) == {}
    assert back.uncovered == roster.uncovered
    for person, day, key in (("nobody", 0, "E"), ("p0", 9, "E"), ("p0", 0, "Q")):
        with pytest.raises(BadInput):
            weeks.edited(given_, roster, person, day, key)


def test_dragging_exchanges_two_cells_and_back() -> None:
    given_ = problem()
    roster = plain(given_)
    there = weeks.moved(given_, roster, ("p0", 0), ("p1", 3))
    assert weeks.letter(weeks.on_day(there.people[1], 3)) == weeks.letter(weeks.on_day(roster.people[0], 0))
    again = weeks.moved(given_, there, ("p0", 0), ("p1", 3))
    assert [plan.duties for plan in again.people] == [plan.duties for plan in roster.people]


def test_an_exchange_between_two_people_and_what_it_would_break() -> None:
    given_ = problem(2)
    whole = plain(given_)
    shift = whole.people[0].duties[0]
    with pytest.raises(BadInput, match="two shifts"):
        weeks.exchanged(given_, whole, "p0", shift.begin, "p1", None)
    roster = weeks.edited(given_, whole, "p1", shift.begin // 24, "X")
    after = weeks.exchanged(given_, roster, "p0", shift.begin, "p1", None)
    assert any("4 shifts" in each for each in weeks.only_worse(given_, roster, after, ("p0", "p1")))
    assert weeks.broken(given_, after).get("p1") is None  # who takes it has their five again
    with pytest.raises(BadInput, match="not there any more"):
        weeks.exchanged(given_, after, "p0", shift.begin, "p1", None)


def test_exposing_work_goes_round_the_team() -> None:
    given_ = problem(6, cap=30)
    hours = [weeks.exposure_hours(given_, plan) for plan in plain(given_).people]
    assert max(hours) <= 30
    assert max(hours) - min(hours) <= 12  # nobody has it all while others have none


BASE = Scenario(
    start="2026-11-29T00:00Z", days=8, warm_up="1d", queues=[Queue(name="q", arrivals=[4.0], aht=60, due="4h")],
    teams=[Team(name="a", vendor="v", queues=["q"], shifts=[Shift(start="08:00", hours=8, agents=4)])],
)  # fmt: skip


def test_fields_become_changes_of_the_scenario() -> None:
    louder = applied(BASE, Fields(volume=150, volume_from=48, volume_hours=24)).queues[0].arrivals
    assert [louder[24 + 47], louder[24 + 48], louder[24 + 71], louder[24 + 72]] == [4, 6, 6, 4]
    assert applied(BASE, Fields(more_people=50)).teams[0].shifts[0].agents == 2
    new = applied(BASE, Fields(new_queue="n", new_rate=2, new_vendor="v"))
    assert (new.queues[1].name, new.teams[0].queues) == ("n", ["q", "n"])
    assert applied(BASE, Fields(outage_vendor="v", outage_from=0)).outages[0].begin == "24h"
    assert applied(BASE, Fields(automation=40)).queues[0].automated == 0.4
    for wrong, where in (
        (Fields(), "volume"), (Fields(volume=-1), "volume"), (Fields(new_queue="q", new_rate=1), "new_queue"),
        (Fields(new_queue="n"), "new_rate"), (Fields(new_queue="n", new_rate=1, new_vendor="w"), "new_vendor"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            applied(BASE, wrong)
        assert refused.value.where == where
