"""TLSH: fingerprints and distances that others make of the same bytes, and long texts that are nearly the same."""

from __future__ import annotations

import random

import pytest

from watchfloor.engines.nearby import tlsh

WORDS = (
    "the",
    "a",
    "market",
    "river",
    "of",
    "report",
    "green",
    "was",
    "letter",
    "about",
    "seven",
    "house",
    "wind",
    "in",
    "their",
    "road",
    "by",
)


def text(seed: int, words: int = 400) -> str:
    rng = random.Random(seed)
    return " ".join(rng.choices(WORDS, k=words))


def altered(said: str, every: int) -> str:
    return " ".join("other" if place % every == 0 else word for place, word in enumerate(said.split()))


# Made with py-tlsh 5.0 of ``data`` of so many bytes.
VECTORS = {
    60: "T11FA022A038230FCC220380020C82080C00008A000200EE8000B3C0C00E0E20BC282280",
    1_000: "T189116595B5636689F32E19823421A9AC4013FA310B60E885F164C5FACDCE32ECD50576",
    5_000: "T1F0A1EB6479D65D4ED32B28867030ED7CA423FF211AB0E481F529C4D3EE8B32ECE55865",
}


def data(size: int) -> bytes:
    return bytes((place * place // 7 + place) % 251 for place in range(size))


@pytest.mark.parametrize("size", VECTORS)
def test_published_format(size: int) -> None:
    assert tlsh.digest(data(size)) == VECTORS[size]


def test_as_the_reference_has_it() -> None:
    theirs = pytest.importorskip("tlsh", reason="py-tlsh is not installed")
    rng = random.Random(2)
    prints = []
    for size in (50, 51, 70, 150, 656, 657, 3_199, 3_200, 9_000):
        for raw in (rng.randbytes(size), text(size, size)[:size].encode()):
            made = tlsh.digest(raw)
            assert (made or "TNULL") == theirs.hash(raw)
            prints += [made] if made else []
    for left in prints:
        for right in prints:
            assert tlsh.apart(left, right) == theirs.diff(left, right)


def test_a_long_text_that_was_changed_a_little_is_near_and_a_stranger_is_not() -> None:
    stranger = text(2).translate(str.maketrans("aeioutrns", "uoaeisnrt"))
    plain, copy, other = (tlsh.of_text(each) for each in (text(1), altered(text(1), 30).upper(), stranger))
    assert plain and copy and other
    assert tlsh.apart(plain, plain) == 0
    assert (tlsh.apart(plain, copy) or 999) <= tlsh.NEAR < (tlsh.apart(plain, other) or 0)


def test_what_is_too_short_or_too_even_has_none() -> None:
    assert tlsh.digest(b"x" * 49) is None
    assert tlsh.digest(b"x" * 5_000) is None
    assert tlsh.of_text("a short text") is None
    good = VECTORS[1_000]
    assert tlsh.apart(good, "T1" + "0" * 69) is None
    assert tlsh.apart("not one", good) is None
    assert tlsh.apart(good, good.removeprefix("T1")) == 0
