"""What a new text leaves behind in a translation is exactly what it says otherwise."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from watchfloor.kernel.errors import BadInput
from watchfloor.policy.domain import translations
from watchfloor.policy.domain.document import Clause, Document, Kind, Overlay

ONE = Clause(key="one", number="1", text="First.", overlays={"DE": Overlay("adds", "More.")})
TWO = Clause(key="two", number="2", text="Second.")
TEXT = Document(
    summary="All.", clauses=(ONE, TWO), kinds=(Kind(key="p.x", clause="1", name="X"),), overlays={"FR": "Note."}
)


def whole() -> dict[str, dict[str, str]]:
    return translations.merged(TEXT, {}, {key: f"es {words}" for key, words in translations.sources(TEXT).items()})


def test_every_part_is_named_in_the_order_of_the_text() -> None:
    assert list(translations.sources(TEXT)) == [
        "summary", "clause:one", "clause:one@DE", "clause:two", "market:FR", "violation:p.x",
    ]  # fmt: skip
    found = translations.coverage(TEXT, whole())
    assert (found.total, found.current, found.stale, found.missing, found.behind) == (6, 6, 0, 0, ())


def test_a_changed_clause_is_stale_and_a_new_one_missing() -> None:
    changed = replace(TEXT, clauses=(replace(ONE, text="Other."), TWO, Clause(key="three", number="3", text="Third.")))
    found = translations.coverage(changed, whole())
    assert (found.stale, found.missing, found.behind) == (1, 1, ("one", "three"))
    back = translations.coverage(TEXT, whole())
    assert back.stale == 0, "the text before fits again when it comes back"


def test_a_changed_overlay_leaves_its_clause_behind() -> None:
    changed = replace(TEXT, clauses=(replace(ONE, overlays={"DE": Overlay("adds", "Less.")}), TWO))
    assert translations.coverage(changed, whole()).behind == ("one",)


def test_only_what_was_typed_is_stamped_anew_and_empty_takes_out() -> None:
    changed = replace(TEXT, clauses=(replace(ONE, text="Other."), replace(TWO, text="Also other.")))
    kept = translations.merged(changed, whole(), {"clause:one": "nuevo", "market:FR": " "})
    states = {part.key: part.state for part in translations.parts(changed, kept)}
    assert states["clause:one"] == "current" and states["clause:two"] == "stale" and states["market:FR"] == "missing"
    with pytest.raises(BadInput, match="no part"):
        translations.merged(TEXT, {}, {"clause:nine": "x"})


def test_the_text_in_the_other_language() -> None:
    said = translations.translated(TEXT, {key: each for key, each in whole().items() if key != "clause:two"})
    assert [clause.text for clause in said.clauses] == ["es First.", "Second."]
    assert said.clauses[0].in_market("DE") == "es First.\nes More." and said.summary == "es All."


@pytest.mark.parametrize("tag", ["", "Spanish", "e", "es_ES", "x" * 30])
def test_a_language_is_a_tag(tag: str) -> None:
    with pytest.raises(BadInput):
        translations.check_language(tag)
    assert translations.check_language("pt-BR") == "pt-BR"
