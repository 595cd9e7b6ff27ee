"""What a classifier looks at in a text: words, neighbouring pairs, stems, hosts and numbers, and a few facts of its shape.

Features are plain strings, not hashes: a reviewer can be shown them, two never collide, and a few ten thousand weights fit in
memory. A feature says its own kind: ``free`` is a word, ``free call`` a pair, ``congr*`` a stem, ``host:bad.com`` what a link leads
to, ``shape:caps3`` a fact about the whole. Words cannot contain blanks, stars or colons, so the kinds cannot be confused.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from watchfloor.engines.textmodels.leet import Known, shows
from watchfloor.engines.textmodels.normalise import Normalised, normalise
from watchfloor.engines.textmodels.tokens import ENTITY_KIND, TOKEN, parts, read, shape_of

VERSION = 4  # of the set of features; a stored model is only read by the version that wrote it

LETTERS = "letters:"  # before a word: not the word but the letters it is made of (``letters.py``)
_DIGIT = re.compile(r"\d")
_CAPITALS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"  # to be taken out: far quicker than to be found
_LENGTHS = [f"shape:length{step}" for step in range(10)]
_CAPS = [f"shape:caps{step}" for step in range(11)]
_MANY = [f"shape:digits{step}" for step in range(7)]


class Occurrence(NamedTuple):
    """Where a feature stands in the normal form: ``start`` to ``end``."""

    feature: str
    start: int
    end: int


def features(text: str | Normalised) -> list[str]:
    """The distinct features of a text, in an order that depends on nothing but the text."""
    form = normalise(text) if isinstance(text, str) else text
    words, shapes, pairs, beside = parts(form)
    found = words + pairs + beside if shapes is words else words + shapes + pairs + beside
    length, capitals, digits = shape_steps(form)
    found += (_LENGTHS[length], _CAPS[capitals], _MANY[digits])
    if form.hidden:
        found.append("shape:hidden")
    if form.mixed_words:
        found.append("shape:mixed")
    # A dict keeps first-seen order, so the same text always gives the same list (a set would depend on the hash seed).
    return list(dict.fromkeys(found))


def doubtful(text: str, found: list[str], known: Known) -> bool:
    """Whether some words of a text are written with digits, as who knows words can tell: to be read anew by the words that are ``known``.

    ``found``: its features. What is learned is always the text as it reads by itself: it must be found again to be unlearned.
    """
    maybe = _MANY[0] not in found[-3:] or "$" in text or "@" in text
    return maybe and doubted(text, known)


def doubted(text: str, known: Known) -> bool:
    """The same of a text that has digits, or signs that may stand for letters."""
    return shows(text.lower(), known)


def occurrences(form: Normalised) -> list[Occurrence]:
    """Each word, pair, stem and entity of a text with its place; for highlighting, so slower and fuller than ``features``."""
    matches = [(match[0], match.start(), match.end()) for match in TOKEN.finditer(read(form))]
    places: list[Occurrence] = []
    entities = iter(form.entities)
    previous: tuple[str, int] | None = None
    for word, start, end in matches:
        shape = shape_of(word)
        places.append(Occurrence(word, start, end))
        if shape != word:
            places.append(Occurrence(shape, start, end))
        if previous is not None:
            places.append(Occurrence(f"{previous[0]} {shape}", previous[1], end))
        if word[0] == "⟨":
            entity = next(entities, None)
            if entity is not None:
                places.append(Occurrence(f"{ENTITY_KIND[entity.kind]}:{entity.value}", start, end))
        elif len(word) > 6:
            places.append(Occurrence(word[:5] + "*", start, end))
        previous = (shape, start)
    return places


def kind_of(feature: str) -> str:
    """word, letters, pair, stem, host, email, phone, number or shape."""
    head, colon, tail = feature.partition(":")
    if colon and head and tail and head.isalpha():
        return head
    if " " in feature:
        return "pair"
    return "stem" if len(feature) > 1 and feature.endswith("*") else "word"


_SHAPE_WORDS = {
    "length": "length of the text",
    "caps": "share of capital letters",
    "digits": "how many digits",
    "hidden": "invisible characters",
    "mixed": "words that mix alphabets",
}


def describe(feature: str) -> str:
    """The feature in words a reviewer reads."""
    kind = kind_of(feature)
    if kind == "shape":
        name = feature[6:].rstrip("0123456789")
        level = feature[6 + len(name) :]
        return _SHAPE_WORDS.get(name, name) + (f" (step {level})" if level else "")
    if kind == "letters":
        return f"the letters of {feature[len(LETTERS) :]}"
    if kind in ("host", "email", "phone", "number"):
        return f"{kind} {feature.partition(':')[2]}"
    if kind == "stem":
        return f"words that begin with {feature[:-1]}"
    return feature


def _counts(original: str) -> tuple[int, int]:
    """Capital letters and digits."""
    if original.isascii():
        raw, length = original.encode(), len(original)
        return length - len(raw.translate(None, _CAPITALS)), length - len(raw.translate(None, _DIGITS))
    return sum(map(str.isupper, original)), len(_DIGIT.findall(original))


def shape_steps(form: Normalised) -> tuple[int, int, int]:
    """Length, share of capitals and number of digits in coarse steps, so that a model cannot lean on an exact length."""
    length = len(form.original)
    capitals, digits = _counts(form.original)
    return (
        min(9, length.bit_length()), 10 * capitals // (length or 1), min(6, max(0, digits - form.digits_read).bit_length()),
    )  # fmt: skip
