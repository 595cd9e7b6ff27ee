"""A text is checked at its place; files and plain paragraphs say the same as the structure; a market's words are its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from watchfloor.kernel.errors import BadInput
from watchfloor.policy import defaults
from watchfloor.policy.domain import document as documents
from watchfloor.policy.domain import files, flat
from watchfloor.policy.domain.document import Clause, Document, Kind, Overlay

WORDS = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() == text and text != "")
MARKET = st.sampled_from(["DE", "FR", "JP"])
OVERLAY = st.one_of(
    st.builds(Overlay, st.sampled_from(["adds", "replaces"]), WORDS), st.just(Overlay("drops"))
)  # fmt: skip


@st.composite
def texts(draw: Any) -> Document:
    """Any text that may be kept."""
    count = draw(st.integers(1, 4))
    clauses = tuple(
        Clause(
            key=f"k{n}", number=f"1.{n}", text=draw(WORDS), violates=tuple(draw(st.lists(WORDS, max_size=2))),
            allowed=tuple(draw(st.lists(WORDS, max_size=2))), overlays=draw(st.dictionaries(MARKET, OVERLAY, max_size=2)),
        )
        for n in range(count)
    )  # fmt: skip
    kinds = tuple(
        Kind(
            key=f"p.v{n}", clause=f"1.{n}", name=draw(WORDS), help=draw(st.text(max_size=20)), severity=draw(st.integers(0, 5)),
            points=draw(st.integers(0, 100)), actions=tuple(draw(st.lists(st.sampled_from(["remove", "label"]), max_size=2))),
            markets=draw(st.none() | st.lists(MARKET, min_size=1, max_size=2).map(tuple)),
        )
        for n in range(draw(st.integers(0, count)))
    )  # fmt: skip
    ends = draw(st.none() | st.integers(1_800_000_000, 1_900_000_000).map(lambda at: datetime.fromtimestamp(at, UTC)))
    return Document(
        summary=draw(WORDS), clauses=clauses, kinds=draw(st.none() | st.just(kinds)),
        overlays=draw(st.dictionaries(MARKET, WORDS, max_size=2)), ends_at=ends,
    )  # fmt: skip


@settings(max_examples=40)
@given(texts())
def test_a_file_is_read_as_it_was_written(document: Document) -> None:
    frame = {"key": "p", "name": 'P \x7f "quoted"', "names": {"es": "Ñ"}, "severity": 2, "target_hours": 1.5}
    text = files.write(frame, document)
    assert files.read(text) == (frame, document)
    assert files.write(*files.read(text)) == text


@pytest.mark.parametrize("data", defaults.load_policies(), ids=lambda data: str(data["key"]))
def test_the_shipped_files_are_such_files_and_survive_plain_paragraphs(data: dict[str, Any]) -> None:
    document = files.document_of(data)
    documents.check(document)
    frame = {name: data[name] for name in files.FRAME if name in data}
    assert files.read(files.write(frame, document)) == (frame, document)
    assert flat.render(document.clauses) == defaults.text_of(data), "what items are stamped with stays the same"
    assert flat.parse(defaults.text_of(data)) == document.clauses, "a home of an earlier release gets the same clauses"


def test_plain_paragraphs_without_numbers_and_with_one_twice() -> None:
    found = flat.parse("Be kind.\n\nAlways.\n\n2. Be honest.\n\n2 Again.")
    assert [(clause.key, clause.number, clause.text) for clause in found] == [
        ("c1", "1", "Be kind.\n\nAlways."), ("c2", "2", "Be honest."), ("c2-2", "2-2", "Again."),
    ]  # fmt: skip


def test_what_holds_in_a_market() -> None:
    overlays = {"DE": Overlay("adds", "Songs too."), "FR": Overlay("replaces", "Nothing."), "JP": Overlay("drops")}
    clause = Clause(key="a", number="1", text="Slurs.", overlays=overlays)
    assert [clause.in_market(m) for m in ("US", "DE", "FR", "JP")] == ["Slurs.", "Slurs.\nSongs too.", "Nothing.", None]


GOOD = Document(
    summary="s", clauses=(Clause(key="a", number="1", text="t"), Clause(key="b", number="2", text="u")),
    kinds=(Kind(key="p.x", clause="2 DE", name="X", markets=("DE",)),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("document", "code", "where"),
    [
        (replace(GOOD, summary=" "), "empty_text", "summary"),
        (replace(GOOD, clauses=()), "bad_clauses", "clauses"),
        (replace(GOOD, clauses=(*GOOD.clauses, Clause(key="a", number="3", text="t"))), "twice", "clauses[2].key"),
        (replace(GOOD, clauses=(*GOOD.clauses, Clause(key="c", number="1", text="t"))), "twice", "clauses[2].number"),
        (replace(GOOD, clauses=(replace(GOOD.clauses[0], text=""),)), "empty_text", "clauses[0].text"),
        (replace(GOOD, clauses=(replace(GOOD.clauses[0], violates=("",)),)), "bad_examples", "clauses[0].violates"),
        (
            replace(GOOD, clauses=(replace(GOOD.clauses[0], overlays={"DE": Overlay("adds")}),)),
            "empty_text",
            "clauses[0].overlays.DE",
        ),
        (
            replace(GOOD, clauses=(replace(GOOD.clauses[0], overlays={"DE": Overlay("bends", "x")}),)),
            "bad_overlay",
            "clauses[0].overlays.DE",
        ),
        (replace(GOOD, overlays={"germany": "x"}), "bad_market", "overlays"),
        (replace(GOOD, kinds=(Kind(key="p.x", clause="3", name="X"),)), "unknown_clause", "violations[0].clause"),
        (
            replace(GOOD, kinds=(Kind(key="p.x", clause="1", name="X", severity=7),)),
            "bad_severity",
            "violations[0].severity",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_place(document: Document, code: str, where: str) -> None:
    documents.check(GOOD)
    with pytest.raises(BadInput) as error:
        documents.check(document)
    assert (error.value.code, error.value.where) == (code, where)


@pytest.mark.parametrize(
    "text",
    [
        "key = ",
        "colour = 1",
        "ends_at = 2026-01-01",
        '[[clause]]\nnumber = 1\ntext = "x"',
        '[[clause]]\nnumber = "1"\nwords = "x"',
    ],
)
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        files.read(text)
