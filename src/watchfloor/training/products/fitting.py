"""How much room text takes, so that it is laid over slides by measure instead of running out of them.

Widths of Latin letters are those of Helvetica and the fonts made to fit it (Arial, Liberation Sans), which decks name; of other
letters those of the console's shipped fonts where they can be read; else what the widest common fonts need. All with a margin, because
the machine that shows a deck may not have the font it names. Line heights need no guess: slides state them in points.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

MARGIN = 1.12  # Inter, Verdana's cousins and fallbacks run wider than Arial
BOLD = 1.08
FONTS = Path(__file__).parents[2] / "console" / "static" / "console" / "dist" / "fonts"
# Advance widths in thousandths of the size, from space to tilde: the metrics Adobe published for Helvetica.
_ASCII = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667,
    778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222,
    222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_WORDS = re.compile(
    r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|[^\s\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+|\s"
)
_NO_START = "、。，．・：；？！）」』】〉》〕ー々"  # marks that no line begins with


@cache
def letter(char: str) -> float:
    """The width of a letter at size 1."""
    code = ord(char)
    if 32 <= code < 127:
        return _ASCII[code - 32] / 1000
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return 1.0
    base = unicodedata.normalize("NFD", char)[0]
    if base != char and 32 <= ord(base) < 127:
        return letter(base)
    shipped = _shipped().get(code)
    if shipped is not None:
        return shipped
    if 0x590 <= code < 0x780:  # Hebrew, Arabic: a little more than their letters are wide in common fonts
        return 0.6
    return 0.9 if unicodedata.category(char) in ("Lo", "So", "Sm", "Lu") else 0.7


@cache
def _shipped() -> dict[int, float]:
    """Code point to width of the console's fonts; nothing where they were not built or fonttools is not installed."""
    try:
        from fontTools.ttLib import TTFont
    except ImportError:
        return {}
    found: dict[int, float] = {}
    for path in sorted(FONTS.glob("*.woff2")):
        try:
            font = TTFont(path, lazy=True)
            scale = font["head"].unitsPerEm
            widths = font["hmtx"].metrics
            for code, name in font.getBestCmap().items():
                found.setdefault(code, widths[name][0] / scale)
        except Exception:  # noqa: S112 - a font that cannot be read costs precision, not the deck
            continue
    return found


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Points that a line takes, with the margin."""
    return sum(letter(char) for char in text) * size * MARGIN * (BOLD if bold else 1)


def wrap(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """The lines of a text in ``room`` points; a word that is wider than a line is cut."""
    lines = []
    for stretch in text.split("\n"):
        line = ""
        for word in _WORDS.findall(stretch):
            if width(line + word, size, bold=bold) <= room or (word in _NO_START and line):
                line += word
                continue
            if line.strip():
                lines.append(line.rstrip())
                line = ""
            if word.isspace():
                continue
            while width(word, size, bold=bold) > room and len(word) > 1:
                cut = _cut(word, room, size, bold)
                lines.append(word[:cut])
                word = word[cut:]
            line = word
        lines.append(line.rstrip())
    return lines


def _cut(word: str, room: float, size: float, bold: bool) -> int:
    for count in range(1, len(word) + 1):
        if width(word[:count], size, bold=bold) > room:
            return max(1, count - 1)
    return len(word)


def pieces(text: str, room: float, size: float, most: int) -> list[str]:
    """The text in pieces of at most ``most`` lines each, cut between sentences where one ends in the later half, else between words."""
    found: list[str] = []
    rest = text
    while rest.strip():
        lines = wrap(rest, room, size)
        if len(lines) <= most:
            found.append(rest.strip())
            break
        taken = _consumed(rest, lines[:most])
        ends = [match.end() for match in re.finditer(r"[.!?。！？؟…]+[\"')\u201d\u2019»」』]*\s*|\n", rest[:taken])]
        if ends and ends[-1] >= taken * 0.5:
            taken = ends[-1]
        found.append(rest[:taken].strip())
        rest = rest[taken:]
    return found


def _consumed(text: str, lines: list[str]) -> int:
    """How many letters of ``text`` these first lines of it are."""
    at = 0
    for line in lines:
        while at < len(text) and text[at].isspace():
            at += 1
        at += len(line)
    return max(1, at)
