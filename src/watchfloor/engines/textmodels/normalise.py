"""One reading of a text for everything that compares texts, whatever tricks it was typed with.

In order: compatibility forms and case (NFKC, casefold), invisible characters and piled-up marks out, look-alike letters back to
Latin in words that mix alphabets, links, addresses and long numbers to placeholders, digits that stand for letters back to
letters inside a word (and at its ends, once the text has shown that trick), spelled-out words joined, long repetitions and blanks
squeezed. Placeholders are written in angle brackets no text can contain (they are replaced on the way in), so nobody can type one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from watchfloor.engines.textmodels.leet import Known, as_letters, inner
from watchfloor.engines.textmodels.scripts import (
    CONFUSABLE_TABLE,
    HAS_BORROWED,
    HAS_LATIN,
    LATE,
    LATE_TABLE,
    PHONETIC_TABLE,
    WORD,
    is_disguised,
    is_mixed,
)
from watchfloor.engines.textmodels.tricks import (
    BLANK,
    EMAIL,
    EVERY,
    LEET,
    MARKS,
    NUMBER,
    REPEAT,
    SPELLED,
    TOP_LEVEL,
    URL,
    seen,
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
        digits_read: how many digits were read as letters.
    """

    __slots__ = ("__dict__", "digits_read", "entities", "hidden", "known", "mixed_words", "original", "text")

    def __init__(
        self, original: str, text: str, entities: tuple[Entity, ...], hidden: int, mixed_words: int,
        digits_read: int = 0, known: Known | None = None,
    ) -> None:  # fmt: skip
        self.original, self.text, self.entities = original, text, entities
        self.hidden, self.mixed_words, self.digits_read = hidden, mixed_words, digits_read
        self.known = known

    @cached_property
    def _origins(self) -> list[tuple[int, int]]:
        origins: _Origins = []
        _run(self.original, origins, self.known)
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
        if code in _AS_THEY_ARE:
            form = _AS_THEY_ARE[code]
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
# Letters that look otherwise once their case is folded: folded after their likeness was judged.
_AS_THEY_ARE = _BRACKETS | {code: chr(code) for code in LATE_TABLE}
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

_PLACES = {
    URL: r"(?P<url>(?:(?:https?|ftp)://|\bwww\.)[^\s<>\"'`]+|(?<![\w@.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:"
    + TOP_LEVEL
    + r")(?![\w@-]|\.\w)(?:[/?:][^\s<>\"']*)?)",
    EMAIL: r"(?P<email>(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,})",
    NUMBER: r"(?P<phone>(?<![\w+])\+?\(?\d(?:[ ().-]{0,2}\d){8,14}(?!\w))|(?P<number>(?<![\w.,])\d{4,}(?!\w))",
}
_HELD_OR_PLACE = re.compile("|".join([r"(?P<held>⟨\w+⟩)", *_PLACES.values()]))


@cache
def _places(*kinds: int) -> re.Pattern[str]:
    """Links, addresses and numbers, or those of them that there can be."""
    return re.compile("|".join(_PLACES[kind] for kind in kinds))


_SPELLED = re.compile(r"(?<![^\W_])[a-z](?:([ .*_-])[a-z])(?:\1[a-z]){2,}(?![^\W_])")
_REPEAT = re.compile(r"(.)\1\1+")
_MARKS_REPEATED = re.compile(r"([.!?])\1\1+")
_BLANKS = re.compile(r"[^\S ]\s*|\s{2,}")
_DIGIT = re.compile(r"\d")
_NOT_DIGIT = re.compile(r"\D+")
_HOST = re.compile(r"^(?:[a-z]+://)?(?:[^/@\s]*@)?([^/?#:\s]+)")

_Origins = list[tuple[int, int]]


def normalise(text: str, known: Known | None = None) -> Normalised:
    """The normal form of ``text``; never fails, whatever the text holds.

    Whoever knows words may say so (``known``): where a digit could be one letter or another, the word decides that is known.
    """
    return _run(text, None, known)


def _run(original: str, origins: _Origins | None, known: Known | None = None) -> Normalised:
    """The steps. With a list for ``origins`` it is filled: for each character of the result, its place in the original."""
    hidden = mixed = digits_read = 0
    if original.isascii():
        text = original.lower()
        tricks = seen(text)
        if len(tricks) == 1 and origins is None and known is None:
            return Normalised(original, text, (), 0, 0)
        if origins is not None:
            origins.extend((index, index + 1) for index in range(len(text)))
        if BLANK in tricks:
            hidden = len(_INVISIBLE.findall(text))
            if hidden:
                text = _substitute(_INVISIBLE, lambda match: "", text, origins)
                tricks = seen(text)
    elif origins is None and (plain := _fold_few(original)) is not None:
        text, hidden, tricks = plain
    else:
        hidden = len(_INVISIBLE.findall(original))
        if hidden:
            hidden -= len(_HONEST.findall(original)) + _directed(original)
        text = _fold_characters(original, origins)
        if HAS_BORROWED.search(text):
            if HAS_LATIN.search(text):
                text, mixed = _fold_mixed_words(text)
            if LATE.search(text):
                text = text.translate(LATE_TABLE)
        tricks = seen(text)
        if REPEAT not in tricks and not text.isascii() and _REPEAT.search(text):
            tricks = (*tricks, REPEAT)

    found: list[Entity] = []
    if kinds := [kind for kind in _PLACES if kind in tricks]:
        text = _substitute(_places(*kinds), lambda match: _placeholder(match, found), text, origins)
    if LEET in tricks or known is not None:
        shown = inner(text)
        said = as_letters(text, shown, known)  # one character for one: the places stay
        if said != text:
            digits_read = len(_DIGIT.findall(text)) - len(_DIGIT.findall(said))
            text = _substitute(_HELD_OR_PLACE, _placed_anew(found), said, origins)  # an address may have shown itself
            tricks = EVERY
    if SPELLED in tricks:
        text = _substitute(_SPELLED, lambda match: match[0][::2], text, origins)
        tricks = EVERY  # one letter may have been spelled out again and again
    if REPEAT in tricks or (MARKS in tricks and origins is not None):
        text = _substitute(_REPEAT, lambda match: match[1] * 2, text, origins)
    elif MARKS in tricks:
        text = _MARKS_REPEATED.sub(r"\1\1", text)
    if BLANK in tricks:
        text = _substitute(_BLANKS, lambda match: " ", text, origins)
    return Normalised(original, text, tuple(found), hidden, mixed, digits_read, known)


class _Runs(dict[str, tuple[str, int, bool] | None]):
    """A run of characters beyond ASCII -> its form, how many of it are invisible, whether one stands three times; or None.

    None where what stands around it matters: letters with look-alikes, marks that combine, joiners, writing from right to left.
    """

    def __missing__(self, run: str) -> tuple[str, int, bool] | None:
        made: tuple[str, int, bool] | None = None
        form = "".join([_CHARS[ord(char)] for char in run])
        if not (_AROUND.search(run) or _COMBINING.search(run) or HAS_BORROWED.search(form) or LATE.search(form)):
            made = form, len(_INVISIBLE.findall(run)), _REPEAT.search(form) is not None
        if len(self) < 20_000 and len(run) < 20:
            self[run] = made
        return made


def form_of(char: str) -> str | None:
    """What a character becomes wherever it stands; None where that depends on what stands around it."""
    form = _CHARS[ord(char)]
    if char.isascii():
        return char.lower() if form else None
    return form if _RUNS[char] is not None and form == form.lower() else None


_RUNS = _Runs()
_AROUND = re.compile("[\u0590-\u08ff\u0900-\u109f\u1780-\u17ff\u200c-\u200f\ufb1d-\ufefc\ufe0e\ufe0f]")
_RUN = re.compile("[^\x00-\x7f]+")


def _fold_few(original: str) -> tuple[str, int, Sequence[int]] | None:
    """Text, invisible characters and tricks of a text with a few harmless characters beyond ASCII; None where there are others."""
    runs = _RUN.findall(original)
    if len(runs) * 4 > len(original):
        return None
    text, hidden, repeated = original, 0, False
    for run in set(runs):
        made = _RUNS[run]
        if made is None:
            return None
        _form, unseen, three = made
        if unseen:
            hidden += unseen * runs.count(run)
        repeated |= three
    for run in sorted(set(runs), key=len, reverse=True):
        text = text.replace(run, _RUNS[run][0])  # type: ignore[index]
    text = text.lower()
    tricks = seen(text)
    if BLANK in tricks:
        below = _INVISIBLE.findall(text)
        if below:
            hidden += len(below)
            text = _INVISIBLE.sub("", text)
            tricks = seen(text)
    return text, hidden, (*tricks, REPEAT) if repeated else tricks


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


def _placed_anew(found: list[Entity]) -> Callable[[re.Match[str]], str]:
    """As ``_placeholder`` for a text that has placeholders already; ``found`` stays in the order of the text."""
    before = iter(found.copy())
    found.clear()

    def place(match: re.Match[str]) -> str:
        if match["held"] is None:
            return _placeholder(match, found)
        found.append(next(before))
        return match[0]

    return place


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
