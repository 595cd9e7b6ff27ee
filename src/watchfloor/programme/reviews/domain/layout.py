"""Whether text fits its box, by a measure on the safe side: letters are taken as wide as the widest usual ones of their script.

A slide has no flow: what does not fit is made smaller down to a least size, then put on a further slide. Never over the edge.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

import msgspec

LEADING = 1.25  # of the size, from line to line
NARROW, USUAL, WIDE, FULL = (
    0.40,
    0.66,
    0.84,
    1.04,
)  # bold, of a wide face (DejaVu Sans): what a machine without ours falls back to
INSET = 7.2  # points that a text box keeps free on either side
TALL = 3.6  # and above and below


class Fit(msgspec.Struct, frozen=True):
    """A size in points that fits, and the lines it takes."""

    size: float
    lines: int


def width(text: str, size: float) -> float:
    """How wide a line is at the most, in points."""
    return size * sum(_em(char) for char in text)


def lines(text: str, size: float, room: float) -> int:
    """How many lines a text takes in a box so wide (points), broken at spaces; a word wider than the box is broken anywhere."""
    inner = max(room - 2 * INSET, size)
    count = 0
    for paragraph in text.split("\n"):
        used = 0.0
        count += 1
        for word in paragraph.split(" "):
            wide = width(word, size)
            gap = width(" ", size) if used else 0.0
            if used and used + gap + wide > inner:
                count, used, gap = count + 1, 0.0, 0.0
            if wide > inner:
                more = math.ceil(wide / inner) - 1
                count, used = count + more, wide - more * inner
            else:
                used += gap + wide
    return count


def height(text: str, size: float, room: float) -> float:
    """How high a text stands in a box so wide, in points."""
    return lines(text, size, room) * size * LEADING + 2 * TALL


def fit(text: str, room: tuple[float, float], sizes: Sequence[float]) -> Fit | None:
    """The greatest of the sizes at which a text fits a box (width, height); None where none does."""
    for size in sizes:
        if height(text, size, room[0]) <= room[1]:
            return Fit(size, lines(text, size, room[0]))
    return None


def cut(text: str, room: tuple[float, float], size: float) -> str:
    """As much of a text as fits, with an ellipsis where something is gone."""
    if height(text, size, room[0]) <= room[1]:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if height(text[:middle].rstrip() + "…", size, room[0]) <= room[1]:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def pages(paragraphs: Sequence[str], room: tuple[float, float], size: float, gap: float = 0.0) -> list[list[int]]:
    """Which paragraphs (by place) go on which slide, in order, ``gap`` points apart; one too long for a slide is alone on its own."""
    found: list[list[int]] = []
    used = 0.0
    for place, text in enumerate(paragraphs):
        tall = lines(text, size, room[0]) * size * LEADING + gap
        if not found or used + tall > room[1] - 2 * TALL:
            found.append([])
            used = 0.0
        found[-1].append(place)
        used += tall
    return found


def pieces(text: str, room: tuple[float, float], size: float) -> list[str]:
    """A text in pieces that each fit a box, broken at sentences or spaces."""
    left, found = text, []
    while left and height(left, size, room[0]) > room[1]:
        head = cut(left, room, size).removesuffix("…")
        place = max(head.rfind(". ") + 1, head.rfind("。") + 1)
        if place < len(head) // 2:
            place = max(head.rfind(" "), 0) or len(head)
        found.append(left[: max(place, 1)].strip())
        left = left[max(place, 1) :].strip()
    if left:
        found.append(left)
    return found


def _em(char: str) -> float:
    if char in " .,:;'|!ilIjt()[]/":
        return NARROW
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return FULL
    if unicodedata.combining(char):
        return 0.0
    if char in "mwMW%@—…":
        return FULL
    if char.isupper() or char in "+<>=−#&":
        return WIDE
    return USUAL
