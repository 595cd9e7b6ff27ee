"""Intervals of facts: against hand-computed values, and that they hold as often as they say."""

from __future__ import annotations

import random

import pytest

from watchfloor.programme.facts.domain import intervals


def test_a_share_is_wilsons_and_nothing_is_said_of_nothing() -> None:
    found = intervals.share(81, 263)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert found is not None and (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert intervals.share(0, 0) is None and intervals.share(5, 4) is None


def test_the_difference_of_two_shares_is_newcombes() -> None:
    found = intervals.share_change(
        (56, 70), (48, 80)
    )  # Newcombe 1998, method 10: 0.0524 to 0.3339 of a difference of 0.2
    assert found is not None
    assert (found.low * 0.6, found.high * 0.6) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_the_jackknife_of_equal_parts_is_students_interval_of_their_means() -> None:
    values = [3.0, 5.0, 4.0, 8.0, 6.0]
    found = intervals.mean([(value * 10, 10) for value in values])
    assert found is not None  # mean 5.2, sd 1.9235, t(4) 2.7764: 5.2 +/- 2.3883
    assert (found.low, found.high) == pytest.approx((2.8117, 7.5883), abs=1e-3)
    assert intervals.mean([(3, 1), (5, 1)]) is None


@pytest.mark.parametrize("spans", [1, 4])
def test_the_change_of_a_count_holds_its_level_and_sees_a_real_one(spans: int) -> None:
    chance = random.Random(7)

    def days(level: float) -> list[float]:
        return [
            sum(chance.random() < level / 400 for _ in range(400)) * chance.choice((0.9, 1.0, 1.1)) for _ in range(7)
        ]

    held = rose = 0
    for _ in range(200):
        same = intervals.count_change(days(100), [days(100) for _ in range(spans)])
        more = intervals.count_change(days(160), [days(100) for _ in range(spans)])
        assert same is not None and more is not None
        held += same.low <= 0 <= same.high
        rose += more.low > 0
    assert held >= 186 and rose >= 180


def test_a_change_is_not_claimed_of_too_little() -> None:
    assert intervals.count_change([5, 6], [[4, 5]]) is None
    assert intervals.count_change([5], []) is None
    assert intervals.mean_change([(1, 1)] * 2, [(1, 1)] * 9) is None
