"""The bound of a sample and a reporter's reliability, beside closed forms, exact sums and simulation."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines import agreement
from watchfloor.engines.agreement.bounds import at_most
from watchfloor.engines.agreement.reliability import Prior, cumulative, quantile
from watchfloor.kernel.errors import BadInput


@given(st.integers(1, 60), st.data())
def test_the_tail_is_the_exact_sum(total: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, total))
    read = data.draw(st.integers(0, total))
    wrong = data.draw(st.integers(0, read))
    ways = sum(comb(bad, k) * comb(total - bad, read - k) for k in range(wrong + 1))
    assert at_most(total, bad, read, wrong) == pytest.approx(float(Fraction(ways, comb(total, read))), abs=1e-9)


@given(st.integers(1, 80), st.data())
def test_the_bound_is_the_largest_number_not_ruled_out(total: int, data: st.DataObject) -> None:
    read = data.draw(st.integers(0, total))
    wrong = data.draw(st.integers(0, read))
    found = agreement.most_wrong(total, read, wrong)
    possible = range(wrong, total - (read - wrong) + 1)
    assert found == max((bad for bad in possible if at_most(total, bad, read, wrong) > 0.05), default=wrong)


def test_of_an_endless_whole_it_is_clopper_and_pearsons() -> None:
    assert agreement.most_wrong_binomial(59, 0) == pytest.approx(1 - 0.05 ** (1 / 59))
    for wrong in (0, 1, 5):
        bound = agreement.most_wrong_binomial(100, wrong)
        tail = sum(comb(100, k) * bound**k * (1 - bound) ** (100 - k) for k in range(wrong + 1))
        assert tail == pytest.approx(0.05, abs=1e-9)  # the definition
        assert agreement.most_wrong(10**7, 100, wrong) / 10**7 == pytest.approx(bound, abs=1e-5)


def test_how_many_must_be_read() -> None:
    assert agreement.sample_size(10**6, 0.05) == 59  # the rule of three, exactly
    for total in (2, 40, 1900):
        size = agreement.sample_size(total, 0.05)
        assert agreement.most_wrong(total, size, 0) <= 0.05 * total
        assert size == 0 or agreement.most_wrong(total, size - 1, 0) > 0.05 * total
    with pytest.raises(BadInput):
        agreement.sample_size(10, 1.5)
    with pytest.raises(BadInput):
        agreement.most_wrong(10, 5, 6)


def test_the_bound_holds_as_often_as_it_says() -> None:
    chance = random.Random(7)
    missed = 0
    for _ in range(2000):
        bad = chance.randint(0, 120)
        wrong = sum(place < bad for place in chance.sample(range(400), 60))
        missed += bad > agreement.most_wrong(400, 60, wrong)
    assert missed / 2000 <= 0.065  # at most 5 %, and three standard deviations of 2,000 trials


def test_the_beta_distribution_is_the_binomial_tail() -> None:
    for a, b, x in ((1, 1, 0.3), (2, 5, 0.4), (30, 3, 0.95), (7, 7, 0.5)):
        n = a + b - 1
        exact = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
        assert cumulative(a, b, x) == pytest.approx(exact, abs=1e-12)
        assert quantile(a, b, exact) == pytest.approx(x, abs=1e-9)


def test_the_prior_of_a_population_is_found_again() -> None:
    chance = random.Random(11)
    counts = []
    for _ in range(4000):
        n = chance.randint(1, 25)
        right = chance.betavariate(6, 3)
        counts.append((sum(chance.random() < right for _ in range(n)), n))
    found = agreement.fit(counts)
    assert found.mean == pytest.approx(2 / 3, abs=0.02)
    assert found.a + found.b == pytest.approx(9, rel=0.2)
    # Shrunken shares are nearer to the truth than plain ones.
    alike = agreement.fit([(5, 10)] * 50)
    assert alike.a + alike.b == 500  # nobody differs from anybody


def test_one_reporter_moves_from_the_mean_of_all_to_the_own_share() -> None:
    prior = Prior(6.0, 2.0, 100)
    assert agreement.of(prior, 0, 0).value == 0.75
    assert agreement.of(prior, 0, 1).value == pytest.approx(6 / 9)  # Beta(6, 3)
    sure = agreement.of(prior, 0, 200)
    assert sure.high < 0.06
    assert agreement.points(prior, 0, 0) == 0
    assert agreement.points(prior, 0, 200) == -1
    assert 0 < agreement.points(prior, 50, 50) < 1
    assert agreement.fit([]).people == 0
    assert agreement.points(agreement.fit([]), 0, 0) == 0
