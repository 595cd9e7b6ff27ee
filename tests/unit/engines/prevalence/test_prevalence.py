"""Samples that can be drawn again, and estimates that hold the truth as often as they say."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.prevalence import held, held_of_strata

from watchfloor.engines.prevalence import Seen, Unit, agreement, draw, estimate, needed
from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.kernel.errors import BadInput

ROUNDS = int(os.environ.get("WATCHFLOOR_PREVALENCE_ROUNDS", "60"))


@given(st.integers(1, 60), st.integers(1, 80), st.text(max_size=5))
def test_a_draw_is_the_same_whatever_the_order_and_never_twice_one(many: int, size: int, seed: str) -> None:
    units = [Unit(f"u{n}", "ab"[n % 2]) for n in range(many)]
    one = draw(units, size, seed=seed)
    assert one == draw(reversed(units), size, seed=seed)
    assert len({each.id for each in one}) == len(one) == min(size, many)
    assert all(each.probability == pytest.approx(len(one) / many) for each in one)
    both = draw(units, size, method="stratified", seed=seed)
    for name in "ab":
        there = [unit for unit in units if unit.stratum == name]
        drawn = [each for each in both if each.stratum == name]
        assert all(each.probability == pytest.approx(len(drawn) / len(there)) for each in drawn)
        assert drawn or not there


def test_views_are_drawn_in_proportion() -> None:
    units = [Unit("much", weight=500.0), *(Unit(f"u{n}", weight=1.0) for n in range(500)), Unit("never", weight=0.0)]
    drawn = draw(units, 200, method="views", seed="s")
    times = {each.id: each.times for each in drawn}
    assert sum(times.values()) == 200 and times["much"] in (99, 100, 101) and "never" not in times
    assert next(each for each in drawn if each.id == "much").probability == pytest.approx(100)


def test_a_simple_sample_gives_wilsons_interval() -> None:
    seen = [Seen(probability=0.01, hit=n < 12) for n in range(400)]
    found = estimate(seen)
    expected = wilson(12, 400)
    assert (found.share, found.labelled, found.hits) == (0.03, 400, 12)
    assert found.low == pytest.approx(expected.low, abs=2e-4) and found.high == pytest.approx(expected.high, abs=2e-4)
    none = estimate([Seen(probability=0.01, hit=False) for _ in range(400)])
    assert none.low == 0 and none.high == pytest.approx(wilson(0, 400).high, abs=1e-6)


def test_strata_by_hand() -> None:
    """N = 900 and 100; 90 and 50 labelled; 9 and 25 violating: (900 * .1 + 100 * .5) / 1000 = .14.

    variance = .81 * .09 / 89 * (1 - .1) + .01 * .25 / 49 * (1 - .5) = 6.8827e-4; effective .14 * .86 / variance = 174.93.
    """
    seen = [Seen(probability=0.1, hit=n < 9, stratum="a") for n in range(90)]
    seen += [Seen(probability=0.5, hit=n < 25, stratum="b") for n in range(50)]
    found = estimate(seen, sizes={"a": 900, "b": 100})
    assert found.share == pytest.approx(0.14)
    assert found.effective == pytest.approx(0.14 * 0.86 / (0.81 * 0.09 / 89 * 0.9 + 0.01 * 0.25 / 49 * 0.5), rel=1e-9)
    assert found.low < 0.14 < found.high


def test_who_could_not_say_is_left_out_and_bounds_it() -> None:
    seen = [Seen(probability=1.0, hit=None if n < 10 else n < 20) for n in range(100)]
    found = estimate(seen)
    assert found.share == pytest.approx(10 / 90) and (found.unsure, found.labelled) == (10, 90)
    assert (found.low_if, found.high_if) == (pytest.approx(0.1), pytest.approx(0.2))
    assert estimate([]).high == 1.0


@pytest.mark.parametrize("method", ["simple", "stratified", "views"])
def test_intervals_hold_the_truth_as_often_as_they_say(method: str) -> None:
    found = held(method, ROUNDS)
    assert found.mean == pytest.approx(found.truth, rel=0.05)
    assert 0.91 <= found.share <= (0.97 if ROUNDS >= 1_000 else 1)  # nor wider than they need be


@pytest.mark.parametrize(
    "strata",
    [
        [(500, 0.1, 100), (9500, 0.005, 200)],  # a wide stratum with one find, or none
        [(500, 0.3, 40), (2000, 0.05, 60), (5000, 0.02, 100), (10000, 0.01, 100)],
        [(1000, 0.02 + 0.01 * n, 30) for n in range(10)],
    ],
)
def test_thin_strata_do_not_make_the_interval_too_sure(strata: list[tuple[int, float, int]]) -> None:
    assert held_of_strata(strata, ROUNDS) >= 0.91  # one interval at the size of the whole: 0.73, 0.90, 0.945


def test_the_size_for_an_interval() -> None:
    assert needed(0.5, 0.05) == 381  # Wilson's; the textbook's 385 is Wald's
    for share, half in ((0.02, 0.01), (0.5, 0.1), (0.0, 0.005)):
        size = needed(share, half)
        there, less = wilson(share * size, size), wilson(share * (size - 1), size - 1)  # type: ignore[arg-type]
        assert (there.high - there.low) / 2 <= half < (less.high - less.low) / 2
    assert needed(0.5, 0.05, population=500) == 217
    with pytest.raises(BadInput):
        needed(0.5, 0)


def test_agreement_of_two() -> None:
    """8 of 10 the same; by chance .6 * .6 + .4 * .4 = .52: kappa (.8 - .52) / .48."""
    pairs = [("v", "v")] * 5 + [("c", "c")] * 3 + [("v", "c"), ("c", "v")]
    assert agreement(pairs) == (0.8, pytest.approx(0.28 / 0.48))
    assert agreement([("c", "c")]) == (1.0, None)
