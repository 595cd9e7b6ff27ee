# ruff: noqa: N802 - names and arguments are those of the rule language
"""Functions that say how alike two texts or two hashes are."""

from __future__ import annotations

from watchfloor.engines import nearby
from watchfloor.engines.sml.function import Cost, Undefined, function
from watchfloor.engines.sml.listkinds import hash_text


@function(category="fingerprints", cost=Cost.HEAVY)
def TextFingerprint(text: str) -> str:
    """A text's SimHash, sixteen hexadecimal digits: near-duplicates differ in few bits, most of the nearest in none.
    Undefined for a text without letters or digits."""
    made = nearby.simhash(text)
    if made is None:
        raise Undefined
    return f"{made:016x}"


@function(category="fingerprints", cost=Cost.HEAVY)
def TextDistance(text: str, other: str) -> float:
    """How far two texts are apart: 0 the same but for case, look-alikes, spacing and punctuation; 1 nothing in common.

    Args:
        text: one text.
        other: the other.
    """
    return nearby.distance(nearby.sketch(text), nearby.sketch(other))


@function(category="fingerprints", cost=Cost.TEXT)
def HashDistance(hash: str, other: str) -> int:
    """The number of bits in which two hexadecimal hashes of one length differ; undefined for others."""
    left, right = hash_text(hash), hash_text(other)
    found = nearby.hamming(left, right) if left and right else None
    if found is None:
        raise Undefined
    return found
