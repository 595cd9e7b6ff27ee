"""Shares from a sample drawn with known chances: unbiased, with intervals that hold; drift with few false alarms."""

from __future__ import annotations

import os
import random

import pytest

from watchfloor.engines.textmodels import drift
from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.engines.textmodels.sampled import Drawn, at_threshold, needed, share, sure_threshold
from watchfloor.kernel.errors import BadInput

RUNS = int(os.environ.get("WATCHFLOOR_SAMPLES", "25"))


def test_equal_chances_are_a_plain_share() -> None:
    drawn = [Drawn(0.9, number < 8, 0.1) for number in range(10)]
    assert at_threshold(drawn, 0.5).precision == pytest.approx(wilson(8, 10))
    assert at_threshold(drawn, 0.95).precision == (0.0, 0.0, 1.0)
    assert at_threshold([], 0.5).recall == (0.0, 0.0, 1.0)


def test_a_rare_chance_weighs_more_and_widens_the_interval() -> None:
    even = share([1.0] * 10, [True] * 9 + [False])
    uneven = share([1.0] * 9 + [11.0], [True] * 9 + [False])
    assert even.value == pytest.approx(0.9) and uneven.value == pytest.approx(0.45)
    assert uneven.high - uneven.low > even.high - even.low


def test_what_a_target_needs() -> None:
    assert needed(0.95) == 73
    rows = [Drawn(0.9, True, 1.0)] * 73
    assert sure_threshold(rows, 0.95) is not None
    assert sure_threshold(rows[:72], 0.95) is None
    with pytest.raises(BadInput):
        at_threshold([Drawn(0.9, True, 0.0)], 0.5)
    with pytest.raises(BadInput):
        sure_threshold(rows, 0.0)


def test_the_interval_holds_the_truth_and_a_chosen_threshold_keeps_its_promise() -> None:
    """20,000 unreported texts, 5 % violating; 2 % drawn whatever the score, three in ten near the threshold."""
    chance = random.Random(7)
    held = chosen = kept = 0
    for _ in range(RUNS):
        every = []
        for _ in range(4000):
            violating = chance.random() < 0.05
            score = chance.gauss(0.85, 0.12) if violating else chance.betavariate(0.5, 6)
            every.append((round(min(1.0, max(0.0, score)), 3), violating))

        def true(threshold: float, every: list[tuple[float, bool]] = every) -> float:
            above = [label for score, label in every if score >= threshold]
            return sum(above) / len(above) if above else 1.0

        drawn = []
        for score, label in every:
            of = 1 - (1 - 0.05) * (1 - (0.6 if score >= 0.6 else 0.0))
            if chance.random() < of:
                drawn.append(Drawn(score, label, of))
        low, high = at_threshold(drawn, 0.5).precision[1:]
        held += low <= true(0.5) <= high
        best = sure_threshold(drawn, 0.9)
        if best is not None:
            chosen += 1
            kept += true(best.threshold) >= 0.9
    assert held >= 0.88 * RUNS
    assert chosen >= 0.5 * RUNS
    assert kept >= 0.92 * chosen


SHAPE = [400, 120, 60, 30, 20, 15, 10, 8, 6, 5, 4, 3, 3, 3, 3, 4, 5, 8, 12, 20]


def day(chance: random.Random, shape: list[int], wild: float) -> list[int]:
    """A day whose shares are the shape's but for what days differ by (Dirichlet; the smaller ``wild``, the more)."""
    shares = [chance.gammavariate(wild * part / sum(shape), 1) for part in shape]
    counts = [0] * len(shape)
    for place in chance.choices(range(len(shape)), weights=shares, k=chance.randrange(300, 1500)):
        counts[place] += 1
    return counts


@pytest.mark.parametrize("wild", [1e6, 2000.0, 300.0])
def test_days_that_vary_as_ever_seldom_alarm_and_a_shift_does(wild: float) -> None:
    chance = random.Random(int(wild))
    alarms = shifts = 0
    moved = [part if place < 10 else 6 * part for place, part in enumerate(SHAPE)]
    for _ in range(RUNS):
        past = [day(chance, SHAPE, wild) for _ in range(14)]
        said = drift.of_day(day(chance, SHAPE, wild), past)
        alarms += said is not None and said.alarm
        said = drift.of_day(day(chance, moved, wild), past)
        shifts += said is not None and said.alarm
    assert alarms <= max(1, RUNS // 200)
    assert shifts >= 0.9 * RUNS


def test_too_little_says_nothing() -> None:
    chance = random.Random(1)
    days = [day(chance, SHAPE, 1e6) for _ in range(8)]
    assert drift.of_day(days[0], days[1:7]) is None
    assert drift.of_day([1] * 20, days[1:]) is None
    assert drift.of_day([1000], [[1000]] * 8) is None
    assert drift.f_tail(4.26, 2, 9) == pytest.approx(0.05, abs=1e-3)  # a table's value
