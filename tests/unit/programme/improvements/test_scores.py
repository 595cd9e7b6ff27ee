"""Scores against sums done by hand; the order, and what weights do to it."""

from __future__ import annotations

import pytest

from watchfloor.programme.improvements.domain.amounts import Amount, Guess
from watchfloor.programme.improvements.domain.scores import Sized, Weights, confidence, ranked, score

HOUSE = Weights(breach=30, wrongful=60, exposure=2)


def of(key: str, effort: float | None = 2, left: float | None = None, reach: float = 1000, **found: float) -> Sized:
    return Sized(
        key=key, quantities={name: Amount(value, value, value) for name, value in found.items()}, reach=reach,
        effort=None if effort is None else Guess(effort, effort, effort), months_left=left,
    )  # fmt: skip


def test_scores_by_hand() -> None:
    found = score(of("a", agent_minutes=6000, breaches=40, wrongful=5, exposure=90, cost=99_999), HOUSE)
    assert found.worth.value == pytest.approx(100 + 20 + 5 + 3)  # cost is the same minutes in money, so it is not added
    assert (found.confidence, found.impact) == (1, pytest.approx(128 * 60 / 1000))
    assert found.rice == pytest.approx(found.reach * found.impact / 60 * found.confidence / 2) == pytest.approx(64)
    assert found.wsjf == pytest.approx((128 + 28) / 2)  # harm counts once more
    both = score(of("d", wrongful=5, errors=8), HOUSE)
    assert both.worth.value == 8  # the same decisions, counted once
    soon = score(of("a", left=0.5, agent_minutes=6000), HOUSE)
    assert (soon.urgency, soon.delay, soon.wsjf) == (200, 300, 150)
    nothing = score(of("b", effort=None, agent_minutes=60), HOUSE)
    assert (nothing.rice, nothing.wsjf) == (None, None)
    assert score(of("c"), HOUSE).rice is None


def test_confidence_is_the_width_of_the_interval() -> None:
    assert confidence(Amount(100, 100, 100)) == 1
    assert confidence(Amount(100, 0, 200)) == 0.5
    assert confidence(Amount(0, -1, 1)) == 0


def test_the_order_and_what_weights_change_in_it() -> None:
    many = [of("hours", agent_minutes=6600), of("harm", breaches=200), of("none", effort=None, agent_minutes=1)]
    found = ranked(many, HOUSE)
    assert [(row.key, row.place, row.best, row.worst) for row in found] == [
        ("hours", 1, 1, 2), ("harm", 2, 1, 2), ("none", 3, 3, 3),
    ]  # fmt: skip
    assert [row.key for row in ranked(many, HOUSE, "wsjf")] == ["harm", "hours", "none"]
