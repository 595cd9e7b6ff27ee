# ruff: noqa: N802 - names and arguments are those of the rule language
"""Functions on texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit

from watchfloor.engines.sml.function import BadArgument, Cost, Undefined, function
from watchfloor.engines.sml.limits import MAX_TEXT
from watchfloor.engines.sml.stdlib import lookalikes

_URL = re.compile(r"https?://[^/\s][^\s)>]+")
_SPACES = re.compile(r"\s+")


def _bounded(length: int) -> None:
    if length > MAX_TEXT:
        raise ValueError(f"the text would be longer than {MAX_TEXT:,} characters")


@function(category="text", total=True)
def StringLength(s: str) -> int:
    """The number of characters."""
    return len(s)


@function(category="text", total=True)
def StringToLower(s: str) -> str:
    """The text in lower case."""
    return s.lower()


@function(category="text", total=True)
def StringToUpper(s: str) -> str:
    """The text in upper case."""
    return s.upper()


@function(category="text", total=True)
def StringStartsWith(s: str, start: str) -> bool:
    """Whether the text begins with `start`."""
    return s.startswith(start)


@function(category="text", total=True)
def StringEndsWith(s: str, end: str) -> bool:
    """Whether the text ends with `end`."""
    return s.endswith(end)


@function(category="text", total=True)
def StringStrip(s: str, chars: str | None = None) -> str:
    """The text without white space (or the characters in `chars`) at both ends."""
    return s.strip(chars)


@function(category="text", total=True)
def StringRStrip(s: str, chars: str | None = None) -> str:
    """The text without white space (or the characters in `chars`) at its end."""
    return s.rstrip(chars)


@function(category="text", total=True)
def StringLStrip(s: str, chars: str | None = None) -> str:
    """The text without white space (or the characters in `chars`) at its beginning."""
    return s.lstrip(chars)


@function(category="text")
def StringReplace(s: str, old: str, new: str) -> str:
    """The text with every `old` replaced by `new`.

    Args:
        s: the text.
        old: what is replaced.
        new: what stands there instead.
    """
    _bounded(len(s) + s.count(old) * len(new))
    return s.replace(old, new)


@function(category="text")
def StringJoin(s: str, iterable: list[str]) -> str:
    """The texts of a list joined into one, with `s` between them.

    Args:
        s: what stands between them.
        iterable: the texts.
    """
    _bounded(sum(map(len, iterable)) + len(s) * len(iterable))
    return s.join(iterable)


@function(category="text")
def StringSplit(s: str, sep: str | None = None, maxsplit: int = -1) -> list[str]:
    """The text cut at each `sep` (or at white space).

    Args:
        maxsplit: cut at most so many times; -1 for no limit.
    """
    return s.split(sep, maxsplit)


@function(category="text", total=True)
class StringSlice:
    """A part of the text, from `start` up to but not including `end`; both count from 0."""

    def __init__(self, start: int, end: int) -> None:
        if start < 0:
            raise BadArgument("start", "`start` cannot be negative.")
        if end < start:
            raise BadArgument("end", "`end` cannot be less than `start`.")
        self._slice = slice(start, end)

    def __call__(self, s: str) -> str:
        return s[self._slice]


@function(category="text", cost=Cost.TEXT)
def StringExtractURLs(s: str) -> list[str]:
    """The web addresses in the text, each once, in order."""
    return list(dict.fromkeys(url for url in _URL.findall(s) if _host(url)))


@function(category="text", cost=Cost.TEXT)
def StringExtractDomains(s: str) -> list[str]:
    """The host names of the web addresses in the text, each once, in order."""
    return list(dict.fromkeys(host for url in _URL.findall(s) if (host := _host(url))))


def _host(url: str) -> str:
    try:
        place = urlsplit(url).netloc
    except ValueError:
        return ""
    if place.startswith("["):
        return place.partition("]")[0] + "]"
    return place.split(":")[0]


def _normalized(form: str, text: str) -> str:
    normalize: Callable[[str, str], str] = unicodedata.normalize  # type: ignore[assignment]  # checked by the caller
    return normalize(form, text)


@function(category="text", cost=Cost.HEAVY)
def StringClean(
    s: str,
    form: str = "NFKC",
    remove_emoji: bool = False,
    space: bool = True,
    l33t: bool = False,
    homoglyph: bool = True,
    unicode_normalize: bool = True,
    unidecode: bool = False,
    upper: bool = False,
    lower: bool = False,
    remove_space: bool = False,
    remove_punctuation: bool = False,
) -> str:
    """The text with the usual disguises taken off, in the order of the arguments.

    Args:
        form: the Unicode form: NFC, NFKC, NFD or NFKD.
        remove_emoji: emoji become a space.
        space: any run of white space becomes one space.
        l33t: 3 among letters becomes e, |7 becomes 17.
        homoglyph: letters of other scripts and symbols that look like a Latin letter become it.
        unicode_normalize: bring each character to the form and keep its first part.
        unidecode: drop accents and whatever is not ASCII then.
        upper: in upper case, unless `lower`.
        lower: in lower case.
        remove_space: drop all white space.
        remove_punctuation: drop punctuation and symbols.
    """
    if form not in ("NFC", "NFKC", "NFD", "NFKD"):
        raise ValueError("form must be NFC, NFKC, NFD or NFKD")
    if remove_emoji:
        s = lookalikes.without_emoji(s.translate(lookalikes.EMOJI_LETTERS) if homoglyph else s)
    if space:
        s = _SPACES.sub(" ", s)
    if l33t:
        s = lookalikes.plain_digits(s)
    if homoglyph:
        s = s.translate(lookalikes.LETTERS)
    if unicode_normalize and not s.isascii():
        whole = _normalized(form, s)
        s = whole if len(whole) == len(s) else "".join(_normalized(form, char)[0] for char in s)
    if unidecode and not s.isascii():
        s = unicodedata.normalize("NFKD", s).encode("ascii", "ignore").decode()
    if lower:
        s = s.lower()
    elif upper:
        s = s.upper()
    if remove_space:
        s = _SPACES.sub("", s)
    if remove_punctuation:
        s = "".join(char for char in s if unicodedata.category(char)[0] not in "SP")
    return s


@function(category="text")
def ParseInt(s: str) -> int:
    """The whole number a text spells; undefined if it spells none."""
    try:
        return int(s)
    except ValueError:
        raise Undefined from None
