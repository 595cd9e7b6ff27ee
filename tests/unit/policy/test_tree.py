"""Decision trees: what may be one, where answers lead in a market, and that the written form loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.policy import defaults, tree, tree_text

KINDS = {"hate.harm", "hate.slur", "hate.incitement-de"}
TEXT = """people: Is it aimed at people?
  yes -> trait
  no -> clean
trait: Because of a protected trait?
  yes -> hate.harm; DE -> hate.incitement-de
  no -> escalate"""


def made(*questions: tuple[str, list[str]]) -> dict[str, Any]:
    return {
        "questions": [
            {"key": key, "ask": "?", "answers": [{"say": str(n), "to": to} for n, to in enumerate(ways)]}
            for key, ways in questions
        ]
    }


def test_the_written_form_is_read_and_written_without_loss() -> None:
    found = tree_text.parse(TEXT)
    tree.check(found, KINDS)
    assert tree_text.write(found) == TEXT
    assert tree_text.parse(" \n# nothing yet\n") is None


@pytest.mark.parametrize(
    ("text", "line"), [("yes -> clean", "Line 1"), ("a: Is it?\n  yes, of course", "Line 2"), ("a:b", "Line 1")]
)
def test_a_line_that_is_neither_is_named(text: str, line: str) -> None:
    with pytest.raises(BadInput, match=line):
        tree_text.parse(text)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({}, "decision_tree"),
        (made(("a", ["clean"])), "questions[0].answers"),
        (made(("a", ["clean", "nowhere"])), "questions[0].answers[1]"),
        (made(("a", ["b", "clean"]), ("b", ["a", "clean"])), "questions[1]"),
        (made(("a", ["clean", "hate.slur"]), ("b", ["clean", "hate.slur"])), "questions[1]"),
        (made(("a", ["b", "clean"]), ("b", ["clean", "clean"]), ("a", ["clean", "clean"])), "questions[2].key"),
        (made(("clean", ["hate.slur", "escalate"])), "questions[0].key"),
        (made(("A b", ["clean", "clean"])), "questions[0].key"),
        (made(("a", ["clean"] * 10)), "questions[0].answers"),
    ],
)
def test_what_is_no_tree_is_refused_where_it_is_wrong(data: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as error:
        tree.check(data, KINDS)
    assert error.value.where == where


def test_an_overlay_changes_a_leaf_in_its_market_alone() -> None:
    data = tree_text.parse(TEXT)
    assert data is not None
    path = [("people", 0), ("trait", 0)]
    for market, kinds, to, kind in (
        ("DE", KINDS, "hate.incitement-de", "violation"),
        ("US", KINDS - {"hate.incitement-de"}, "hate.harm", "violation"),
        ("DE", {"hate.harm"}, "hate.incitement-de", "gone"),
    ):
        end = tree.resolve(data, kinds, market, written=True).walk(path)
        assert end is not None and (end.to, end.kind) == (to, kind)
    here = tree.resolve(data, KINDS, "", written=True)
    assert here.walk([]) is None
    assert here.walk([("trait", 0)]) is None
    assert here.walk([("people", 1), ("trait", 0)]) is None
    assert here.walk([("people", 5)]) is None


@pytest.mark.parametrize("policy", defaults.load_policies(), ids=lambda policy: policy["key"])
def test_every_shipped_tree_is_whole(policy: dict[str, Any]) -> None:
    data = defaults.tree_of(policy)
    tree.check(data, {kind["key"] for kind in policy["violation"]})
    assert tree_text.parse(tree_text.write(data)) == data


@given(st.integers(1, 40))
def test_the_tree_made_of_violation_types_leads_to_each(count: int) -> None:
    from uuid import uuid4

    from watchfloor.policy.contracts import ViolationRef

    kinds = [
        ViolationRef(id=uuid4(), key=f"x.{n}", policy_key="x", clause="1", name=f"Kind {n}", help="", severity=1, points=1,
                     actions=(), markets=None, position=n)
        for n in range(count)
    ]  # fmt: skip
    keys = {kind.key for kind in kinds}
    data = tree.from_violations(kinds)
    tree.check(data, keys)
    found = tree.resolve(data, keys, "", written=False)
    assert {
        answer.to for question in found.questions for answer in question.answers if answer.kind == "violation"
    } == keys
