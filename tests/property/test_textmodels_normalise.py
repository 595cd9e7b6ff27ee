"""The normal form for any text: never fails, keeps places in step, and hides nothing invisible."""

import re

from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.textmodels import leet, tricks
from watchfloor.engines.textmodels.features import features, occurrences
from watchfloor.engines.textmodels.normalise import _PLACES, _REPEAT, _SPELLED, _run, is_invisible, normalise

PIECES = st.sampled_from(
    ["free", "FREE", "v1agra", "раypal", "привет", "http://Bad.com/x", "a@b.com",
     "+44 20 7946 0000", "87121", "!!!!!", "   ", "\n", "\u200b",
     "5u85cr!83", "90fundm3.c0m", "w.i.n.s", " a b c d ", "...", "ааа", "££", "ϲ", "Η", "é", "\xa0", "07911 123 456",
     "e\u0301", "ß", "ﬁ", "⟨url⟩", "ﾊﾟ", "각", "\U0001f469\u200d\U0001f467", "\u202e", "www.", "..", "İ", "ŉ"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join))


WORDS = frozenset({"free", "subscribe", "at", "to", "be", "win", "is"})


@given(TEXTS)
def test_looks_miss_nothing(text: str) -> None:
    """Of whatever the patterns find in a text of small letters, the one look before them has warned."""
    text = text.lower()
    told = tricks.seen(text.encode("utf-8", "replace").decode())
    for kind, pattern in _PLACES.items():
        assert kind in told or re.search(pattern, text) is None
    assert tricks.SPELLED in told or _SPELLED.search(text) is None
    assert tricks.LEET in told or not leet.inner(text)
    assert {tricks.REPEAT, tricks.MARKS} & set(told) or not any(
        found[1].isascii() and found[1] > " " for found in _REPEAT.finditer(text)
    )


@given(TEXTS, st.sampled_from([None, WORDS.__contains__]))
def test_places_stay_in_step(text: str, known: leet.Known | None) -> None:
    """The quick ways give what the long one gives, which keeps the places."""
    form = normalise(text, known)
    origins: list[tuple[int, int]] = []
    traced = _run(text, origins, known)
    assert (traced.hidden, traced.mixed_words, traced.digits_read) == (form.hidden, form.mixed_words, form.digits_read)
    assert traced.text == form.text
    assert traced.entities == form.entities
    assert len(origins) == len(form.text)
    assert all(0 <= low < high <= len(text) for low, high in origins)
    assert [low for low, _ in origins] == sorted(low for low, _ in origins)


@given(TEXTS)
def test_nothing_invisible_is_left(text: str) -> None:
    form = normalise(text)
    assert not any(is_invisible(char) for char in form.text)
    assert form.text.count("⟨") == len(form.entities)


@given(TEXTS, st.integers(0, 50))
def test_an_invisible_character_changes_nothing_but_its_count(text: str, place: int) -> None:
    place = min(place, len(text))
    form, disturbed = normalise(text), normalise(text[:place] + "\u200b" + text[place:])
    if place == len(text):  # inside, it may part a mark from its letter: then the two may compose otherwise
        assert disturbed.text == form.text
        assert disturbed.hidden == form.hidden + 1


@given(TEXTS)
def test_features_are_distinct_and_found_again_for_highlighting(text: str) -> None:
    found = features(text)
    assert len(found) == len(set(found))
    placed = {place.feature for place in occurrences(normalise(text))}
    assert {feature for feature in found if not feature.startswith("shape:")} == placed
