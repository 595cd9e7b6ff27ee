"""The probability of a breach against simulation, and its quick form against the exact one."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from watchfloor.review.domain.risk import Pace, breach_probability, even_hours, hours_per_place, incomplete_beta, pace

paces = st.builds(Pace, st.floats(1, 400), st.floats(0.01, 50))


def test_against_simulation() -> None:
    chance = random.Random(8)
    for queue, ahead, hours in (
        (Pace(3, 0.1), 40, 2.0),
        (Pace(25, 0.5), 90, 1.5),
        (Pace(1.2, 0.2), 4, 1.0),
        (Pace(60, 2), 0, 0.02),
    ):
        late, rounds = 0, 8000
        for _ in range(rounds):
            rate = chance.gammavariate(queue.shape, 1 / queue.rate)
            late += chance.gammavariate(ahead + 1, 1 / rate) > hours  # the time of the k+1-th solve
        said = breach_probability(ahead, hours, queue)
        spread = 4 * (said * (1 - said) / rounds) ** 0.5 + 1e-3
        assert abs(late / rounds - said) < spread, (queue, ahead, hours)


@given(st.floats(0.2, 500), st.floats(0.2, 500), st.floats(0.001, 0.999))
def test_incomplete_beta_is_a_distribution(a: float, b: float, x: float) -> None:
    found = incomplete_beta(a, b, x)
    assert -1e-9 <= found <= 1 + 1e-9
    assert abs(found + incomplete_beta(b, a, 1 - x) - 1) < 1e-8
    # I_x(a, 1) is x^a, exactly.
    assert abs(incomplete_beta(a, 1, x) - x**a) < 1e-9


@given(paces, st.integers(0, 5000), st.floats(0.01, 100))
def test_further_back_and_less_time_is_never_less_risky(queue: Pace, ahead: int, hours: float) -> None:
    here = breach_probability(ahead, hours, queue)
    assert breach_probability(ahead + 1, hours, queue) >= here - 1e-9
    assert breach_probability(ahead, hours * 1.1, queue) <= here + 1e-9


@given(paces, st.integers(0, 100_000))
def test_the_quick_threshold_is_where_the_chances_are_even(queue: Pace, ahead: int) -> None:
    assert abs(breach_probability(ahead, even_hours(ahead, queue), queue) - 0.5) < 0.015
    step = even_hours(ahead + 1, queue) - even_hours(ahead, queue)
    assert abs(step - hours_per_place(queue)) < 1e-6 * (1 + even_hours(ahead, queue))


@given(st.lists(st.integers(0, 500), min_size=1, max_size=12))
def test_a_pace_keeps_the_mean_and_never_knows_more_than_was_counted(hours: list[int]) -> None:
    found = pace(hours)
    assert abs(found.mean - (sum(hours) + 0.5) / len(hours)) < 1e-9
    assert found.shape <= sum(hours) + 0.5 + 1e-9


def test_uneven_hours_are_less_sure_than_even_ones() -> None:
    assert pace([0, 0, 90, 0, 0, 90]).shape < pace([30] * 6).shape
    assert pace([0, 0, 0]).mean < 1
