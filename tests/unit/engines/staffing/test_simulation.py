"""The simulated floor: rules one can follow by hand, what-ifs that share their luck, files that are refused."""

from __future__ import annotations

import json

import msgspec
import pytest

from watchfloor.engines.staffing.files import decode
from watchfloor.engines.staffing.simulation import Scenario, WhatIf, build, changed, difference, outcome, reference
from watchfloor.engines.staffing.simulation.floor import timeline
from watchfloor.engines.staffing.simulation.outcome import interval
from watchfloor.engines.staffing.simulation.scenario import Outage, Queue, Shift, Team
from watchfloor.kernel.errors import BadInput

QUEUE = {"name": "q", "arrivals": [60], "aht": "1m", "due": "10m", "spread": "fixed"}
TEAM = {"name": "t", "agents": 2}


def scenario(**changes: object) -> Scenario:
    given = {"start": "2026-11-23T00:00Z", "days": 1, "queues": [QUEUE], "teams": [TEAM], **changes}
    return decode(json.dumps(given, default=msgspec.to_builtins), Scenario, "scenario")


def ran(given: Scenario, many: int = 1) -> object:
    floor = build(given)
    return outcome(floor, [reference.run(floor, number) for number in range(many)])


def test_breaks_are_whole_and_a_shift_ends_when_the_item_is_done() -> None:
    """One agent, 90-minute items, always one waiting: 0:00-1:30, break of 15 minutes, 1:45-3:15 although the shift ends at 3:00."""
    shift = Shift(start="00:00", hours=3, agents=1, breaks=[("1h", "15m")])
    queue = Queue(name="q", arrivals=[3600.0, 0.0] + [0.0] * 22, aht="90m", due="3h", spread="fixed")
    floor = build(scenario(queues=[queue], teams=[Team(name="t", shifts=[shift], cost=10)], days=0.9))
    run = reference.run(floor)
    busy, idle, breaks = run.teams[0][:3]
    assert breaks == 15 * 60_000 and busy == 2 * 90 * 60_000 and idle < 60_000
    assert run.queues[0][2] == 2 and run.paid == [3 * 3_600_000]


def test_who_used_up_the_budget_gets_what_does_not_expose() -> None:
    queues = [{**QUEUE, "name": "graphic", "exposure": 1.0, "priority": 1}, {**QUEUE, "name": "text", "priority": 2}]
    shift = {"start": "00:00", "hours": 8, "agents": 1}
    team = {"name": "t", "shifts": [shift], "exposure_budget": "30m"}
    found = ran(scenario(queues=queues, teams=[team]))
    [person] = found.teams  # type: ignore[attr-defined]
    assert person.most_exposed_minutes.value == 30 and person.budgets_spent.value == 1
    graphic, text = found.queues  # type: ignore[attr-defined]
    assert graphic.solved.value == 30 < text.solved.value


def test_an_outage_takes_the_vendor_out_and_no_one_else() -> None:
    teams = [Team(name="a", vendor="x", agents=1), Team(name="b", vendor="y", agents=1)]
    floor = build(scenario(teams=teams, outages=[Outage(begin="6h", length="2h", vendor="x")]))
    first, second = timeline(floor, 0).offs
    assert first[0] == (6 * 3_600_000, -8 * 3_600_000) and len(second) == 1


def test_shifts_follow_the_zone_and_its_clocks() -> None:
    """09:00 in Dublin is 08:00 UTC until 25 October 2026 and 09:00 from then on."""
    team = Team(name="t", zone="Europe/Dublin", shifts=[Shift(start="09:00", hours=8, agents=1)])
    floor = build(scenario(start="2026-10-24T00:00Z", days=2, teams=[team]))
    assert [duty.begin // 3_600_000 for duty in floor.people[0][2]] == [8, 33]


def test_days_off_go_round_the_team() -> None:
    team = Team(name="t", shifts=[Shift(start="09:00", hours=8, agents=7, days_per_week=5)])
    floor = build(scenario(days=7, teams=[team]))
    assert [len(duties) for _, _, duties in floor.people] == [5] * 7
    starts = [duty.begin // 86_400_000 for _, _, duties in floor.people for duty in duties]
    assert [starts.count(day) for day in range(7)] == [5] * 7


def test_another_queue_does_not_change_the_luck_of_the_first() -> None:
    more = scenario(queues=[{**QUEUE, "name": "new"}, QUEUE])
    one, other = (reference.run(build(each)) for each in (scenario(), more))
    assert one.came[0] == other.came[1]


def test_what_if_is_sharp_because_both_have_the_same_luck() -> None:
    base = scenario(queues=[{**QUEUE, "arrivals": [90]}])
    what = decode('{"changes": [{"change": "volume", "times": 1.02, "queues": ["q*"]}]}', WhatIf, "w")
    other = changed(base, what.changes)
    before, after = build(base), build(other)
    runs, others = ([reference.run(floor, number) for number in range(8)] for floor in (before, after))
    found = difference(before, runs, after, others).all.wait
    assert found.low is not None and found.high is not None and found.low > 0
    alone = outcome(after, others).all.wait
    assert alone.high is not None and alone.low is not None and found.high - found.low < (alone.high - alone.low) / 2


def test_every_kind_of_change() -> None:
    changes = [
        {"change": "volume", "times": 3, "from": "6h", "for": "90m"},
        {"change": "handle", "times": 1.5}, {"change": "automation", "share": 0.25}, {"change": "priority", "priority": 3, "queues": ["q"]},
        {"change": "rule", "rule": "oldest"}, {"change": "exposure_budget", "budget": "1h"},
        {"change": "skills", "teams": ["t"], "add": ["es"], "add_languages": ["es"]},
        {"change": "outage", "outage": {"from": "1h", "for": "1h", "team": "t"}},
        {"change": "queue", "queue": {**QUEUE, "name": "new"}}, {"change": "team", "team": {"name": "u", "agents": 1}},
    ]  # fmt: skip
    found = changed(scenario(), decode(json.dumps({"changes": changes}), WhatIf, "w").changes)
    [queue, new] = found.queues
    assert queue.arrivals[5:9] == [60, 180, 120, 60]
    assert (queue.aht, queue.automated, queue.priority, new.name) == (90, 0.25, 3, "new")
    assert found.rule == "oldest" and found.teams[0].exposure_budget == "1h" and found.teams[0].skills == ["es"]
    assert len(found.outages) == 1 and len(found.teams) == 2
    build(found)


def test_an_interval_of_three_runs() -> None:
    assert interval([1.0, 2.0, 3.0]).high == pytest.approx(2 + 4.302653 / 3**0.5)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"days": 0}, "days"), ({"start": "soon"}, "start"), ({"warm_up": "2d"}, "warm_up"), ({"queues": []}, "queues"),
        ({"queues": [QUEUE, QUEUE]}, "queues[1].name"), ({"queues": [{**QUEUE, "exposure": 2}]}, "queues[0].exposure"),
        ({"queues": [{**QUEUE, "aht": "x"}]}, "queues[0].aht"), ({"queues": [{**QUEUE, "arrivals": [-1]}]}, "queues[0].arrivals[0]"),
        ({"teams": [{"name": "t"}]}, "teams[0].agents"), ({"teams": [{**TEAM, "queues": ["nope"]}]}, "teams[0].queues[0]"),
        ({"teams": [{"name": "t", "zone": "Mars", "shifts": [{"start": "09:00", "hours": 8, "agents": 1}]}]}, "teams[0].zone"),
        ({"teams": [{"name": "t", "shifts": [{"start": "9", "hours": 8, "agents": 1}]}]}, "teams[0].shifts[0].start"),
        (
            {"teams": [{"name": "t", "shifts": [{"start": "09:00", "hours": 1, "agents": 1, "breaks": [["50m", "20m"]]}]}]},
            "teams[0].shifts[0].breaks[0]",
        ),
        ({"outages": [{"from": 0, "for": 60, "vendor": "nobody"}]}, "outages[0].vendor"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(changes: dict[str, object], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        build(scenario(**changes))
    assert refused.value.where == where
