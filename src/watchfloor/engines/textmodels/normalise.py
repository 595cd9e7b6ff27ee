"""One reading of a text for everything that compares texts, whatever tricks it was typed with.

In order: compatibility forms and case (NFKC, casefold), invisible characters and piled-up marks out, look-alike letters back to
Latin in words that mix alphabets, links, addresses and long numbers to placeholders, digits that stand for letters back to
letters inside a word (and at its ends, once the text has shown that trick), spelled-out words joined, long repetitions and blanks
squeezed. Placeholders are written in angle brackets no text can contain (they are replaced on the way in), so nobody can type one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from watchfloor.engines.textmodels.scripts import (
    CONFUSABLE_TABLE,
    HAS_BORROWED,
    HAS_LATIN,
    PHONETIC_TABLE,
    WORD,
    is_disguised,
    is_mixed,
)


class Entity(NamedTuple):
    """Something in the text that can be looked up: ``kind`` is url, email, phone or number; ``value`` its canonical form."""

    kind: str
    value: str


class Normalised:
    """A text as the engines read it.

    Attributes:
        original: what was typed.
        text: the normal form.
        entities: links, addresses and numbers, in the order of their placeholders in ``text``.
        hidden: how many invisible characters were taken out.
        mixed_words: how many words mixed alphabets.
        leet: how many digits and signs between letters stood for letters.
    """

    __slots__ = ("__dict__", "entities", "hidden", "leet", "mixed_words", "original", "text")

    def __init__(
        self, original: str, text: str, entities: tuple[Entity, ...], hidden: int, mixed_words: int, leet: int = 0
    ) -> None:
        self.original, self.text, self.entities = original, text, entities
        self.hidden, self.mixed_words, self.leet = hidden, mixed_words, leet

    @cached_property
    def _origins(self) -> list[tuple[int, int]]:
        origins: _Origins = []
        _run(self.original, origins)
        return origins

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of ``original`` that ``text[start:end]`` came from, to highlight it. Empty spans give an empty span."""
        if not 0 <= start < end <= len(self.text):
            return (0, 0)
        parts = self._origins[start:end]
        return min(part[0] for part in parts), max(part[1] for part in parts)


class _CharTable(dict[int, str]):
    """Code point -> its normal form, filled as characters are met; an invisible one gives nothing."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code in _BRACKETS:
            form = _BRACKETS[code]
        elif is_invisible(char):
            form = ""
        elif "\ud800" <= char <= "\udfff":  # half a character: nothing that could be stored
            form = "\ufffd"
        elif code in PHONETIC_TABLE:
            form = PHONETIC_TABLE[code]
        else:
            form = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
            form = "".join(_BRACKETS.get(ord(part), part) for part in form if not is_invisible(part))
            form = form.translate(PHONETIC_TABLE)
        if len(self) < 60_000:
            self[code] = form
        return form


_BRACKETS = {0x27E8: "<", 0x27E9: ">"}
# Control characters other than blanks, soft hyphen, combining grapheme joiner, Hangul fillers, Mongolian separators, zero-width
# and bidi controls, word joiner and invisible operators, interlinear marks, variation selectors, tags, the byte-order mark.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


# Invisible characters that honest writing needs: joiners among Arabic, Indic and Khmer letters and emoji, the sign that makes a symbol
# an emoji; and (``_directed``) marks of direction in a text with letters that run from right to left.
_HONEST = re.compile(
    "(?<=[\u0600-\u08ff\u0900-\u109f\u1780-\u17ff\ufb50-\ufefc])[\u200c\u200d]|(?<=[\u203c-\u3299\U0001f000-\U0001faff\ufe0f])\u200d"
    "|(?<=[#*0-9\xa9\xae\u203c-\u3299\U0001f000-\U0001faff])[\ufe0e\ufe0f]"
)
_LEFTWARDS = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")


def is_invisible(char: str) -> bool:
    """True for characters that show nothing and join or hide others; ordinary blanks and line ends are not."""
    return _INVISIBLE.match(char) is not None


_CHARS = _CharTable()
# Marks that compose with the character before them; a character and its marks are folded as one.
_MARKS = (
    r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u093c\u0f00-\u0fff\u1160-\u11ff\u1ab0-\u1aff\u1dc0-\u1dff"
    r"\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f]"
)
_COMBINING = re.compile(_MARKS)
_PILED = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_CLUSTER = re.compile(rf".{_MARKS}*", re.DOTALL)

TOP_LEVEL = (
    "com|net|org|info|biz|edu|gov|io|co|me|tv|uk|us|de|es|fr|it|ru|cn|jp|br|in|eu|ly|be|gl|tk|ml"
    "|xyz|top|site|online|shop|club|app|dev"
)
_PLACE = re.compile(
    r"(?P<url>(?:(?:https?|ftp)://|\bwww\.)[^\s<>\"'`]+|(?<![\w@.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:"
    + TOP_LEVEL
    + r")(?![\w@-]|\.\w)(?:[/?:][^\s<>\"']*)?)"
    r"|(?P<email>[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,})"
    r"|(?P<phone>(?<![\w+])\+?\(?\d(?:[ ().-]{0,2}\d){8,14}(?!\w))"
    r"|(?P<number>(?<![\w.,])\d{4,}(?!\w))"
)
# Cheap looks that spare most texts the dear patterns: nothing these miss is matched by those.
_MAYBE_PLACE = re.compile(r"\d{4}|\d[ ().-]{1,2}\d|[a-z0-9-]\.[a-z]{2}")
# Latin letters only: in other scripts digits stand beside letters for themselves (3-й, 제3자, 10進).
_MAYBE_LEET = re.compile(r"[013457@$!](?=[a-z\u00df-\u024f])")
_INNER_LEET = re.compile(r"(?<=[a-z\u00df-\u024f])[013457@$!]{1,2}(?=[a-z\u00df-\u024f])")
# A word with such characters anywhere in it; a run of digits alone, or a price, is none.
_LEET_WORD = re.compile(
    r"(?<![^\W_]|[@$!|€⟨])(?=[^\s⟨⟩]*[a-z\u00df-\u024f])(?:[a-z\u00df-\u024f]|[013456789@$|€]|!(?=[^\W_]))+(?![^\W_⟩])"
)
_LEET_TABLE = str.maketrans("03456789@$!|€", "oeasgtbgasile")
# By how often a text has shown the trick: how much of a word may be digits and signs for it to be read as letters.
_SHARES = (0.5, 0.7, 0.85)
_NOT_LETTER = re.compile(r"[\d@$!|€]")
_LEET_ONE = re.compile(r"(?<=[aeou])1|(?<=[bcfgkps])1(?=[aeiou])")
_SPELLED = re.compile(r"(?<![^\W_])[a-z](?:([ .*_-])[a-z])(?:\1[a-z]){2,}(?![^\W_])")
_MAYBE_SPELLED = re.compile(r"[ .*_-][a-z][ .*_-][a-z][ .*_-]")
_REPEAT = re.compile(r"(.)\1\1+")
_BLANKS = re.compile(r"[^\S ]\s*|\s{2,}")
_NOT_DIGIT = re.compile(r"\D+")
_HOST = re.compile(r"^(?:[a-z]+://)?(?:[^/@\s]*@)?([^/?#:\s]+)")

_Origins = list[tuple[int, int]]


def normalise(text: str) -> Normalised:
    """The normal form of ``text``; never fails, whatever the text holds."""
    return _run(text, None)


def _run(original: str, origins: _Origins | None) -> Normalised:
    """The steps. With a list for ``origins`` it is filled: for each character of the result, its place in the original."""
    hidden = mixed = shown = 0
    if original.isascii():
        text = original.lower()
        if origins is not None:
            origins.extend((index, index + 1) for index in range(len(text)))
        if not text.isprintable():
            hidden = len(_INVISIBLE.findall(text))
            if hidden:
                text = _substitute(_INVISIBLE, lambda match: "", text, origins)
    else:
        hidden = len(_INVISIBLE.findall(original))
        if hidden:
            hidden -= len(_HONEST.findall(original)) + _directed(original)
        text = _fold_characters(original, origins)
        if HAS_BORROWED.search(text) and HAS_LATIN.search(text):
            text, mixed = _fold_mixed_words(text)

    found: list[Entity] = []
    if "@" in text or "://" in text or "www." in text or _MAYBE_PLACE.search(text):
        text = _substitute(_PLACE, lambda match: _placeholder(match, found), text, origins)
    if _MAYBE_LEET.search(text):
        shown = len(_INNER_LEET.findall(text))
        if shown:  # one character for one: the places stay
            share = _SHARES[min(shown, len(_SHARES)) - 1]
            text = _LEET_WORD.sub(lambda match: _letters(match[0], share), text)
    if _MAYBE_SPELLED.search(text):
        text = _substitute(_SPELLED, lambda match: match[0][::2], text, origins)
    if _REPEAT.search(text):
        text = _substitute(_REPEAT, lambda match: match[1] * 2, text, origins)
    if "  " in text or not text.isprintable():
        text = _substitute(_BLANKS, lambda match: " ", text, origins)
    return Normalised(original, text, tuple(found), hidden, mixed, shown)


def _directed(original: str) -> int:
    """How many marks of direction an honest text has: all, beside whatever they stand, where it runs from right to left somewhere."""
    return original.count("\u200e") + original.count("\u200f") if _LEFTWARDS.search(original) else 0


def _fold_characters(original: str, origins: _Origins | None) -> str:
    """Compatibility form and case, character by character, or by base and marks where marks combine."""
    clusters: list[str] | str = original
    if _COMBINING.search(original) is not None:
        clusters = _CLUSTER.findall(original)
    elif origins is None:
        return original.translate(_CHARS)
    forms: list[str] = []
    place = 0
    for cluster in clusters:
        if len(cluster) == 1:
            form = _CHARS[ord(cluster)]
        else:
            composed = unicodedata.normalize("NFKC", cluster)
            form = unicodedata.normalize("NFKC", "".join([_CHARS[ord(char)] for char in composed]))
            if len(form) > 1 and form[0] < "\u0530":  # marks that make no letter are piled on to break words
                form = form[0] + _PILED.sub("", form[1:])
        forms.append(form)
        if origins is not None:
            origins.extend([(place, place + len(cluster))] * len(form))
        place += len(cluster)
    return "".join(forms)


def _letters(word: str, share: float) -> str:
    """The letters that a word's digits and signs stand for, where they are no more than ``share`` of it."""
    others = len(_NOT_LETTER.findall(word))
    if not others or others > share * len(word):
        return word
    return _LEET_ONE.sub("l", word.translate(_LEET_TABLE)).replace("1", "i")


def _fold_mixed_words(text: str) -> tuple[str, int]:
    """Look-alikes to Latin in the words that mix alphabets; letter for letter, so that places stay.

    Words of look-alikes alone count as well, unless some word is genuinely of that alphabet; of short ones beside a word that mixes
    alphabets a weaker likeness is enough.
    """
    mixed = 0
    words = WORD.findall(text)
    weak = any(is_mixed(word) for word in words)
    borrowed = [word for word in words if HAS_BORROWED.search(word) and not HAS_LATIN.search(word)]
    disguised = all(is_disguised(word, weak=weak) for word in borrowed)

    def fold(match: re.Match[str]) -> str:
        nonlocal mixed
        word = match[0]
        if word.isascii() or not (is_mixed(word) or (disguised and HAS_BORROWED.search(word))):
            return word
        mixed += 1
        return word.translate(CONFUSABLE_TABLE)

    return WORD.sub(fold, text), mixed


def _placeholder(match: re.Match[str], found: list[Entity]) -> str:
    kind = match.lastgroup or ""
    value = match[0]
    if kind == "url":
        host = _HOST.match(value)
        found.append(Entity("url", host[1].strip(".").removeprefix("www.") if host else value))
        return "⟨url⟩"
    if kind == "email":
        found.append(Entity("email", value))
        return "⟨email⟩"
    digits = _NOT_DIGIT.sub("", value)
    found.append(Entity(kind, digits))
    return "⟨phone⟩" if kind == "phone" else f"⟨num{min(len(digits), 9)}⟩"


def _substitute(
    pattern: re.Pattern[str], form: Callable[[re.Match[str]], str], text: str, origins: _Origins | None
) -> str:
    """``pattern.sub`` that keeps ``origins`` in step with the text."""
    if origins is None:
        return pattern.sub(form, text)
    kept: _Origins = []
    parts: list[str] = []
    place = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        new = form(match)
        parts += (text[place:start], new)
        kept += origins[place:start]
        kept += [(origins[start][0], origins[end - 1][1])] * len(new)
        place = end
    parts.append(text[place:])
    kept += origins[place:]
    origins[:] = kept
    return "".join(parts)
