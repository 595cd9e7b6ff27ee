"""Jira's document format and plain text: what a person writes survives the way there and back, and what text cannot say is admitted."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.programme.jira.domain import adf, inline

WORDS = st.text(
    alphabet=st.sampled_from("abz XY 019 .,:;!?()<>#+-*_~`[]\\|/'\"äß漢🙂&="), min_size=1, max_size=14
).filter(lambda text: bool(text.strip()))
URLS = st.sampled_from(["https://example.org/a_b", "http://x.example/?q=(1)", "mailto:a@example.org"])


@st.composite
def runs(draw: Any) -> list[dict[str, Any]]:
    """Inline nodes of one line, joined as Jira gives them."""
    made: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 3))):
        kinds = draw(st.sets(st.sampled_from(["strong", "strike", "code"]), max_size=2))
        if "code" in kinds:
            kinds = {"code"}
        marks: list[dict[str, Any]] = [{"type": kind} for kind in ("strong", "em", "strike", "code") if kind in kinds]
        if draw(st.booleans()) and not made:
            marks.insert(0, {"type": "link", "attrs": {"href": draw(URLS)}})
        text = {"type": "text", "text": " ".join(draw(WORDS).split())}
        made.append({**text, "marks": marks} if marks else text)
        made.append({"type": "text", "text": " und "})
    made[-1]["text"] = " x"
    return inline._joined(made)


PARAGRAPH = runs().map(lambda content: {"type": "paragraph", "content": content})
BROKEN = st.tuples(runs(), runs()).map(
    lambda both: {"type": "paragraph", "content": [*both[0], {"type": "hardBreak"}, *both[1]]}
)
HEADING = st.tuples(st.integers(1, 6), runs()).map(
    lambda both: {"type": "heading", "attrs": {"level": both[0]}, "content": both[1]}
)
CODE = st.tuples(st.sampled_from(["", "python", "c++"]), st.sampled_from(["x = 1", "a\n\n  b", "```\nnot the end\n```"])).map(
    lambda both: {
        "type": "codeBlock", **({"attrs": {"language": both[0]}} if both[0] else {}), "content": [{"type": "text", "text": both[1]}],
    }
)  # fmt: skip
QUOTE = st.lists(PARAGRAPH, min_size=1, max_size=2).map(lambda content: {"type": "blockquote", "content": content})


def a_list(inner: Any = None) -> Any:
    """A list of items, each a paragraph and perhaps a list."""
    item = st.tuples(PARAGRAPH | BROKEN, st.lists(inner, max_size=1) if inner is not None else st.just([])).map(
        lambda both: {"type": "listItem", "content": [both[0], *both[1]]}
    )
    items = st.lists(item, min_size=1, max_size=2)
    return items.map(lambda content: {"type": "bulletList", "content": content}) | st.tuples(
        st.integers(1, 30), items
    ).map(lambda both: {"type": "orderedList", "attrs": {"order": both[0]}, "content": both[1]})


LISTS = a_list(a_list(a_list()))
DOCUMENTS = st.lists(PARAGRAPH | BROKEN | HEADING | CODE | QUOTE | LISTS | st.just({"type": "rule"}), max_size=4).map(
    lambda content: {"version": 1, "type": "doc", "content": content}
)


@given(DOCUMENTS)
@settings(deadline=None, max_examples=100)
def test_a_document_of_the_subset_comes_back_as_it_was(doc: dict[str, Any]) -> None:
    read = adf.to_text(doc)
    assert read.whole, read.text
    assert adf.to_adf(read.text) == doc, read.text
    assert adf.canonical(read.text) == read.text


@given(st.text(alphabet=st.sampled_from("ab1 \n\t*_~`[]()<>#-+.>\\:/h\r"), max_size=60) | st.text(max_size=80))
@settings(deadline=None, max_examples=400)
def test_any_text_is_a_document_and_has_one_spelling(text: str) -> None:
    once = adf.canonical(text)
    assert adf.canonical(once) == once
    assert adf.to_text(adf.to_adf(once)).whole
    assert [once.count(sign) for sign in "ab"] == [text.count(sign) for sign in "ab"]  # nothing written is lost


KEYS = st.sampled_from(["type", "content", "text", "marks", "attrs", "level", "href", "version"])
KINDS = st.sampled_from(["doc", "paragraph", "text", "table", "listItem", "bulletList", "heading", "link", "codeBlock"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner | KINDS, max_size=4), max_leaves=12,
)  # fmt: skip


@given(JUNK)
@settings(deadline=None, max_examples=200)
def test_whatever_comes_from_outside_is_read_or_refused(doc: object) -> None:
    adf.to_text(doc)
    adf.to_text({"type": "doc", "version": 1, "content": [doc]})


def test_what_text_cannot_say_is_admitted() -> None:
    cell = {"type": "tableCell", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "42"}]}]}
    table = {"type": "table", "content": [{"type": "tableRow", "content": [cell, cell]}]}
    mention = {"type": "paragraph", "content": [{"type": "mention", "attrs": {"id": "1", "text": "@Ann"}}]}
    read = adf.to_text({"type": "doc", "version": 1, "content": [table, mention]})
    assert read == adf.Read("42 | 42\n\n@Ann", whole=False)
    nested: dict[str, Any] = {"type": "paragraph", "content": [{"type": "text", "text": "deep"}]}
    for _ in range(9):
        nested = {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "paragraph", "content": [
            {"type": "text", "text": "x"}]}, nested] if nested["type"] == "bulletList" else [nested]}]}  # fmt: skip
    assert not adf.to_text({"type": "doc", "version": 1, "content": [nested]}).whole


def test_how_people_write() -> None:
    doc = adf.to_adf("As a **reviewer**\nI want `x_1` and snake_case_name\n\n1. one\n2. two\n    - deep\n\n> said")
    assert [each["type"] for each in doc["content"]] == ["paragraph", "orderedList", "blockquote"]
    first = doc["content"][0]["content"]
    assert first[1] == {"type": "text", "text": "reviewer", "marks": [{"type": "strong"}]}
    assert first[2] == {"type": "hardBreak"}
    assert first[-1]["text"] == " and snake_case_name"
    assert adf.plain("**Fewer** `clicks`\nnow") == "Fewer clicks now"
