"""Amounts against what is known of them by other means: moments of PERT, products of independent draws, Student's interval by hand."""

from __future__ import annotations

from math import sqrt

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.improvements.domain.amounts import (
    NOTHING,
    Amount,
    Guess,
    a_month,
    effect,
    guess,
    product,
    together,
)


def test_draws_of_a_guess_have_the_moments_of_pert() -> None:
    given = Guess(0.1, 0.2, 0.6)
    found = effect(Amount(1000, 1000, 1000), given, seed=7, rounds=40_000)
    assert found.value == pytest.approx(1000 * given.mean, rel=0.01)
    assert 100 < found.low < found.value < found.high < 600
    assert effect(Amount(10, 10, 10), Guess(0.2, 0.2, 0.2), seed=1) == Amount(pytest.approx(2), 2, 2)  # type: ignore[arg-type]


def test_doubt_of_the_base_and_of_the_share_come_together() -> None:
    base = Amount(1000, 804, 1196)  # a standard deviation of 100
    alone = effect(base, Guess(1, 1, 1), seed=3, rounds=40_000)
    assert (alone.low, alone.high) == (pytest.approx(804, rel=0.02), pytest.approx(1196, rel=0.02))
    share = Guess(0.1, 0.2, 0.3)
    both = effect(base, share, seed=3, rounds=40_000)
    spread = 0.2 / 2 / sqrt(7)  # of PERT that is even: width / (2 sqrt 7)
    expected = 200 * sqrt(0.1**2 + (spread / 0.2) ** 2 + (0.1 * spread / 0.2) ** 2)
    assert (both.high - both.low) / 3.92 == pytest.approx(expected, rel=0.05)
    thrice = effect(base, share, Guess(3, 3, 3), seed=3, rounds=40_000)
    assert thrice.value == pytest.approx(3 * both.value)
    assert effect(base, share, seed=5) == effect(base, share, seed=5) != effect(base, share, seed=6)
    assert effect(Amount(1, -40, 42), share, seed=1).low == 0  # never below nothing


def test_a_month_from_days_knows_weekends() -> None:
    week = [10.0, 10, 10, 10, 10, 2, 2]
    found = a_month(week * 4, month=28)
    assert found == Amount(216, 216, 216)  # four weeks alike: no doubt about the next
    assert a_month(week, month=28).half > 50  # one week says little
    rows = [54.0, 60, 48, 66]  # sums of weeks; t(3, .975) = 3.182446
    days = [each / 7 for each in rows for _ in range(7)]
    mean, sd = 57, sqrt(((54 - 57) ** 2 + 9 + 81 + 81) / 3)
    assert a_month(days, month=7).high == pytest.approx(mean + 3.182446 * sd / 2)
    assert a_month([]) == NOTHING and a_month([5.0], month=10) == Amount(50, 0, 100)


def test_weighted_sums_add_halves_as_squares() -> None:
    found = together([(1, Amount(10, 7, 14)), (2, Amount(5, 3, 6.5))])
    assert found == Amount(20, 15, 25)
    assert together([]) == NOTHING


def test_a_product_adds_shares_of_doubt_as_squares() -> None:
    found = product(Amount(100, 70, 130), Amount(0.1, 0.06, 0.15))
    assert (found.value, found.low, found.high) == (
        pytest.approx(10),
        pytest.approx(5),
        pytest.approx(10 * (1 + sqrt(0.09 + 0.25))),
    )
    assert product(Amount(100, 70, 130), Amount(0, 0, 0.02)) == Amount(0, 0, pytest.approx(2.6))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        (("", "2", "3"), "share_low"), (("1", "x", "3"), "share_likely"), (("1", "2", "101"), "share_high"),
        (("3", "2", "4"), "share_likely"), (("nan", "2", "3"), "share_low"),
    ],
)  # fmt: skip
def test_guesses_are_numbers_in_order(typed: tuple[str, str, str], where: str) -> None:
    given = dict(zip(("share_low", "share_likely", "share_high"), typed, strict=True))
    with pytest.raises(BadInput) as refused:
        guess(given, "share", most=100)
    assert refused.value.where == where
    assert guess({"a_low": "1", "a_likely": "2,5", "a_high": "4"}, "a", most=10) == Guess(1, 2.5, 4)
