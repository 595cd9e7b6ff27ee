"""The diff says what changed and nothing else: put together again, its stretches are both texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from watchfloor.policy.domain.differences import Piece, compare, words
from watchfloor.policy.domain.document import Clause, Document, Kind, Overlay

HARM = Clause(key="harm", number="5.1", text="Calls for harm are removed.")
SLUR = Clause(key="slur", number="5.2", text="Slurs are removed.", allowed=("a lecture",))
DENIAL = Clause(key="denial", number="5.3", text="Denial is removed.")
KIND = Kind(key="hate.slur", clause="5.2", name="Slur", severity=2, points=1, actions=("remove",))
BASE = Document(summary="No hate.", clauses=(HARM, SLUR, DENIAL), kinds=(KIND,), overlays={"FR": "A note."})
TEXT = st.text(alphabet="abc 一二。\n.é", max_size=60)


@given(TEXT, TEXT)
def test_the_stretches_are_both_texts(before: str, after: str) -> None:
    found = words(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "added") == before
    assert "".join(piece.text for piece in found if piece.kind != "removed") == after


def test_words_change_not_lines_and_letters_of_scripts_without_spaces() -> None:
    assert words("Slurs are removed.", "Slurs are labelled.") == (
        Piece("same", "Slurs are "), Piece("removed", "removed"), Piece("added", "labelled"), Piece("same", "."),
    )  # fmt: skip
    assert words("侮辱は削除", "侮辱は表示") == (
        Piece("same", "侮辱は"),
        Piece("removed", "削除"),
        Piece("added", "表示"),
    )


def test_the_same_says_nothing() -> None:
    assert compare(BASE, BASE).empty


def test_clauses_are_found_again_by_their_key() -> None:
    renumbered = replace(SLUR, number="5.3")
    new = Clause(key="mockery", number="5.2", text="Mockery is removed.")
    found = compare(BASE, replace(BASE, clauses=(HARM, new, renumbered)))
    assert [(each.key, each.change, each.before, each.after) for each in found.clauses] == [
        ("mockery", "added", "", "5.2"), ("slur", "moved", "5.2", "5.3"), ("denial", "removed", "5.3", ""),
    ]  # fmt: skip
    assert found.touched == {"mockery", "denial"}


def test_another_order_is_a_move_of_what_moved() -> None:
    found = compare(BASE, replace(BASE, clauses=(DENIAL, HARM, SLUR)))
    assert [(each.key, each.change) for each in found.clauses] == [("denial", "moved")]


def test_examples_and_overlays_of_a_clause() -> None:
    changed = replace(SLUR, allowed=("a song", "a lecture"), overlays={"DE": Overlay("adds", "Also songs.")})
    (each,) = compare(BASE, replace(BASE, clauses=(HARM, changed, DENIAL))).clauses
    assert each.change == "changed" and not each.text
    assert each.allowed == (Piece("added", "a song"), Piece("same", "a lecture"))
    assert [(o.market, o.change, o.text) for o in each.overlays] == [("DE", "added", (Piece("added", "Also songs."),))]


def test_violation_types_by_field_and_notes_by_market() -> None:
    graver = replace(KIND, severity=4, actions=("remove", "suspend"))
    found = compare(BASE, replace(BASE, kinds=(graver,), overlays={"DE": "Another."}))
    (kind,) = found.violations
    assert kind.fields == {"severity": (2, 4), "actions": (["remove"], ["remove", "suspend"])}
    assert [(each.market, each.change) for each in found.overlays] == [("DE", "added"), ("FR", "removed")]
    assert compare(BASE, replace(BASE, kinds=None)).violations == (), "None leaves them as they are"


def test_the_tree_line_by_line() -> None:
    def tree(to: str) -> dict[str, object]:
        return {
            "questions": [
                {"key": "q", "ask": "Is it?", "answers": [{"say": "yes", "to": to}, {"say": "no", "to": "clean"}]}
            ]
        }

    found = compare(replace(BASE, decision_tree=tree("hate.slur")), replace(BASE, decision_tree=tree("escalate")))
    assert [piece for piece in found.tree if piece.kind != "same"] == [
        Piece("removed", "  yes -> hate.slur"), Piece("added", "  yes -> escalate"),
    ]  # fmt: skip
