"""Very many texts at once beside one at a time: the same words, the same pieces, and pairs that the exact distance calls near."""

from __future__ import annotations

from importlib.util import find_spec
from random import Random
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchfloor.engines.nearby import shingles
from watchfloor.engines.nearby.columns import FEWEST, columns
from watchfloor.engines.nearby.pairs import WITHIN, near
from watchfloor.engines.nearby.reading import _one, read

# What the normal form looks for, in parts from which texts are put together: whatever reads a text in bulk must not miss any of it.
PARTS = (
    "a", "b1", "x", " ", "  ", ".", ",", "-", "_", "*", "@", "$", "!", "|", "1", "2013", "12345", "00", "555 123 45 67",
    "(0)", "+49", "http://", "www.", "e.com", "shop.example", "m@", "co", ".uk", "v1agra", "fr3e", "w i n", "w.i.n.", "sooo",
    "!!!", "\t", "\n", "\x00", "\x1f", "\x7f", "А", "ﬁ", "é", "\u200b", "⟨", "⟨n", "🙂", "中文", "\ud800", "THE",
    "order number",
)  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(PARTS), max_size=12).map("".join) | st.text(max_size=30), max_size=12)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example(
    [
        "2012 2013, 2014",
        "call 1234 now and a good price for you",
        "1234",
        "x1234",
        "1234.5 12.1234",
        "a@b 1a1a",
        "e.com 12345",
        "look here http://www.a.example/v1a and https://me@b.example:80?x 3 times soooo good 1000",
        "nothing but words and http:// http://@ (http://c.example) xhttp://d.example",
        'two words http://e.example"1234 ftp://.f.example./g aaab 2222',
        "w.i.n..uksooo",  # few letters but for a repeated one: read as they are written
    ]
)
def test_texts_are_read_in_bulk_as_one_by_one(texts: list[str]) -> None:
    said = read(texts)
    assert [said.form(place) for place in range(len(texts))] == [_one(text) for text in texts]


# Of a text of so many pieces the compiled way puts them in order otherwise than of a short one.
LONG = "".join(Random(1).choices("abcdefghijklmnopqrst ", k=4_000))


@settings(max_examples=50, deadline=None)
@given(TEXTS)
@example([LONG, LONG[200:], "🙂 a b 🙂", LONG.replace("a", "🙂")])
def test_pieces_of_many_texts_are_those_of_one_at_a_time(texts: list[str]) -> None:
    of = columns(read(texts), 7)
    if find_spec("numba"):
        with patch("watchfloor.engines.nearby.columns.MANY", 0):
            quick = columns(read(texts), 7)
            pairs = near(quick._replace(keys=quick.keys - 7))
        assert quick.pieces.equals(of.pieces)
        assert quick.bits.equals(of.bits)
        assert quick.keys.equals(of.keys)
        assert pairs.equals(near(of._replace(keys=of.keys - 7)))
    made = of.pieces.to_list()
    assert all(each == sorted(set(each)) for each in made)
    for text, found in zip(texts, made, strict=True):
        if len(text) <= 12:  # a longer one of nothing but a link is read by how it is written
            assert set(found) == shingles.pieces(text)


def test_pairs_are_those_whose_exact_distance_is_near() -> None:
    """Each found pair with its distance by the book; of two texts with nine pieces in ten in common none is missed."""
    plain = "take part in the draw for a weekend of your choice and write to us before the end of this month"
    texts = [
        plain,
        *(plain.replace(" us", f" us {word}") for word in ("now", "all", "here")),
        "something else is said here by someone",
    ]
    of = columns(read(texts))
    found = near(of)
    for left, right, apart in found.iter_rows():
        one, other = shingles.pieces(texts[left]), shingles.pieces(texts[right])
        assert abs(apart - (1 - len(one & other) / len(one | other))) < 1e-12
        assert apart <= WITHIN
    assert {(left, right) for left, right, _ in found.iter_rows()} >= {(0, 1), (0, 2), (0, 3)}
    assert all(right < 4 for _, right, _ in found.iter_rows())


def test_too_short_texts_meet_nobody_and_later_ones_meet_earlier_ones() -> None:
    texts = ["ok", "ok then", "where can one buy a bicycle in this town", "where can one buy a bicycle in that town"]
    of = columns(read(texts))
    assert [len(each) >= FEWEST for each in of.pieces.to_list()] == [False, False, True, True]
    assert near(of, start=3).select("left", "right").rows() == near(of).select("left", "right").rows() == [(2, 3)]
    assert near(of, start=4).is_empty()
