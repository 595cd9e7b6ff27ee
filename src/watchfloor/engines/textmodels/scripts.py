"""Which characters pass for others, so that a word in a borrowed alphabet reads as what a person sees.

The pairs are a hand-picked part of the Unicode confusables data (UTS #39, ``confusables.txt``): Cyrillic and Greek letters
that cannot be told from Latin ones in common typefaces. They are applied only inside words that mix alphabets: genuine
Russian or Greek words stay as they are.
"""

from __future__ import annotations

import re

_CYRILLIC = dict(
    zip(
        "абвгеѕіјкмнорстухһԛԝьԁӏёїӓӧүұ",
        "abbrесijkmhopctyxhqwbdleiaoyy".replace("е", "e").replace("с", "s"),
        strict=True,
    )
)
_GREEK = dict(zip("αβγεηικνορτυχωςϲϳμζ", "abyenikvoptuxwscjuz", strict=True))

CONFUSABLE_TABLE = {ord(char): latin for char, latin in (_CYRILLIC | _GREEK).items()}

# A run of letters in which a Latin letter stands next to Cyrillic or Greek ones.
WORD = re.compile(r"[^\W\d_]+")
HAS_LATIN = re.compile("[a-z\u00df-\u024f]")
HAS_BORROWED = re.compile("[\u0370-\u03ff\u0400-\u052f]")


def is_mixed(word: str) -> bool:
    """True when one word draws on the Latin alphabet and on Cyrillic or Greek as well."""
    return HAS_LATIN.search(word) is not None and HAS_BORROWED.search(word) is not None
