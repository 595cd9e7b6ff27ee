"""What a classifier looks at in a text: words, neighbouring pairs, stems, hosts and numbers, and a few facts of its shape.

Features are plain strings, not hashes: a reviewer can be shown them, two never collide, and a few ten thousand weights fit in
memory. A feature says its own kind: ``free`` is a word, ``free call`` a pair, ``congr*`` a stem, ``host:bad.com`` what a link leads
to, ``shape:caps3`` a fact about the whole. Words cannot contain blanks, stars or colons, so the kinds cannot be confused.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from watchfloor.engines.textmodels.normalise import Normalised, normalise
from watchfloor.engines.textmodels.scripts import WITHOUT_MARKS

VERSION = 3  # of the set of features; a stored model is only read by the version that wrote it

TOKEN = re.compile(r"⟨\w+⟩|[^\W_]+(?:'[^\W_]+)?|[£$€]+|[!?]+|[^\w\s]")
LETTERS = "letters:"  # before a word: not the word but the letters it is made of (``letters.py``)
_DIGIT = re.compile(r"\d")
_CAPITALS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"  # to be taken out: far quicker than to be found
_ENTITY_KIND = {"url": "host", "email": "email", "phone": "phone", "number": "number"}


class Occurrence(NamedTuple):
    """Where a feature stands in the normal form: ``start`` to ``end``."""

    feature: str
    start: int
    end: int


def features(text: str | Normalised) -> list[str]:
    """The distinct features of a text, in an order that depends on nothing but the text."""
    form = normalise(text) if isinstance(text, str) else text
    words = TOKEN.findall(_read(form))
    found = words
    shapes = words
    if _DIGIT.search(form.text):
        shapes = [_shape_of(word) for word in words]
        found = words + shapes
    found = found + [left + " " + right for left, right in pairwise(shapes)]
    found += [word[:5] + "*" for word in words if len(word) > 6 and word[0] != "⟨"]
    if form.entities:
        found += [f"{_ENTITY_KIND[kind]}:{value}" for kind, value in form.entities]
    found += _shape(form)
    # A dict keeps first-seen order, so the same text always gives the same list (a set would depend on the hash seed).
    return list(dict.fromkeys(found))


def occurrences(form: Normalised) -> list[Occurrence]:
    """Each word, pair, stem and entity of a text with its place; for highlighting, so slower and fuller than ``features``."""
    matches = [(match[0], match.start(), match.end()) for match in TOKEN.finditer(_read(form))]
    places: list[Occurrence] = []
    entities = iter(form.entities)
    previous: tuple[str, int] | None = None
    for word, start, end in matches:
        shape = _shape_of(word)
        places.append(Occurrence(word, start, end))
        if shape != word:
            places.append(Occurrence(shape, start, end))
        if previous is not None:
            places.append(Occurrence(f"{previous[0]} {shape}", previous[1], end))
        if word[0] == "⟨":
            entity = next(entities, None)
            if entity is not None:
                places.append(Occurrence(f"{_ENTITY_KIND[entity.kind]}:{entity.value}", start, end))
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


def _read(form: Normalised) -> str:
    """Latin letters without their marks: ``frëe`` and ``free``, ``für`` and ``fur`` are one word to a model."""
    return form.text if form.text.isascii() else form.text.translate(WITHOUT_MARKS)


def _shape_of(word: str) -> str:
    """``150p`` and ``500p`` read alike: ``000p``."""
    return word if word.isalpha() or not word.isalnum() else _DIGIT.sub("0", word)


def _shape(form: Normalised) -> list[str]:
    """Coarse steps, so that a model cannot lean on an exact length."""
    original = form.original
    length = len(original)
    if original.isascii():
        raw = original.encode()
        capitals = length - len(raw.translate(None, _CAPITALS))
        digits = length - len(raw.translate(None, _DIGITS))
    else:
        capitals = sum(map(str.isupper, original))
        digits = len(_DIGIT.findall(original))
    shape = [
        f"shape:length{min(9, length.bit_length())}",
        f"shape:caps{10 * capitals // (length or 1)}",
        f"shape:digits{min(6, digits.bit_length())}",
    ]
    if form.hidden:
        shape.append("shape:hidden")
    if form.mixed_words:
        shape.append("shape:mixed")
    return shape
