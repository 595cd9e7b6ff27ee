"""Guards: intervals that hold at every look, against limits that hold or do not. No clock; seeds are fixed."""

from __future__ import annotations

import math
import random

import pytest

from watchfloor.programme.launches.domain import guards

WORLDS, LOOKS = 200, 120


def ever(kind: str, truth: float, limit: float, seed: int) -> bool:
    """Whether a guard that is looked at after each of many steps ever trips in one simulated world."""
    chance = random.Random(seed)
    hits, values = 0.0, []
    for look in range(1, LOOKS + 1):
        if kind == "share":
            hits += chance.random() < truth
            span = guards.share(hits, look)
        elif kind == "rate":
            hits += sum(chance.random() < truth / 20 for _ in range(20))
            span = guards.rate(hits, look)
        else:
            values.append(chance.gauss(truth, 2.0))
            span = guards.mean(values, 2.0)
        if guards.judge(span, "above", limit) == "tripped":
            return True
    return False


@pytest.mark.parametrize(("kind", "truth"), [("share", 0.1), ("rate", 0.5), ("mean", 3.0)])
def test_looking_again_and_again_stops_a_good_launch_no_more_often_than_promised(kind: str, truth: float) -> None:
    """The truth is right at the limit, the hardest case; an ordinary 95 % interval would trip in a third of these worlds."""
    false = sum(ever(kind, truth, truth, seed) for seed in range(WORLDS))
    assert false <= 0.05 * WORLDS


@pytest.mark.parametrize(("kind", "truth", "limit"), [("share", 0.35, 0.1), ("rate", 1.0, 0.5), ("mean", 4.0, 3.0)])
def test_a_launch_that_does_harm_is_stopped(kind: str, truth: float, limit: float) -> None:
    assert all(ever(kind, truth, limit, seed) for seed in range(40))


def test_one_bad_number_is_a_point_and_stops_nothing() -> None:
    assert guards.judge(guards.share(2, 2), "above", 0.5) == "calm"
    assert guards.judge(guards.rate(3, 1.0), "above", 2.0) == "calm"
    assert guards.judge(guards.rate(300, 1.0), "above", 2.0) == "tripped"
    assert guards.judge(guards.rate(0, 30.0), "below", 1.0) == "tripped"


def test_bursts_that_were_usual_before_widen_the_interval() -> None:
    calm, bursty = guards.rate(60, 24), guards.rate(60, 24, spread=9)
    assert calm is not None and bursty is not None
    assert bursty.low < calm.low < calm.value == bursty.value == 2.5 < calm.high < bursty.high


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (10, 10), (3, 10), (1, 10_000)])
def test_ends_are_where_the_mixture_says(hits: int, of: int) -> None:
    """At an end inside (0, 1) the likelihood is exactly a twentieth of the mixture's."""
    span = guards.share(hits, of)
    assert span is not None and 0 <= span.low <= hits / of <= span.high <= 1
    mixture = math.lgamma(hits + 1) + math.lgamma(of - hits + 1) - math.lgamma(of + 2)
    for end in (span.low, span.high):
        if 1e-9 < end < 1 - 1e-9:
            like = hits * math.log(end) + (of - hits) * math.log1p(-end)
            assert mixture - like == pytest.approx(math.log(20), abs=1e-6)


def test_nothing_seen_is_nothing_said() -> None:
    assert guards.share(0, 0) is None and guards.rate(0, 0.0) is None
    assert guards.mean([1.0] * 7, 1.0) is None and guards.mean([1.0] * 8, 0.0) is None
    assert guards.judge(None, "above", 1.0) == "waiting"


def test_a_limit_beside_the_baseline_needs_one() -> None:
    assert guards.limit_of(0.2, True, 50.0) == pytest.approx(60.0)
    assert guards.limit_of(-0.1, True, 50.0) == pytest.approx(45.0)
    assert guards.limit_of(0.2, True, None) is None
    assert guards.limit_of(0.2, False, None) == 0.2
