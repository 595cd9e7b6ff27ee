"""What is written on the slides of a block and into their notes, as paragraphs."""

from __future__ import annotations

import msgspec

from watchfloor.programme.reviews.domain import layout
from watchfloor.programme.reviews.domain.markdown import Run
from watchfloor.programme.reviews.shown import Part, Shown

GAP = 5.0  # points between paragraphs


class Para(msgspec.Struct, frozen=True):
    """A paragraph on a slide."""

    text: str
    runs: tuple[Run, ...] = ()
    bold: bool = False


def paragraphs(part: Part) -> list[Para]:
    """What is said, what people wrote, what is listed."""
    return [*_said(part), *_written(part), *_listed(part)]


def pieces(paragraph: Para, room: tuple[float, float], size: float) -> list[Para]:
    """A paragraph that fills more than a slide, in pieces about as long as one another (its styles are given up)."""
    high = room[1] - 2 * layout.TALL - GAP
    found = layout.pieces(paragraph.text, (room[0], high), size)
    if len(found) <= 1:
        return [paragraph]
    share = layout.height(paragraph.text, size, room[0]) / len(found) + 3 * size * layout.LEADING
    even = layout.pieces(paragraph.text, (room[0], min(high, share)), size)
    return [Para(piece, bold=paragraph.bold) for piece in (even if len(even) == len(found) else found)]


def notes(part: Part, shown: Shown) -> str:
    """What is said aloud: every sentence whole, people's text, definitions, of what it is."""
    lines = [*part.said, *(line.plain for line in part.text)]
    for each in part.entries:
        lines += [each.title, *each.lines]
    for title, formula in dict(part.definitions).items():
        lines.append(f"{title}: {formula}")
    return "\n".join([*lines, shown.source])


def plain(words: str) -> str:
    """Text that an XML file may hold."""
    return "".join(char if char >= " " or char in "\n\t" else "\ufffd" for char in words)


def _said(part: Part) -> list[Para]:
    return [Para(plain(words)) for words in part.said]


def _written(part: Part) -> list[Para]:
    found = []
    for line in part.text:
        dot = (Run("• "),) if line.kind == "li" else ()
        found.append(Para(plain(("• " if dot else "") + line.plain), (*dot, *line.runs)))
    return found


def _listed(part: Part) -> list[Para]:
    found = []
    for each in part.entries:
        found.append(Para(plain(each.title + (f" · {each.state}" if each.state else "")), bold=True))
        found += [Para(plain(f"• {line}")) for line in each.lines]
    return found
