"""A text as the set of its overlapping pieces, and the share of pieces two texts have in common.

The text is read in the normal form of ``textmodels.normalise``, so that look-alike letters, invisible characters, case and spacing
make no difference; links and numbers become placeholders, with what they stand for as one piece beside them. The distance is
Jaccard's: 1 - (pieces in common) / (pieces in either). Long texts are judged by a bottom-k sketch (Broder 1997; Thorup 2013,
"Bottom-k and Priority Sampling"): the ``SKETCH`` smallest hashes. A text with no more pieces than that is judged exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

from watchfloor.engines.textmodels.normalise import normalise

SIZE = 4
"""Characters in one piece."""

SKETCH = 256
"""Hashes kept of a text. The error of a distance judged by them is about 1 / (2 * sqrt(256)) = 0.03 (one standard deviation)."""

LONGEST = 20_000
"""Characters looked at; the rest of a longer text is not read."""

# A word of the normal form, or a placeholder.
WORD = re.compile(r"⟨\w+⟩|\w+")


def pieces(text: str) -> set[int]:
    """The hashes (32 bits) of a text's overlapping pieces of ``SIZE`` characters; empty for a text without letters or digits."""
    form = normalise(text[:LONGEST])
    # A placeholder counts as two characters, not as the word it is written with.
    words = " ".join(word[:2] if word[0] == "⟨" else word for word in WORD.findall(form.text))
    found = {piece_hash(f"{kind}:{value}".encode("utf-32-le")) for kind, value in form.entities}
    if not words:
        return found
    raw = f" {words} ".encode("utf-32-le")
    width = 4 * SIZE
    for piece in {raw[start : start + width] for start in range(0, max(4, len(raw) - width + 4), 4)}:
        found.add(piece_hash(piece))
    return found


def piece_hash(raw: bytes) -> int:
    """32 bits of a piece in UTF-32; what was stored under them stays comparable, so they never change."""
    # The product spreads what a CRC, being linear, leaves in order.
    return crc32(raw) * 0x9E3779B97F4A7C15 >> 16 & 0xFFFFFFFF


def sketch(text: str) -> tuple[int, ...]:
    """The ``SKETCH`` smallest hashes of a text's pieces, in order."""
    found = pieces(text)
    return tuple(sorted(found)[:SKETCH])


def distance(left: Sequence[int], right: Sequence[int]) -> float:
    """How far two sketches are apart: 0 for the same, 1 for nothing in common (or for a text without any piece)."""
    if not left or not right:
        return 1.0
    if len(left) < SKETCH and len(right) < SKETCH:
        both = len(set(left).intersection(right))
        return 1.0 - both / (len(left) + len(right) - both)
    # A long text is known up to its largest hash; the smallest hashes of both together are a fair sample of the whole.
    here, there = set(left), set(right)
    sample = sorted(here | there)[:SKETCH]
    return 1.0 - sum(each in here and each in there for each in sample) / len(sample)
