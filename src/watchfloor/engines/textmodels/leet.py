"""Digits and signs that stand for letters: where a text shows that trick, its words are read as a person would read them.

Honest writing has digits beside letters as well (mp3, 4u, 150p), so nothing is read so until a text gives itself away: by such a character
between two letters, or, to a reader that knows words, by a word that is none as it stands and is one when its digits are letters.
Every reading has as many characters as what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

Known = Callable[[str], bool]
"""Whether a word is known, by whoever reads."""

# Latin letters only: in other scripts digits stand beside letters for themselves (3-й, 제3자, 10進).
_MAYBE = re.compile(r"[013457@$!](?=[a-z\u00df-\u024f])")
_INNER = re.compile(r"(?<=[a-z\u00df-\u024f])[013457@$!]{1,2}(?=[a-z\u00df-\u024f])")
# A word with such characters anywhere in it; a run of digits alone, or a price, is none.
_WORD = re.compile(
    r"(?<![^\W_]|[@$!|€⟨])(?=[a-z\u00df-\u024f]*[013456789@$|€!])(?=[^\s⟨⟩]*[a-z\u00df-\u024f])(?:[a-z\u00df-\u024f]|[013456789@$|€]|!(?=[^\W_]))+(?![^\W_⟩])"
)
_MIXED = re.compile(r"(?:[a-z]+[013456789@$|€!]|[013456789@$|€]+[a-z])[a-z013456789@$|€!]*(?<!!)")
_SHORT = re.compile(r"(?<![^\W_]|[@$!|€⟨.,:/])[013456789@$]{1,4}(?![^\W_⟩]|[.,:/][^\W_])")
_TABLE = str.maketrans("03456789@$!|€", "oeasgtbgasile")
SAID = dict(zip("034579@$€", "oeastgase", strict=True)) | {
    "1": "il", "!": "il", "|": "li", "6": "gb", "8": "b"
}  # fmt: skip
# By how often a text has shown the trick: how much of a word may be digits and signs for it to be read as letters.
_SHARES = (0.5, 0.7, 0.85)
_SIGN = re.compile(r"[\d@$!|€]")
_LETTER = re.compile(r"[^\W\d_]")
_ONE = re.compile(r"(?<=[aeou])1|(?<=[bcfgkps])1(?=[aeiou])|1(?=1)|(?<=1)1")
MOST = 6  # characters of a word that could be one letter or another
# Words that every reader knows: what addresses begin and end with.
ADDRESSES = frozenset({"http", "https", "www", "com", "net", "org", "info"})


def inner(text: str) -> int:
    """How many digits and signs stand between Latin letters."""
    return len(_INNER.findall(text)) if _MAYBE.search(text) else 0


def shows(text: str, known: Known) -> bool:
    """Whether a word of digits and letters is none as it stands, and a known one when they are read as letters."""
    return any(_said(typed, known) is not None for typed in set(_MIXED.findall(text)))


def as_letters(text: str, shown: int, known: Known | None) -> str:
    """The text with its digits and signs as letters where they stand for such; ``shown``: what ``inner`` counts."""
    said: dict[str, str] = {}
    if known is not None:
        for typed in set(_WORD.findall(text)):
            if _SIGN.search(typed) and _LETTER.search(typed):
                word = _said(typed, known)
                if word is not None:
                    said[typed] = word
    evidence = shown + len(said)
    if not evidence:
        return text
    share = _SHARES[min(evidence, len(_SHARES)) - 1]
    text = _WORD.sub(lambda match: said.get(match[0]) or _letters(match[0], share), text)
    if known is not None and len(said) > 1:
        text = _SHORT.sub(lambda match: _said(match[0], known) or match[0], text)
    return text


def _said(typed: str, known: Known) -> str | None:
    """The known word that ``typed`` shows; None where there is none, or it is known as it stands."""
    choices = [SAID.get(char, char) for char in typed]
    if sum(len(each) > 1 for each in choices) > MOST or (_LETTER.search(typed) and known(typed)):
        return None
    for letters in product(*choices):
        word = "".join(letters)
        if word in ADDRESSES or known(word):
            return word
    return None


def _letters(word: str, share: float) -> str:
    """The letters that a word's digits and signs stand for, where they are no more than ``share`` of it."""
    others = len(_SIGN.findall(word))
    if not others or others > share * len(word):
        return word
    return _ONE.sub("l", word.translate(_TABLE)).replace("1", "i")
