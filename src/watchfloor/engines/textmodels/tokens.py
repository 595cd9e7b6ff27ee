"""What a text falls into for a model: its words, their shapes, neighbouring pairs, and what stands beside them (stems, links, numbers)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from watchfloor.engines.textmodels.normalise import Normalised
from watchfloor.engines.textmodels.scripts import WITHOUT_MARKS

TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|⟨\w+⟩|[£$€]+|[!?]+|[^\w\s]")
ENTITY_KIND = {"url": "host", "email": "email", "phone": "phone", "number": "number"}
_DIGIT = re.compile(r"\d")


class Parts(NamedTuple):
    """``words`` in their order, ``shapes`` of the same length, ``pairs`` of neighbouring shapes, stems and entities in ``beside``."""

    words: list[str]
    shapes: list[str]
    pairs: list[str]
    beside: list[str]


def parts(form: Normalised) -> Parts:
    """The parts of a text, with repetitions."""
    words = TOKEN.findall(read(form))
    shapes = [shape_of(word) for word in words] if _DIGIT.search(form.text) else words
    beside = [word[:5] + "*" for word in words if len(word) > 6 and word[0] != "⟨"]
    if form.entities:
        beside += [f"{ENTITY_KIND[kind]}:{value}" for kind, value in form.entities]
    return Parts(words, shapes, [f"{left} {right}" for left, right in pairwise(shapes)], beside)


def read(form: Normalised) -> str:
    """Latin letters without their marks: ``frëe`` and ``free``, ``für`` and ``fur`` are one word to a model."""
    return form.text if form.text.isascii() else form.text.translate(WITHOUT_MARKS)


def shape_of(word: str) -> str:
    """``150p`` and ``500p`` read alike: ``000p``."""
    return word if word.isalpha() or not word.isalnum() else _DIGIT.sub("0", word)
