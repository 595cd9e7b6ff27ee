"""Effects of changes: known ones are found, the interval holds what it says, and where nothing can be known nothing is claimed."""

from __future__ import annotations

import os

import numpy as np
import pytest
from benchmarks._effect_worlds import WORLDS
from benchmarks.effects import methods_of, naive, tried

from watchfloor.engines.effects import before_after, best, difference_in_differences, synthetic_control
from watchfloor.engines.effects.noise import columns, tell
from watchfloor.engines.metrics.effect import student_quantile
from watchfloor.kernel.errors import BadInput

LONG = int(os.environ.get("WATCHFLOOR_EFFECT_WORLDS", "0"))  # 1000: the stated bar, some minutes
WORLD_COUNT = LONG or 40
EVERY_METHOD = frozenset(WORLDS) if LONG else frozenset({"AR(1) noise 0.6", "counts", "no controls"})


@pytest.mark.parametrize("kind", list(WORLDS))
def test_intervals_hold_what_was_planted_and_nothing_is_seen_where_nothing_is(kind: str) -> None:
    for name, method in methods_of(kind).items():
        if kind not in EVERY_METHOD and name != "best":
            continue
        told = tried(kind, method, WORLD_COUNT)
        if LONG >= 1000:
            assert 0.93 <= told.coverage <= 0.98, (
                name,
                told,
            )  # an interval of 1,000 floors about 95 % is 93.6 to 96.4 %
            assert told.false <= 0.07, (name, told)
        assert told.coverage >= 0.82, (name, told)  # of 40 at 95 %: fewer than 33 in one of 1,500 runs
        assert told.false <= 0.16, (name, told)
        assert told.refused <= 0.2, (name, told)
        assert told.power >= 0.6, (name, told)


def test_the_table_can_tell_a_bad_method_from_a_good_one() -> None:
    assert tried("AR(1) noise 0.6", naive, 60).coverage < 0.85


def floors(effect: float = 0.0, drift: float = 0.0, others: int = 6) -> tuple[list[float], dict[str, list[float]]]:
    chance = np.random.default_rng(3)
    tide = 50 + np.cumsum(chance.normal(size=70))
    rows = [tide + chance.normal(size=70) * 0.7 + 5 * place for place in range(others + 1)]
    rows[0] += drift * np.arange(70)
    rows[0][50:] += effect
    return rows[0].tolist(), {f"m{place}": row.tolist() for place, row in enumerate(rows[1:])}


@pytest.mark.parametrize("measure", [difference_in_differences, synthetic_control, best])
def test_a_planted_effect_is_found_with_its_counterfactual_and_its_placebos(measure: object) -> None:
    touched, controls = floors(effect=4.0)
    found = measure(touched, controls, 50)  # type: ignore[operator]
    assert found.enough
    assert found.low < 4.0 < found.high
    assert found.low > 0
    assert found.p < 0.001
    assert len(found.counterfactual) == 70
    after = np.mean(touched[50:]) - np.mean(found.counterfactual[50:])
    assert after == pytest.approx(found.estimate, abs=0.3)
    assert found.relative == pytest.approx(found.estimate / (np.mean(touched[50:]) - found.estimate))
    assert {each.name for each in found.placebo.space} == set(controls)
    assert found.placebo.p == pytest.approx(1 / 7)  # of seven, the touched moved most
    assert len(found.placebo.time) >= 5
    assert sum(found.weights.values()) == pytest.approx(1, abs=1e-5)


def test_controls_that_were_none_are_refused_and_say_why() -> None:
    found = difference_in_differences(*floors(effect=4.0, drift=0.2), 50)
    assert (found.enough, found.estimate, found.low) == (False, None, None)
    assert "moved away from the controls before the change" in found.why


def test_a_control_that_moved_by_itself_is_left_out() -> None:
    touched, controls = floors()
    controls["m3"] = [value + (15 if step >= 52 else 0) for step, value in enumerate(controls["m3"])]
    found = difference_in_differences(touched, controls, 50)
    assert found.left_out == ["m3"]
    assert found.low is not None and found.high is not None
    assert found.low < 0 < found.high


def test_what_is_too_short_is_said_in_a_sentence() -> None:
    assert before_after([1.0] * 20, 18).why == "Too early: 2 steps after the change, at least 3 are needed."
    assert before_after([1.0] * 20, 7).why.startswith("Too little history: 7 steps")
    assert before_after([1.0] * 20, 10).why.startswith("Too little history: 10 steps before the change, and without")
    assert difference_in_differences([1.0] * 20, {}, 10).why == "There is nothing that was not touched."
    assert best([1.0, 2.0], {}, 1).enough is False
    one = synthetic_control([float(n % 3) for n in range(30)], {"a": [float(n % 4) for n in range(30)]}, 20)
    assert one.why == "A synthetic control needs at least two controls."


def test_best_says_against_what_and_passes_over_controls_that_have_nothing_to_do_with_it() -> None:
    touched, controls = floors(effect=4.0)
    assert best(touched, controls, 50).why.startswith("Against ")
    steps = np.arange(70)
    chance = np.random.default_rng(1)
    calm = (20 + 3.0 * (steps % 7 == 5) + chance.normal(0, 0.3, 70)).tolist()
    wild = {name: (np.cumsum(chance.normal(0, 4, 70)) + 30).tolist() for name in "ab"}
    found = best(calm, wild, 50)
    assert found.method == "before_after"
    assert "its own past" in found.why


def test_series_without_any_noise_are_told_exactly() -> None:
    found = before_after([10.0] * 30 + [13.0] * 10, 30)
    assert found.estimate == pytest.approx(3.0)
    assert found.low == pytest.approx(3.0, abs=1e-3)
    still = difference_in_differences([5.0] * 40, {"a": [7.0] * 40, "b": [9.0] * 40}, 30)
    assert still.estimate == pytest.approx(0.0, abs=1e-9)


def test_bad_input_is_said() -> None:
    for call, code in (
        (lambda: before_after([1.0, float("nan")] * 20, 20), "not_numbers"),
        (lambda: before_after([1.0] * 20, 21), "bad_place"),
        (lambda: before_after([1.0] * 20, 10, level=1.0), "bad_level"),
        (lambda: difference_in_differences([1.0] * 20, {"a": [1.0] * 19}, 10), "unlike_length"),
        (lambda: best([1.0] * 20, {"a": [float("inf")] * 20}, 10), "not_numbers"),
    ):
        with pytest.raises(BadInput) as caught:
            call()
        assert caught.value.code == code


def test_without_autocorrelation_it_is_students_interval() -> None:
    """Independent noise: the mixture over strengths is a little wider than the textbook's interval, and about the same place."""
    chance = np.random.default_rng(5)
    values = chance.normal(size=200)
    told = tell(values, columns(200, 100, season=0, trend=False))
    low, high = told.interval(0.95)
    error = np.sqrt(values[:100].var(ddof=1) / 100 + values[100:].var(ddof=1) / 100)
    reach = error * student_quantile(0.95, 198)
    assert told.estimate == pytest.approx(values[100:].mean() - values[:100].mean(), abs=error / 4)
    assert 0.85 * reach < (high - low) / 2 < 1.5 * reach
