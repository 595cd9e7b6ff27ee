"""Scores by hand; what cannot be marked is said."""

from __future__ import annotations

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.quality.domain.cards import Card, Part, asked, check, score

VERDICT = Part(key="verdict", name="Verdict", weight=3, critical=True)
CONTEXT = Part(key="context", name="Context", weight=1, scale=3)
ACTION = Part(key="action", name="Action", weight=4, when="violating")
CARD = Card(parts=(VERDICT, CONTEXT, ACTION), passes=0.75)


def test_a_score_is_the_weighted_mean_of_what_applies() -> None:
    clean = score(CARD, {"verdict": "1", "context": "0"}, verdict="clean", wrong=False)
    assert (clean.value, clean.failed, clean.passed) == (0.75, False, True)  # (3 + 0) / 4
    violating = score(CARD, {"verdict": "1", "context": "1", "action": "0"}, verdict="violating", wrong=False)
    assert violating.value == pytest.approx(3.5 / 8) and not violating.passed
    left = score(CARD, {"verdict": "1", "context": "-", "action": "1"}, verdict="violating", wrong=False)
    assert left.value == 1.0
    grave = score(CARD, {"verdict": "0", "context": "2"}, verdict="clean", wrong=True)
    assert (grave.value, grave.failed, grave.passed) == (0.0, True, False)
    assert [part.key for part in asked(CARD, verdict="clean", wrong=True)] == ["verdict", "context"]


@pytest.mark.parametrize(("marks", "where"), [
    ({"verdict": "1"}, "mark-context"), ({"verdict": "2", "context": "0"}, "mark-verdict"),
    ({"verdict": "-", "context": "-"}, "marks"), ({"verdict": "x", "context": "1"}, "mark-verdict"),
])  # fmt: skip
def test_what_cannot_be_marked_is_said(marks: dict[str, str], where: str) -> None:
    with pytest.raises(BadInput) as said:
        score(CARD, marks, verdict="clean", wrong=False)
    assert said.value.where == where


@pytest.mark.parametrize("card", [
    Card(), Card(parts=(VERDICT, VERDICT)), Card(parts=(VERDICT,), passes=0), Card(parts=(Part(key="a", name=" "),)),
    Card(parts=(Part(key="a", name="A", weight=0),)), Card(parts=(Part(key="a", name="A", scale=9),)),
    Card(parts=(Part(key="a", name="A", when="never"),)),
])  # fmt: skip
def test_a_card_that_cannot_be_used_is_refused(card: Card) -> None:
    check(CARD)
    with pytest.raises(BadInput):
        check(card)
