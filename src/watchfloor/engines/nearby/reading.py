"""Very many texts read at once: the words of each, as the normal form has them.

Most texts hold nothing that the normal form would change but case and what stands between words. These are found by one pattern and read
as one column; the others are read one by one. Both ways give the same words (``tests/property``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

import polars as pl

from watchfloor.engines.nearby.shingles import LONGEST, WORD
from watchfloor.engines.textmodels.normalise import is_invisible, normalise
from watchfloor.engines.textmodels.tricks import TOP_LEVEL

_LITTLE = 12  # characters
_NOT_DIGIT = re.compile("[^0-9]+")
_ANY = "0123456789abcdefghijklmnopqrstuvwxyz_"
_NUMBER = r"(^|[^0-9a-z_.,])([0-9]{4,})\b"
# A link that says so, after a blank: nothing else begins in it, and nothing goes on into it.
_LINK = r"(?P<before>^|\s)(?:https?|ftp)://(?P<rest>[^\s<>\"'`]+)"
_HOST = re.compile(r"(?:[^/@]*@)?([^/?#:]+)")
# In lower-case ASCII, whatever else the normal form may take for a link, an address, a telephone number, a letter written as a digit or
# a word spelled out. It may say so of more texts than are; of fewer it must not.
_TRICKS = "|".join(
    (
        "[\x00-\x08\x0e-\x1f\x7f]",
        "://",
        r"www\.",
        r"[0-9a-z-]\.(?:" + TOP_LEVEL + ")(?:[^0-9a-z_@-]|$)",
        r"[0-9a-z_.+-]@[0-9a-z_-]+\.[0-9a-z_.-]*[a-z]{2}",
        r"[0-9](?:[ ().-]{0,2}[0-9]){8}",
        r"[a-z][013457@$!]{1,2}[a-z]",
        r"[a-z][ .*_-][a-z][ .*_-][a-z][ .*_-][a-z]",
    )
)
_LONG = "|".join(each * 3 for each in _ANY)
_THREE = re.compile(r"(.)\1\1+")


class Read(NamedTuple):
    """What texts say.

    Attributes:
        words: of each text, with one blank between; of a placeholder its first two characters.
        extra: what the placeholders of a text stand for, of the texts (by place) that have any.
    """

    words: list[str]
    extra: dict[int, tuple[str, ...]]

    def form(self, place: int) -> tuple[str, tuple[str, ...]]:
        """All that a text says: the same for two that differ only in disguise, case, punctuation and spacing."""
        return self.words[place], self.extra.get(place, ())

    def forms(self) -> list[tuple[str, tuple[str, ...]]]:
        """``form`` of every text."""
        made: list[tuple[str, tuple[str, ...]]] = list(zip(self.words, repeat(())))
        for place, beside in self.extra.items():
            made[place] = self.words[place], beside
        return made

    def of(self, places: Sequence[int]) -> Read:
        """Some of the texts, in the order of these places."""
        extra = {new: self.extra[place] for new, place in enumerate(places) if place in self.extra}
        return Read([self.words[place] for place in places], extra)


def read(texts: Sequence[str]) -> Read:
    """The words of each text."""
    plain = pl.Series([text if text.isascii() and len(text) <= LONGEST else None for text in texts], dtype=pl.String)
    plain = plain.str.to_lowercase()
    linked = plain.str.contains("://", literal=True).arg_true()
    links = plain.gather(linked)
    plain = plain.scatter(linked, links.str.replace_all(_LINK, "${before}⟨u "))
    dear = plain.str.contains(_TRICKS).fill_null(True)
    plain = plain.zip_with(~dear, pl.Series([""], dtype=pl.String))
    long = plain.str.contains(_LONG).arg_true()
    extra: dict[int, tuple[str, ...]] = {}
    counted = plain.str.contains(_NUMBER).arg_true()
    numbers = plain.gather(counted)
    plain = plain.scatter(counted, numbers.str.replace_all(_NUMBER, "${1} ⟨n "))
    plain = plain.scatter(long, [_THREE.sub(r"\1\1", text) for text in plain.gather(long)])
    words = _words(plain)
    for place, found in zip(counted, numbers.str.extract_all(_NUMBER).to_list(), strict=True):
        extra[place] = tuple([f"number:{_NOT_DIGIT.sub('', each)}" for each in found])
    again = [place for place in [*counted, *long] if len(words[place]) < _LITTLE]
    for place, text in zip(linked, links, strict=True):
        if words[place]:
            hosts = _hosts(text)
            if place in extra or len(words[place]) < _LITTLE or hosts is None:
                again.append(place)
            else:
                extra[place] = hosts
    for place in [*dear.arg_true(), *again]:
        words[place], beside = _one(texts[place])
        if beside:
            extra[place] = beside
        else:
            extra.pop(place, None)
    return Read(words, extra)


def _words(plain: pl.Series) -> list[str]:
    """The words of texts in small letters, with one blank between."""
    return plain.str.replace_all("[^0-9a-z_⟨]+", " ").str.strip_chars(" ").to_list()


def _hosts(text: str) -> tuple[str, ...] | None:
    """The hosts of links that say they are; None where one has none."""
    found = [_HOST.match(each[1]) for each in re.findall(_LINK, text)]
    if not all(found):
        return None
    return tuple([f"url:{each[1].strip('.').removeprefix('www.')}" for each in found if each])


def _one(text: str) -> tuple[str, tuple[str, ...]]:
    form = normalise(text[:LONGEST])
    words = " ".join([word[:2] if word[0] == "⟨" else word for word in WORD.findall(form.text)])
    if len(words) < _LITTLE < len(text):  # nothing but a link or a number: then by how that is written
        words = " ".join(WORD.findall("".join(_seen(char) for char in unicodedata.normalize("NFKC", text[:LONGEST]))))
    return words, tuple([f"{entity.kind}:{entity.value}" for entity in form.entities])


def _seen(char: str) -> str:
    return "" if is_invisible(char) else char.casefold()
