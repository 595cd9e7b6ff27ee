"""How a block is spread over slides so that none goes on with a leftover: smaller first, then in even parts.

A slide that says "continued" above a single sentence tells nothing and costs a click. So what almost fits is made a size smaller; what
does not is divided so that each further slide carries its share; a table's rows are divided evenly, so that none repeats its head for a
row or two; and a sentence that does not fit beneath a table goes on together with half of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from watchfloor.programme.reviews.domain import layout

LEAST: Final = 1 / 3  # of a slide that goes on: less is a leftover
Room = tuple[float, float]  # width and height in points


def rows(total: int, most: int, slides: int = 1) -> list[int]:
    """How many rows of a table go on each slide: as few slides as can be (at least ``slides``), none two rows more than another."""
    slides = min(max(slides, -(-total // most)), total)
    return [total // slides + (place < total % slides) for place in range(slides)] if slides else []


def fits(texts: Sequence[str], room: Room, sizes: Sequence[float], gap: float) -> float | None:
    """The greatest size at which all paragraphs fit a box; None where none does."""
    return next((size for size in sizes if tall(texts, room, size, gap) <= _inner(room)), None)


def first(texts: Sequence[str], room: Room, later: Room, size: float, gap: float) -> int:
    """How many paragraphs stay in a box that cannot hold all; ``later`` is the whole slide for those that follow.

    What fits, but so that what follows is no leftover: paragraphs move on until the further slide is a third full, as long as the box
    keeps as much; else both get about half. At least one stays.
    """
    held = 0
    while held < len(texts) and tall(texts[: held + 1], room, size, gap) <= _inner(room):
        held += 1
    kept = held
    while kept > 1 and tall(texts[kept:], later, size, gap) < LEAST * _inner(later):
        kept -= 1
    if kept < held and tall(texts[:kept], room, size, gap) < LEAST * _inner(room):
        kept = -(-held // 2)
    return max(1, kept)


def leftover(texts: Sequence[str], later: Room, size: float, gap: float) -> bool:
    """Whether these alone would be too little for a slide."""
    return tall(texts, later, size, gap) < LEAST * _inner(later)


def tall(texts: Sequence[str], room: Room, size: float, gap: float) -> float:
    """How high paragraphs stand, in points."""
    return sum(layout.lines(text, size, room[0]) * size * layout.LEADING + gap for text in texts)


def _inner(room: Room) -> float:
    return room[1] - 2 * layout.TALL
