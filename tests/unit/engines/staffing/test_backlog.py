"""Deferred work: by hand where it is small, against a plain queue of random items where chance counts, and the level plan's proof."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.staffing.backlog import Problem, WorkClass, evaluate, required
from watchfloor.engines.staffing.backlog.flow import waiting
from watchfloor.engines.staffing.backlog.problem import Work, steps
from watchfloor.engines.staffing.backlog.requirement import levelled
from watchfloor.kernel.errors import BadInput

DAY = [1 + 0.7 * math.cos(2 * math.pi * (hour - 15) / 24) for hour in range(24)]
ITEMS = [600 * share for share in DAY]  # of 120 s: 20 erlangs on average


def queue(agents: int, due: float, days: int = 40) -> float:
    """Attainment in a plain simulation: first come first served, exponential times."""
    rng = random.Random(5)
    now, busy, line, met, told = 0.0, [], deque(), 0, 0  # type: ignore[var-annotated]
    top = max(ITEMS) / 3600
    come = rng.expovariate(top)
    while now < days * 86400:
        if busy and busy[0] <= come:
            now = heapq.heappop(busy)
        else:
            now, come = come, come + rng.expovariate(top)
            if rng.random() < ITEMS[int(now // 3600) % 24] / 3600 / top:
                line.append(now)
        while line and len(busy) < agents:
            since = line.popleft()
            done = now + rng.expovariate(1 / 120)
            heapq.heappush(busy, done)
            if since > 3 * 86400:
                told, met = told + 1, met + (done <= since + due)
    return met / told


@pytest.mark.parametrize(("agents", "due"), [(21, 4), (26, 1)])
def test_attainment_is_that_of_a_random_queue_within_five_in_a_hundred(agents: int, due: float) -> None:
    problem = Problem(classes=[WorkClass(name="a", arrivals=ITEMS, aht=120, due=due * 3600)], agents=[agents])
    assert evaluate(problem).classes[0].attainment == pytest.approx(queue(agents, due * 3600), abs=0.05)


def test_the_fluid_by_hand() -> None:
    """Two classes, one agent-hour an hour: the urgent one goes first, the other waits for what is left."""
    works = [Work("now", 1, [], 3600, 1, 0, 0.95, 0), Work("later", 2, [], 3600, 9, 0, 0.95, 0.5)]
    amounts, oldest = waiting(works, [[3600, 0, 3600], [0, 1800, 0]], [3600.0, 3600.0, 1800.0])
    assert amounts == [[0, 0, 1800], [1800, 0, 0]]
    assert oldest == [[-1, -1, 2], [0, -1, -1]]


def test_what_is_due_first_goes_first_within_a_priority() -> None:
    works = [Work("a", 1, [], 60, 9, 0, 0.95, 0), Work("b", 1, [], 60, 3, 0, 0.95, 0)]
    amounts, _ = waiting(works, [[60, 0], [0, 60]], [0.0, 60.0])
    assert amounts == [[60, 60], [0, 0]]


def test_priority_and_due_times_share_a_floor() -> None:
    """The urgent class is in time, the patient one pays for it; with equal priority the due times do the same."""
    for priority in (1, 2):
        urgent = WorkClass(name="urgent", arrivals=[300], aht=60, due="30m")
        patient = WorkClass(name="patient", arrivals=[0] * 12 + [600] * 12, aht=60, due="8h", priority=priority)
        result = evaluate(Problem(classes=[urgent, patient], agents=[11]))
        one, two = result.classes
        assert one.attainment > 0.99 and two.most_waiting > 300 and two.attainment > 0.9
        assert result.work_hours == pytest.approx(300 * 24 / 60 + 600 * 12 / 60)


def test_too_few_agents_say_what_is_left_over() -> None:
    result = evaluate(Problem(classes=[WorkClass(name="a", arrivals=[60], aht=60, due="4h")], agents=[0.5]))
    assert result.grows == pytest.approx(0.5) and not result.meets


def test_without_a_cycle_what_falls_due_later_is_not_told() -> None:
    problem = Problem(
        classes=[WorkClass(name="a", arrivals=[60] * 6, aht=60, due="2h", backlog=30)], agents=[2], repeat=False
    )
    [found] = evaluate(problem).classes
    assert found.due_items == pytest.approx(4 * 60, abs=6) and found.attainment > 0.99
    assert found.attainment_by_interval[-1] is None


def test_the_need_in_two_shapes() -> None:
    problem = Problem(classes=[WorkClass(name="a", arrivals=ITEMS, aht=120, due="4h")], shrinkage=0.3)
    level, flat = required(problem), required(problem, "flat")
    assert level.result.meets and flat.result.meets and level.agent_hours < flat.agent_hours
    assert len(set(flat.agents)) == 1 and flat.paid[0] == math.ceil(flat.agents[0] / 0.7)
    fewer = evaluate(problem, [flat.agents[0] - 1.0])
    assert not fewer.meets


@given(
    st.lists(st.lists(st.integers(0, 20), min_size=6, max_size=6), min_size=1, max_size=3),
    st.lists(st.integers(1, 6), min_size=3, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_the_level_plan_does_all_in_time_and_no_lower_peak_could(arrivals: list[list[int]], dues: list[int]) -> None:
    if not any(map(any, arrivals)):
        return
    classes = [
        WorkClass(name=str(number), arrivals=[float(each) for each in line], aht=3600, due=due * 3600.0 + 3600 * 1e-6)
        for number, (line, due) in enumerate(zip(arrivals, dues, strict=False))
    ]
    of = steps(Problem(classes=classes, step="1h", repeat=False))
    plan = levelled(of)

    def all_done(room: list[float]) -> bool:
        """Earliest due first in whole slots; work that comes in a slot may be done in it."""
        left: list[list[float]] = []
        for slot in range(6):
            for line, due in zip(arrivals, dues, strict=False):
                if line[slot]:
                    left.append([min(6, slot + due), float(line[slot])])
            left.sort()
            free = room[slot]
            for part in left:
                done = min(free, part[1])
                free, part[1] = free - done, part[1] - done
            if any(part[1] > 1e-6 and part[0] <= slot + 1 for part in left):
                return False
        return True

    assert all_done(plan)
    assert not all_done([max(plan) * 0.99] * 6)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"due": "10s"}, "classes[0].due"), ({"due": "soon"}, "classes[0].due"), ({"arrivals": []}, "classes[0].arrivals"),
        ({"arrivals": [1, -2]}, "classes[0].arrivals[1]"), ({"target": 1}, "classes[0].target"), ({"aht": 0}, "classes[0].aht"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(change: dict[str, object], where: str) -> None:
    given_ = {"name": "a", "arrivals": [10], "aht": 60, "due": "4h", **change}
    with pytest.raises(BadInput) as refused:
        evaluate(Problem(classes=[WorkClass(**given_)], agents=[1]))  # type: ignore[arg-type]
    assert refused.value.where == where


def test_capacity_far_beyond_the_work_overflows_nothing() -> None:
    work = WorkClass(name="rare", arrivals=[1e-200], aht=1, due="1h")
    assert evaluate(Problem(classes=[work], agents=[1000])).classes[0].attainment == pytest.approx(1)
