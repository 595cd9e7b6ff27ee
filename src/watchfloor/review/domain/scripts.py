"""Which script a text is mostly written in: a hint beside the language a platform claims. Pure; by Unicode character names."""

from __future__ import annotations

import unicodedata
from collections import Counter

import msgspec

SAMPLE = 2_000
LEAST = 8  # letters; fewer say nothing
_WHOLE = {"CJK": "Han", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Hangul"}


class Share(msgspec.Struct, frozen=True):
    """The commonest script and its share of all letters, 0 to 1."""

    script: str
    share: float


def share(text: str) -> Share | None:
    """The commonest script of the first ``SAMPLE`` characters; None for fewer than ``LEAST`` letters."""
    counts: Counter[str] = Counter()
    for char in text[:SAMPLE]:
        if char.isalpha():
            word = unicodedata.name(char, "").partition(" ")[0]
            counts[_WHOLE.get(word, word.capitalize())] += 1
    total = sum(counts.values())
    if total < LEAST:
        return None
    script, most = counts.most_common(1)[0]
    return Share(script, most / total)
