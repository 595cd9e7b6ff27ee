"""Bad policies are refused with the place and the way to mend them."""

from __future__ import annotations

import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.policy import domain


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"severity": 6}, "bad_severity"),
        ({"severity": -1}, "bad_severity"),
        ({"dsa_category": "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"}, "unknown_category"),
        ({"target_hours": 0}, "bad_target"),
    ],
)
def test_a_bad_frame_is_refused(values: dict, code: str) -> None:
    with pytest.raises(BadInput) as error:
        domain.check_policy("spam", values)
    assert error.value.code == code


@pytest.mark.parametrize("key", ["", "Spam", "sp am", "-spam", "x" * 81, "späm"])
def test_a_bad_key_is_refused(key: str) -> None:
    with pytest.raises(BadInput, match="is no key"):
        domain.check_policy(key, {})


@pytest.mark.parametrize(
    ("text", "questions", "overlays", "code"),
    [
        ("  ", [], {}, "empty_text"),
        ("x", [{"ask": "?", "yes": "next"}], {}, "bad_question"),
        ("x", [{"ask": "?", "yes": "next", "no": ""}], {}, "bad_question"),
        ("x", [], {"germany": "…"}, "bad_market"),
    ],
)
def test_a_bad_text_is_refused(text: str, questions: list, overlays: dict, code: str) -> None:
    with pytest.raises(BadInput) as error:
        domain.check_text("summary", text, questions, overlays)
    assert error.value.code == code


def test_an_unknown_token_is_refused() -> None:
    with pytest.raises(BadInput, match="no atproto reason"):
        domain.check_reason("spam", {"atproto": ["reasonSpam"]})


@pytest.mark.parametrize("values", [{"points": -1}, {"points": 101}, {"markets": ["de"]}])
def test_a_bad_violation_is_refused(values: dict) -> None:
    with pytest.raises(BadInput):
        domain.check_violation("spam.bulk", values)
