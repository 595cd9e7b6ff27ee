"""Laws of effects: units, levels, names and order make no difference; what is planted comes out on top of what was there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.effects import Effect, before_after, best, difference_in_differences, synthetic_control

FLOORS = st.tuples(st.integers(0, 10_000), st.integers(24, 45), st.integers(3, 20), st.integers(3, 6))


def floor(seed: int, before: int, after: int, others: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    chance = np.random.default_rng(seed)
    tide = np.cumsum(chance.normal(size=before + after)) + 40
    return tide + chance.normal(size=before + after), {
        f"c{n}": tide * chance.uniform(0.8, 1.2) + chance.normal(size=before + after) for n in range(others)
    }


@settings(max_examples=15, deadline=None)
@given(FLOORS, st.floats(0.01, 1000), st.floats(-500, 500), st.floats(-50, 50))
def test_units_levels_and_a_planted_step(
    made: tuple[int, int, int, int], times: float, more: float, step: float
) -> None:
    touched, controls = floor(*made)
    at = made[1]
    moved = touched.copy()
    moved[at:] += step
    for measure in (difference_in_differences, synthetic_control):
        plain = measure(touched, controls, at, placebos=False)
        planted = measure(moved, controls, at, placebos=False)
        other = measure(
            touched * times + more, {k: v * times for k, v in reversed(controls.items())}, at, placebos=False
        )
        assert plain.enough == planted.enough
        if plain.left_out == other.left_out and plain.enough and other.enough:
            assert other.estimate == pytest.approx((plain.estimate or 0) * times, rel=1e-3, abs=1e-3 * times)
            assert other.high == pytest.approx((plain.high or 0) * times, rel=1e-2, abs=1e-2 * times)
        if planted.enough:
            assert planted.estimate == pytest.approx((plain.estimate or 0) + step, rel=1e-6, abs=1e-6)
            assert holds(planted)
    alone, stepped = before_after(touched, at, placebos=False), before_after(moved, at, placebos=False)
    assert stepped.estimate == pytest.approx((alone.estimate or 0) + step, rel=1e-6, abs=1e-6)
    assert holds(stepped)


@settings(max_examples=15, deadline=None)
@given(FLOORS, st.floats(-100, 100))
def test_what_came_after_has_no_say_in_the_choice(made: tuple[int, int, int, int], step: float) -> None:
    touched, controls = floor(*made)
    moved = touched.copy()
    moved[made[1] :] += step
    one, other = (best(each, controls, made[1], placebos=False) for each in (touched, moved))
    assert (one.method, one.why, one.enough) == (other.method, other.why, other.enough)


def holds(found: Effect) -> bool:
    """An interval is about its estimate, and says the same as p."""
    assert found.low is not None and found.high is not None and found.estimate is not None and found.p is not None
    return found.low <= found.estimate <= found.high and (found.p < 0.05) == (not found.low <= 0 <= found.high)
