"""Most texts can be put together from their chunks (what stands between blanks), and most chunks were met before.

Reading a text as a whole costs several looks with patterns, and most of them say that there is nothing to see. So each chunk is read once, as
if it were a text, and kept; a text is then a few look-ups. That gives what reading the whole would give (``tests/property``), as long as no
chunk reaches over a blank into another. Where one might - numbers side by side, letters spelled out, digits that stand for letters, invisible
characters, letters of alphabets with look-alikes - the text is left to be read as a whole.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise
from operator import add
from typing import NamedTuple

from watchfloor.engines.textmodels.normalise import normalise
from watchfloor.engines.textmodels.tokens import parts

_KEPT = 40_000  # chunks, some 20 MB; then all are forgotten and met anew
_LONGEST = 60  # characters of a chunk that is kept

_EASY = re.compile(r"([A-Za-z]+(?:'[A-Za-z]+)?)([.,!?]?)")
_REPEAT = re.compile(r"(.)\1\1", re.IGNORECASE)
# Nothing that another character could change, that mixes alphabets, or that is a digit by another name; of what is invisible, what never is honest.
_ALONE = re.compile(
    "[!-~\u0080-\u0084\u0086-\u009f\u00ad\u200b\u2060\ufeff\u00a1-\u00a7\u00a9\u00ab\u00ae\u00b0\u00b6\u00bb\u00bf-\u017f\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u20ac"
    "\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff]+"
)
_HIDDEN_BLANK = re.compile("[\x1c-\x1f]")  # ``str.split`` parts at them, the normal form takes them out
_SPELLED = re.compile(r"\s[A-Za-z]\s[A-Za-z]\s")
_CAPITAL = re.compile("[A-Z]")


class Chunk(NamedTuple):
    """What a chunk gives to the features of its text: ``words`` with their shapes, the ``first`` and the ``last`` shape, all else ``beside``."""

    words: tuple[str, ...]
    first: str
    last: str
    beside: tuple[str, ...]
    capitals: int
    digits: int
    hidden: int


class _Chunks(dict[str, Chunk | None]):
    """Chunk -> what it gives, or None where that depends on its neighbours; filled as chunks are met."""

    def __missing__(self, chunk: str) -> Chunk | None:
        made = _made(chunk)
        if len(chunk) <= _LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[chunk] = made
        return made


KNOWN = _Chunks()
NOTHING = Chunk((), "", "", (), 0, 0, 1)
"""An invisible character or two, and nothing else."""


class Together(NamedTuple):
    """A text put together: its words come first in ``found``, with repetitions."""

    found: list[str]
    capitals: int
    digits: int
    hidden: bool


def put_together(text: str) -> Together | None:
    """The text out of its chunks; None where it must be read as a whole."""
    chunks = list(map(KNOWN.__getitem__, text.split()))
    if not chunks or None in chunks or (not text.isprintable() and _HIDDEN_BLANK.search(text)):
        return None
    words, firsts, lasts, beside, capitals, digits, hidden = zip(*chunks, strict=True)  # type: ignore[arg-type]
    unseen = any(hidden)
    if unseen and "" in firsts:
        seen = [chunk for chunk in chunks if chunk is not NOTHING]
        if not seen:
            return None
        words, firsts, lasts, beside, capitals, digits, _ = zip(*seen, strict=True)  # type: ignore[arg-type]
    pairs = list(map(add, lasts, firsts[1:]))
    if 3 in map(len, pairs) and (unseen or _SPELLED.search(text)):
        return None
    numbers = sum(digits)
    if numbers and any(one and other for one, other in pairwise(digits)):
        return None
    found = list(chain.from_iterable(words))
    found += pairs
    found += chain.from_iterable(beside)
    return Together(found, sum(capitals), numbers, unseen)


def _made(chunk: str) -> Chunk | None:
    easy = _EASY.fullmatch(chunk)
    if easy is not None and not _REPEAT.search(chunk):
        typed, mark = easy.groups()
        word = typed.lower()
        capitals = 0 if word == typed else len(_CAPITAL.findall(typed))
        stem = (word[:5] + "*",) if len(word) > 6 else ()
        if mark:
            return Chunk((word, mark), word, mark + " ", (f"{word} {mark}", *stem), capitals, 0, 0)
        return Chunk((word,), word, word + " ", stem, capitals, 0, 0)
    if not _ALONE.fullmatch(chunk):
        return None
    form = normalise(chunk)
    if form.mixed_words or form.leet or " " in form.text:
        return None
    if not form.text:
        return NOTHING
    words, shapes, pairs, beside = parts(form)
    if not words:
        return None
    found = words if shapes is words else words + shapes
    return Chunk(
        tuple(dict.fromkeys(found)), shapes[0], shapes[-1] + " ", (*pairs, *beside),
        sum(map(str.isupper, chunk)), sum(map(str.isdecimal, chunk)), form.hidden,
    )  # fmt: skip
