"""The compiled simulation and the plain one count the same on generated floors, to the last item and millisecond."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba")

from watchfloor.engines.staffing.simulation import Compiled, build, reference
from watchfloor.engines.staffing.simulation.scenario import Outage, Queue, Scenario, Shift, Team

SKILLS = ["a", "b", "c"]
LENGTHS = st.sampled_from([1, 20, 90, 600, 3600, 20000])


@st.composite
def floors(draw: st.DrawFn) -> Scenario:
    """A day or two of everything: spreads, patience, budgets, breaks that nobody can keep, absence, outages, rules."""
    queues = [
        Queue(
            name=f"q{place}", aht=draw(LENGTHS),
            arrivals=draw(st.lists(st.sampled_from([0.0, 0.5, 3.0, 40.0]), min_size=1, max_size=4)),
            due=draw(st.sampled_from([1, 60, 3600, 86400])), spread=draw(st.sampled_from(["exponential", "lognormal", "fixed"])),
            cv=draw(st.sampled_from([0, 0.5, 2])), priority=draw(st.integers(0, 2)),
            skills=draw(st.lists(st.sampled_from(SKILLS), max_size=1)),
            patience=draw(st.sampled_from([None, 0.5, 60, 3600])), exposure=draw(st.sampled_from([0, 0.3, 1])),
            automated=draw(st.sampled_from([0, 0, 0.4, 1])),
        )
        for place in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    shifts = st.builds(
        Shift, start=st.sampled_from(["00:00", "06:30", "22:00"]), hours=st.sampled_from([0.5, 4, 8, 24]), agents=st.integers(1, 3),
        days_per_week=st.integers(3, 7), breaks=st.sampled_from([[], [("10m", "10m")], [("0s", "5m"), ("5m", "20m")]]),
    )  # fmt: skip
    teams = []
    for place in range(draw(st.integers(1, 3))):
        own = draw(st.lists(shifts, max_size=2))
        teams.append(
            Team(
                name=f"t{place}", vendor=draw(st.sampled_from(["v", "w"])), zone="Europe/Dublin",
                agents=0 if own else draw(st.integers(1, 3)),
                skills=draw(st.lists(st.sampled_from(SKILLS), unique=True)), pace=draw(st.sampled_from([0.7, 1.0, 1.5])), shifts=own,
                exposure_budget=draw(st.sampled_from([None, 0, 600, 3600])), absent=draw(st.sampled_from([0, 0, 0.3])),
            )
        )  # fmt: skip
    outages = draw(
        st.lists(st.builds(Outage, begin=LENGTHS, length=LENGTHS, vendor=st.just(teams[0].vendor)), max_size=2)
    )
    return Scenario(
        start="2026-10-24T00:00Z", days=draw(st.sampled_from([0.3, 1, 2.5])), queues=queues, teams=teams, outages=outages,
        warm_up=draw(st.sampled_from([0, 3600])), seed=draw(st.integers(0, 2**63)),
        rule=draw(st.sampled_from(["priority", "due", "oldest"])),
    )  # fmt: skip


@given(floors(), st.integers(0, 3))
@settings(max_examples=int(os.environ.get("WATCHFLOOR_FLOORS", "25")), deadline=None)
def test_both_programs_count_the_same(scenario: Scenario, replication: int) -> None:
    floor = build(scenario)
    found = Compiled(floor).run(replication)
    assert found == reference.run(floor, replication)
    for row, came, gone in zip(found.queues, found.came, found.gone, strict=True):
        assert sum(came) - sum(gone) == row[10]  # open at the end is what came and did not go
        if not floor.warm:
            assert row[0] == row[2] + row[3] + row[10]  # arrived = solved + left + open
