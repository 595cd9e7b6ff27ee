"""What a name looks like to somebody who reads it quickly: letters of other alphabets and digits read as what they show, decoration aside.

The form is for comparing only. Look-alikes are those of ``engines.textmodels.scripts`` (after UTS #39), here in every word, for a handle
has no language; digits and signs are read as letters (``0`` o, ``1`` l, ``3`` e ...), ``I``, ``l`` and ``|`` as one, ``rn`` as m, ``vv``
as w.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from watchfloor.engines.textmodels.normalise import is_invisible
from watchfloor.engines.textmodels.scripts import CONFUSABLE_TABLE, PHONETIC_TABLE, WITHOUT_MARKS

LONGEST: Final = 60  # characters of a name that are read
_WORDS: Final = (
    "official real original the its iam im mr mrs ms dr prof hq page team group global international world support help helpdesk "
    "care service services customer customerservice customercare desk contact info news media press live tv online shop store app "
    "web site fan fans club account backup second alt private verified admin moderator mod staff inc ltd llc corp co company gmbh "
    "giveaway promo refund refunds claims crypto vip us uk eu de fr es it in br usa"
)
DECORATIONS: Final = frozenset(_WORDS.split())
_SIGNS: Final = {
    "0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "2": "z", "6": "g", "@": "a", "$": "s", "!": "l",
    "|": "l", "i": "l", "¡": "l",
}  # fmt: skip
_TABLE: Final = {**{ord(sign): letter for sign, letter in _SIGNS.items()}}
_SPLIT: Final = re.compile(r"[^\w@$!|¡]+|_+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TAIL: Final = re.compile(r"[0-9]+$")


class Shape(NamedTuple):
    """What a name looks like.

    Attributes:
        whole: all of it, joined. bare: without decoration and closing digits; "" where nothing else is there.
    """

    whole: str
    bare: str


@lru_cache(maxsize=16_384)
def shape(name: str) -> Shape:
    """The form of a name; empty of one without letters and digits."""
    text = unicodedata.normalize("NFKC", _CAMEL.sub(" ", name[:LONGEST]))
    text = "".join(char for char in text if not is_invisible(char)).casefold()
    words = [word for word in _SPLIT.split(text) if word]
    whole = "".join(map(_seen, words))
    kept = [word for word in map(_undigited, words) if word and _plain(word) not in DECORATIONS]
    bare = _stripped("".join(map(_seen, kept)))
    return Shape(whole, bare)


def _plain(word: str) -> str:
    """A word in its letters, digits as they are: decoration is looked up by it."""
    return word.translate(WITHOUT_MARKS).translate(CONFUSABLE_TABLE).translate(PHONETIC_TABLE)


def _seen(word: str) -> str:
    return _plain(word).translate(_TABLE).replace("rn", "m").replace("vv", "w").replace("ll", "l")


def _undigited(word: str) -> str:
    """Closing digits are a number, unless there are no letters before them."""
    return _TAIL.sub("", word) or ("" if word.isdecimal() and len(word) > 2 else word)


def _stripped(joined: str) -> str:
    """Decoration that is written into the word: ``realjanedoe``, ``janedoeofficial``. At most two of them."""
    for _ in range(2):
        before = joined
        for word in _AFFIXES:
            if len(joined) - len(word) < 4:
                continue
            if joined.startswith(word):
                joined = joined[len(word) :]
            elif joined.endswith(word):
                joined = joined[: -len(word)]
        if joined == before:
            break
    return joined


_AFFIXES: Final = sorted(
    {_seen(word) for word in DECORATIONS if len(word) >= 4} | {_seen("hq"), _seen("the"), _seen("its"), _seen("mrs")},
    key=len,
    reverse=True,
)
