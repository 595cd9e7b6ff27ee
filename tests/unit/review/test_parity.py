"""The parity report refuses to conclude on noise, compares like with like, and finds a difference that is there."""

from __future__ import annotations

import pytest

from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.review.domain.parity import Counts, compare, standardised


def test_few_decisions_say_nothing() -> None:
    found = compare({"spam": Counts(29, 29)}, {"spam": Counts(10_000, 10)})
    assert found.verdict == "too_few" and found.difference is None


def test_a_different_mix_is_no_different_treatment() -> None:
    """The protected have mostly hate cases, of which most are violating; others mostly spam, of which few are. Rates by policy agree."""
    mine = {"hate": Counts(180, 144), "spam": Counts(20, 2)}
    others = {"hate": Counts(1_000, 800), "spam": Counts(9_000, 900)}
    found = compare(mine, others)
    assert found.others_rate is not None and found.others_rate.value == pytest.approx(0.9 * 0.8 + 0.1 * 0.1)
    assert found.verdict == "no_difference"


def test_a_real_difference_is_said_and_which_way() -> None:
    others = {"hate": Counts(2_000, 1_000)}
    assert compare({"hate": Counts(200, 150)}, others).verdict == "stricter"
    assert compare({"hate": Counts(200, 50)}, others).verdict == "milder"
    assert compare({"hate": Counts(31, 16)}, others).verdict == "unclear"


def test_policies_without_others_are_left_out_and_counted() -> None:
    found = compare({"hate": Counts(40, 20), "ip": Counts(7, 7)}, {"hate": Counts(400, 200)})
    assert found.left_out == 7 and found.protected == 40


def test_intervals_against_values_worked_by_hand() -> None:
    """Wilson for 10 of 50 (Brown, Cai and DasGupta 2001 use the same formula): 0.2, 0.1124 to 0.3304."""
    rate = wilson(10, 50)
    assert (round(rate.value, 4), round(rate.low, 4), round(rate.high, 4)) == (0.2, 0.1124, 0.3304)
    assert standardised({"a": (1.0, Counts(10, 0))}).high > 0  # no certainty from ten
