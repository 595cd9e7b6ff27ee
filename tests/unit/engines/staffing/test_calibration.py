"""A floor read from its history: what was planted is found again, by hand where it is small; forecasts beat repeating the last week."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.staffing.calibration import (
    Crew,
    Handled,
    Seen,
    Stay,
    ahead,
    at_work,
    choose,
    handling,
    paces,
    scenario,
    shifts,
    shrinkage,
    together,
)
from watchfloor.engines.staffing.simulation import build, reference
from watchfloor.engines.staffing.simulation.scenario import Queue
from watchfloor.kernel.errors import BadInput

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def poisson(rng: random.Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def rate(hour: int, level: float = 20) -> float:
    return level * (1 + 0.6 * math.sin(2 * math.pi * hour / 24)) * (0.6 if hour % 168 >= 120 else 1.1)


def test_in_the_first_days_growth_is_no_weekday_and_intervals_are_wide() -> None:
    days = [[rate(hour, level) for hour in range(24)] for level in (100, 140)]
    ahead_of_it = ahead([value for day in days for value in day], 0, horizon=24).hours
    usual = [rate(hour, 140) for hour in range(24)]
    assert math.fsum(each.value for each in ahead_of_it) == pytest.approx(math.fsum(usual), rel=0.03)  # as Tuesday was
    alone = ahead(days[0], 0, horizon=24)
    assert alone.fared is None
    assert all(each.low <= 0.4 * each.value and each.high >= 1.6 * each.value for each in alone.hours)
    half = ahead(days[0], 0, horizon=24, level=0.5).hours
    assert all(one.high - one.low > other.high - other.low for one, other in zip(alone.hours, half, strict=True))
    # After three days a weekday may have its own share, and what the last hours were above it fades within days.
    week = [rate(hour, 100) for hour in range(140)] + [300.0] * 6
    late = ahead(week, 0, horizon=168).hours
    assert late[1].value > 1.5 * rate(147, 100)
    assert late[150].value < 1.5 * rate(296, 100)


def test_a_planted_week_is_found_again_and_the_backtest_beats_repeating_it() -> None:
    rng = random.Random(3)
    found = ahead([poisson(rng, rate(hour)) for hour in range(168 * 8)], 0)
    errors = [abs(each.value - rate(hour)) / rate(hour) for hour, each in enumerate(found.hours)]
    assert sum(errors) / len(errors) < 0.1
    assert found.fared is not None
    assert found.fared.turns == 4
    assert found.fared.ratio is not None
    assert found.fared.ratio < 0.8  # of two equal Poisson counts the difference scatters sqrt(2) as much as each
    assert 0.85 < found.fared.coverage < 0.97


def test_two_days_are_enough_to_begin_with_and_less_is_refused_in_a_sentence() -> None:
    found = ahead([rate(hour) for hour in range(60)], 0)
    assert found.fared is not None
    assert found.fared.span == 24
    assert ahead([0.0] * 24, 5).hours[0].value == 0
    with pytest.raises(BadInput, match="needs a day"):
        ahead([1.0] * 23, 0)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 50), min_size=24, max_size=400), st.integers(0, 167))
def test_any_history_gives_ordered_intervals(counts: list[int], first: int) -> None:
    for each in ahead(counts, first, tried=1).hours:
        assert 0 <= each.low <= each.value <= each.high < math.inf


def test_handle_times_and_paces_are_those_of_the_generator() -> None:
    rng = random.Random(1)
    done = []
    for place in range(4000):
        slow = place % 4 == 0
        queue = "hard" if place % 3 else "easy"
        mean = 300 if queue == "hard" else 60
        done.append(
            Handled(queue, mean * (1.5 if slow else 1) * rng.lognormvariate(0, 0.5), ("new",) if slow else ("old",))
        )
    by_name = {each.queue: each for each in handling([*done, Handled("rare", 9.0)])}
    assert by_name["rare"].lent
    assert by_name["easy"].mean == pytest.approx(60 * math.exp(0.125) * 1.125, rel=0.07)
    found = {each.group: each for each in paces(done)}
    assert found["new"].pace / found["old"].pace == pytest.approx(1.5, rel=0.05)
    assert found["new"].low < found["new"].pace < found["new"].high
    plain = handling([Handled("q", rng.lognormvariate(4, 0.6)) for _ in range(500)])[0]
    even = handling([Handled("q", rng.uniform(1, 100)) for _ in range(500)])[0]
    assert (plain.lognormal, even.lognormal) == (True, False)


def test_shrinkage_and_people_at_work_by_hand() -> None:
    def stay(state: str, begin: float, hours: float, team: str = "a", strength: float = 1.0) -> Stay:
        at = MONDAY + timedelta(hours=begin)
        return Stay(team, state, at, at + timedelta(hours=hours), strength)

    stays = [
        stay("work", 8, 6.5),
        stay("planned", 14.5, 1),
        stay("unplanned", 15.5, 0.5),
        stay("absent", 32, 2),
        stay("work", 8, 1, "b", 0.5),
    ]
    lost = shrinkage(stays)
    assert (lost.planned, lost.unplanned, lost.absent) == pytest.approx((1 / 11, 0.5 / 11, 2 / 11))
    there = at_work(stays, 2)  # two weeks were seen, the people came in one of them
    assert there["a"][8] == 0.5
    assert there["a"][14] == 0.25
    assert there["b"][8] == 0.25


@settings(max_examples=60)
@given(st.lists(st.integers(0, 3), min_size=168, max_size=168))
def test_shifts_put_there_whom_the_profile_has(people: list[int]) -> None:
    there = [0] * 168
    for shift in shifts([float(each) for each in people]):
        for day in shift.days:
            begin = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(day) * 24 + int(shift.start[:2])
            for hour in range(int(shift.hours)):
                there[(begin + hour) % 168] += shift.agents
    assert there == people


def test_the_scenario_of_a_calibration_runs_and_serves_what_it_should() -> None:
    figures = handling([Handled("q", 90.0 + place % 7) for place in range(50)])[0]
    queues = [
        Seen(name="q", arrivals=[10.0] * 168, handling=figures, due=3600),
        Seen(name="r", arrivals=[5.0] * 168, handling=figures, due=3600),
        Seen(name="empty", arrivals=[0.0] * 168, handling=figures, due=3600),
    ]
    crews = [Crew(name="a", people=[2.0] * 168, queues=["q"]), Crew(name="nobody", people=[0.2] * 168)]
    week = scenario(queues, crews, monday=MONDAY)
    assert [each.name for each in week.queues] == ["q", "r"]
    floor = build(week)
    run = reference.run(floor, 0)
    assert run.queues[0][2] > 1500  # solved of about 1,680
    assert run.queues[1][2] == 0  # nobody serves it
    with pytest.raises(BadInput, match="Nobody"):
        scenario(queues, crews[1:], monday=MONDAY)


def test_the_model_follows_from_the_time_the_work_has() -> None:
    base = {"arrivals": [60.0] * 24, "aht": 60}
    live = choose(Queue(name="live", due="2m", patience="1m", **base), shared=False)  # type: ignore[arg-type]
    soon = choose(Queue(name="soon", due="10m", **base), shared=False)  # type: ignore[arg-type]
    alone = choose(Queue(name="alone", due="4h", **base), shared=False)  # type: ignore[arg-type]
    shared = choose(Queue(name="shared", due="4h", **base), shared=True)  # type: ignore[arg-type]
    assert [each.model for each in (live, soon, alone, shared)] == ["erlang_a", "erlang_c", "backlog", "simulation"]
    peaked = [20.0] * 20 + [300.0] * 4
    deferred = choose(Queue(name="d", arrivals=peaked, aht=60, due="8h"), shared=False)
    assert deferred.backlog is not None
    assert deferred.erlang is not None
    assert deferred.backlog < deferred.erlang
    apart = [Queue(name=name, arrivals=[7.0] * 24, aht=60, due="4h") for name in "abcdef"]
    assert max(together(apart)) < 6
