"""A review as a deck, 16:9: a slide for each block, its headline what the numbers say, native charts and tables, the whole in the notes.

Nothing runs over an edge: text is measured on the safe side (``domain.layout``), made smaller, and put on further slides, which carry
their share (``domain.spreading``).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from watchfloor.kernel.errors import MissingExtra
from watchfloor.programme.reviews.domain import spreading
from watchfloor.programme.reviews.exports import slide_texts
from watchfloor.programme.reviews.exports.slide_shapes import (
    BOTTOM,
    INK,
    LEFT,
    LINE,
    QUIET,
    ROOM,
    SMALL_TILE,
    TILE,
    TOP,
    Pen,
    under_tiles,
)
from watchfloor.programme.reviews.exports.slide_texts import GAP, Para, plain
from watchfloor.programme.reviews.shown import Part, Shown

WIDE, HIGH = 13.333, 7.5
ROWS = 11
BESIDE = 8.2  # a chart with text beside it
SIZES: Final = (16.0, 15.0, 14.0, 13.0)
SIZES_BESIDE: Final = (14.0, 13.0, 12.0, 11.0)
HEADS: Final = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
HEADS_COVER: Final = (40.0, 36.0, 32.0, 28.0, 24.0, 20.0)
Place = tuple[float, float, float, float]
WHOLE: Final[Place] = (LEFT, TOP, ROOM, BOTTOM - TOP)


def pptx(shown: Shown) -> bytes:
    """The deck.

    Raises:
        MissingExtra: python-pptx is not installed.
    """
    try:
        from pptx import Presentation
        from pptx.util import Inches
    except ImportError:
        raise MissingExtra("exchange", "A deck of slides") from None
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    deck.core_properties.title, deck.core_properties.author = plain(shown.title), "Watchfloor"
    with override(shown.language):
        maker = _Maker(deck, shown)
        maker.cover()
        for part in shown.parts:
            maker.part(part)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


class _Maker:
    """Puts slides into one deck."""

    def __init__(self, deck: Any, shown: Shown) -> None:
        self.deck, self.shown = deck, shown
        self.pen = Pen(rtl=shown.language in settings.LANGUAGES_BIDI)

    def cover(self) -> None:
        """Title, span, of what it is."""
        slide = self._blank()
        self.pen.box(slide, self.shown.title, (0.9, 2.2, 11.5, 1.6), HEADS_COVER, bold=True)
        self.pen.box(slide, self.shown.span, (0.9, 3.9, 11.5, 0.6), (20.0, 16.0, 14.0), colour=QUIET)
        self.pen.box(slide, self.shown.source, (0.9, 6.6, 11.5, 0.5), (12.0, 10.0, 9.0), colour=QUIET)

    def part(self, part: Part) -> None:
        """One block on one slide, or on as many as it takes."""
        if part.kind == "heading":
            slide = self._blank()
            self.pen.box(slide, part.title, (0.9, 2.9, 11.5, 1.6), (36.0, 32.0, 28.0, 24.0, 20.0), bold=True)
            return
        left = slide_texts.paragraphs(part)
        headline = part.said[0] if part.said and (part.numbers or part.picture or part.rows) else ""
        if headline:
            left = left[1:]
        if part.numbers:
            left = self._numbers(part, headline, left)
        elif part.picture is not None:
            slide = self._slide(part, headline)
            beside = bool(left)
            self.pen.chart(slide, part.picture, BESIDE if beside else ROOM)
            if beside:
                x = LEFT if self.pen.rtl else LEFT + BESIDE + 0.3
                left = self._fill(slide, left, (x, TOP, ROOM - BESIDE - 0.3, BOTTOM - TOP), SIZES_BESIDE)
        elif part.rows:
            left = self._rows(part, headline, left)
        else:
            left = self._fill(self._slide(part, ""), left, WHOLE)
        while left:
            left = self._fill(self._slide(part, "", further=True), left, WHOLE)

    def _numbers(self, part: Part, headline: str, left: list[Para]) -> list[Para]:
        """Tiles, lower ones where the text beneath fits only so; what is left of the text."""
        slide, texts = self._slide(part, headline), [each.text for each in left]
        places = {high: _beneath_at(under_tiles(len(part.numbers), high)) for high in (TILE, SMALL_TILE)}
        fitting = (high for high, place in places.items() if self._holds(texts, place))
        high = next(fitting, TILE)
        self.pen.numbers(slide, part.numbers, high)
        return self._fill(slide, left, places[high])

    def _rows(self, part: Part, headline: str, left: list[Para]) -> list[Para]:
        """A table on as many slides as it takes, text beneath; what is left of the text."""
        counts = spreading.rows(len(part.rows), ROWS)
        texts = [each.text for each in left]
        if (
            left
            and not self._holds(texts, _under(counts[-1]))
            and spreading.leftover(texts, _points(WHOLE), SIZES[0], GAP)
        ):
            more = spreading.rows(len(part.rows), ROWS, len(counts) + 1)
            counts = more if self._holds(texts, _under(more[-1])) else counts
        done = 0
        for number, count in enumerate(counts):
            slide = self._slide(part, headline, further=number > 0)
            self.pen.table(slide, part.columns, part.rows[done : done + count])
            done += count
        place = _under(counts[-1])
        return self._fill(slide, left, place) if self._holds(texts, place) else left

    def _holds(self, texts: list[str], place: Place) -> bool:
        """Whether all of it fits there."""
        return spreading.fits(texts, _points(place), SIZES, GAP) is not None

    def _fill(self, slide: Any, left: list[Para], place: Place, sizes: Sequence[float] = SIZES) -> list[Para]:
        """As many paragraphs as fit, none left over; those that follow."""
        room, size = _points(place), sizes[0]
        if not left or room[1] < 3 * size:
            return left
        fitting = spreading.fits([each.text for each in left], room, sizes, GAP)
        if fitting is not None:
            self.pen.paragraphs(slide, left, place, fitting, INK)
            return []
        whole = [piece for each in left for piece in slide_texts.pieces(each, room, size)]
        kept = spreading.first([each.text for each in whole], room, _points(WHOLE), size, GAP)
        self.pen.paragraphs(slide, whole[:kept], place, size, INK)
        return whole[kept:]

    def _blank(self) -> Any:
        return self.deck.slides.add_slide(self.deck.slide_layouts[6])

    def _slide(self, part: Part, headline: str, *, further: bool = False) -> Any:
        slide = self._blank()
        if further and part.title:
            headline = _("%(title)s, continued") % {"title": part.title}
        if headline and part.title and headline != part.title and not further:
            self.pen.box(slide, part.title, (LEFT, 0.3, ROOM, 0.4), (14.0, 12.0, 10.0), colour=QUIET)
            self.pen.box(slide, headline, (LEFT, 0.68, ROOM, 1.0), HEADS, bold=True)
        else:
            self.pen.box(slide, headline or part.title, (LEFT, 0.45, ROOM, 1.1), HEADS, bold=True)
        self.pen.box(slide, self.shown.source, (LEFT, 7.0, ROOM, 0.36), (10.0, 9.0, 8.0), colour=QUIET)
        slide.notes_slide.notes_text_frame.text = plain(slide_texts.notes(part, self.shown))
        return slide


def _under(count: int) -> Place:
    """The place beneath a table of so many rows and its head."""
    return _beneath_at(TOP + LINE * (count + 1) + 0.2)


def _beneath_at(y: float) -> Place:
    return LEFT, y, ROOM, max(BOTTOM - y, 0.0)


def _points(place: Place) -> tuple[float, float]:
    return place[2] * 72, place[3] * 72
