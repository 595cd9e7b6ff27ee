"""Findings under thirteen names, and what may be asked."""

from __future__ import annotations

import pytest

from watchfloor.interop.judging import Finding
from watchfloor.interop.moderation.categories import CATEGORIES, result, texts_of


def test_nothing_found_is_thirteen_noughts() -> None:
    said = result([])
    assert said["flagged"] is False
    assert list(said["categories"]) == list(CATEGORIES) == list(said["category_scores"])
    assert not any(said["categories"].values())


def test_the_highest_score_counts_and_only_the_certain_flags() -> None:
    said = result(
        [
            Finding("scam", 0.4, "model:scam"),
            Finding("scam", 0.7, "model:x"),
            Finding("hate", 0.9, "rule:r", certain=True),
        ]
    )
    assert said["category_scores"]["illicit"] == 0.7
    assert said["categories"]["illicit"] is False
    assert said["categories"]["hate"] is True
    assert said["flagged"] is True


def test_a_policy_without_a_category_has_its_own_name() -> None:
    said = result([Finding("spam", 1.0, "rule:r", certain=True)])
    assert said["categories"]["spam"] is True
    assert said["category_applied_input_types"]["spam"] == ["text"]


@pytest.mark.parametrize(
    "given", ["", "hello", ["a", "b"], [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]], ids=str
)
def test_what_may_be_asked(given: object) -> None:
    texts = texts_of({"input": given})
    assert isinstance(texts, list)
    assert texts == (["a\nb"] if given and isinstance(given[0], dict) else [given] if isinstance(given, str) else given)


@pytest.mark.parametrize("given", [None, 7, [], [1], {}, [{"type": "image_url", "image_url": {"url": "x"}}]], ids=str)
def test_what_may_not(given: object) -> None:
    sentence = texts_of({"input": given})
    assert isinstance(sentence, str)
    assert sentence.endswith(".")
