"""Each figure against one worked by hand, and the intervals against what they must hold."""

import pytest

from watchfloor.engines.textmodels.metrics import evaluate, threshold_for_precision, wilson
from watchfloor.kernel.errors import BadInput

# Falling scores: right, right, wrong, right, wrong, wrong, right (the last below .5)
HAND = [(0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.55, False), (0.5, False), (0.1, True)]


def test_figures_by_hand() -> None:
    quality = evaluate(HAND, resamples=0)
    assert quality.precision.value == pytest.approx(3 / 6)
    assert quality.recall.value == pytest.approx(3 / 4)
    assert quality.f1.value == pytest.approx(2 * 3 / (6 + 4))
    assert quality.false_positive_rate.value == pytest.approx(3 / 3)
    assert quality.average_precision.value == pytest.approx((1 + 1 + 3 / 4 + 4 / 7) / 4)
    assert quality.recall_at_95.value == quality.recall_at_99.value == pytest.approx(2 / 4)


def test_ties_are_taken_together() -> None:
    tied = [(0.9, True), (0.9, False), (0.1, False)]
    quality = evaluate(tied, resamples=0)
    assert quality.recall_at_95.value == 0.0  # no threshold has the right one without the wrong one
    assert quality.average_precision.value == pytest.approx(0.5)
    assert evaluate(tied[::-1], resamples=0) == quality


def test_one_class_cannot_be_judged() -> None:
    for scored in ([(0.5, True)], [(0.5, False)], []):
        with pytest.raises(BadInput):
            evaluate(scored)


def test_bootstrap_is_repeatable_and_holds_the_value() -> None:
    scored = [(place / 200, (place * 7) % 10 < place / 20) for place in range(200)]
    quality = evaluate(scored, resamples=200, seed=4)
    assert evaluate(scored, resamples=200, seed=4) == quality
    for interval in quality:
        assert interval.low <= interval.value <= interval.high
    assert quality.f1.high - quality.f1.low > 0.02
    wider = evaluate(scored[::4], resamples=200, seed=4)
    assert wider.f1.high - wider.f1.low > quality.f1.high - quality.f1.low


def test_wilson_by_the_book() -> None:
    # E. B. Wilson's interval for 8 of 10 at 95 %, as in Brown, Cai and DasGupta (2001)
    interval = wilson(8, 10)
    assert (interval.low, interval.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson(0, 0) == (0.0, 0.0, 1.0)
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0


def test_the_threshold_with_the_greatest_recall() -> None:
    found = threshold_for_precision(HAND, 0.7)
    assert found is not None
    assert (found.threshold, found.above) == (0.6, 4)
    assert (found.precision.value, found.recall.value) == (0.75, 0.75)
    assert threshold_for_precision([(0.9, False), (0.1, True)], 0.9) is None


def test_sure_asks_for_the_lower_bound() -> None:
    scored = [(1 - place / 1000, place % 50 != 49) for place in range(500)]
    plain, sure = threshold_for_precision(scored, 0.97), threshold_for_precision(scored, 0.97, sure=True)
    assert plain is not None
    assert plain.precision.low < 0.97
    assert sure is None or sure.precision.low >= 0.97
    with pytest.raises(BadInput):
        threshold_for_precision(scored, 1.5)
