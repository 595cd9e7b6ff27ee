"""The life of a rule, and which items a partial rule picks."""

from __future__ import annotations

import itertools

import pytest

from watchfloor.detection import domain
from watchfloor.kernel.errors import BadInput, Conflict

WAY = ["draft", "backtested", "shadow", "partial", "on", "paused", "retired", "draft"]
KEYS = [f"message/m{number}" for number in range(4000)]


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(WAY)))
def test_the_usual_way(before: str, after: str) -> None:
    domain.check_step("R", before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("draft", "on"), ("draft", "shadow"), ("backtested", "on"), ("retired", "on"), ("on", "on"), ("on", "draft"), ("x", "on")],
)  # fmt: skip
def test_no_step_is_left_out(before: str, after: str) -> None:
    with pytest.raises(Conflict) as error:
        domain.check_step("R", before, after)
    assert before in error.value.message


def test_a_refused_step_names_the_allowed_ones() -> None:
    with pytest.raises(Conflict) as error:
        domain.check_step("R", "draft", "on")
    assert "backtested" in error.value.hint


@pytest.mark.parametrize("state", ["draft", "backtested", "shadow", "paused", "retired"])
def test_only_partial_and_on_act(state: str) -> None:
    assert not any(domain.acts(state, 100, "R", key) for key in KEYS[:50])


def test_on_acts_on_everything() -> None:
    assert all(domain.acts("on", 100, "R", key) for key in KEYS[:50])


def test_a_share_is_about_as_large_as_said_and_grows_without_letting_go() -> None:
    ten = {key for key in KEYS if domain.acts("partial", 10, "R", key)}
    thirty = {key for key in KEYS if domain.acts("partial", 30, "R", key)}
    assert ten < thirty
    assert 0.08 < len(ten) / len(KEYS) < 0.12
    assert ten == {key for key in KEYS if domain.acts("partial", 10, "R", key)}
    assert ten != {key for key in KEYS if domain.acts("partial", 10, "Other", key)}


@pytest.mark.parametrize(
    ("word", "level"),
    [("low", 1), ("High", 3), ("critical", 5), ("4", 4), ("9", 5), ("0", 1), (None, None), ("dire", None), ("²", None)],
)
def test_severity_words(word: str | None, level: int | None) -> None:
    assert domain.severity(word) == level


@pytest.mark.parametrize("path", ["main.sml", "spam/links.sml", "a-b_c/1.sml"])
def test_good_paths(path: str) -> None:
    domain.check_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "main", ".sml", "../main.sml", "/main.sml", "a//b.sml", "a b.sml", "x.sml\n", "é.sml", "a" * 250 + ".sml"],
)
def test_bad_paths(path: str) -> None:
    with pytest.raises(BadInput) as error:
        domain.check_path(path)
    assert error.value.hint
