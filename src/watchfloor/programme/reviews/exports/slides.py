"""A review as a deck, 16:9: a slide for each block, its headline what the numbers say, native charts and tables, the whole in the notes.

Nothing runs over an edge: text is measured on the safe side (``domain.layout``), made smaller, and put on further slides.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from watchfloor.insight.boards import wording
from watchfloor.insight.boards.answers import Answer as Picture
from watchfloor.kernel.errors import MissingExtra
from watchfloor.programme.reviews.domain import layout
from watchfloor.programme.reviews.domain.markdown import Run
from watchfloor.programme.reviews.shown import Number, Part, Row, Shown

WIDE, HIGH = 13.333, 7.5
LEFT, ROOM = 0.6, 12.1  # inches
TOP, BOTTOM = 1.75, 6.85
ROWS = 11
GAP = 5.0  # points between paragraphs
BODY = 16.0
HEADS: Final = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
HEADS_COVER: Final = (40.0, 36.0, 32.0, 28.0, 24.0, 20.0)
INK, QUIET, SOFT = "161A22", "4A5361", "F3F5F8"


class Para(msgspec.Struct, frozen=True):
    """A paragraph on a slide."""

    text: str
    runs: tuple[Run, ...] = ()
    bold: bool = False


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
    deck.core_properties.title, deck.core_properties.author = _plain(shown.title), "Watchfloor"
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
        self.rtl = shown.language in settings.LANGUAGES_BIDI

    def cover(self) -> None:
        """Title, span, of what it is."""
        slide = self._blank()
        self._box(slide, self.shown.title, (0.9, 2.2, 11.5, 1.6), HEADS_COVER, bold=True)
        self._box(slide, self.shown.span, (0.9, 3.9, 11.5, 0.6), (20.0, 16.0, 14.0), colour=QUIET)
        self._box(slide, self.shown.source, (0.9, 6.6, 11.5, 0.5), (12.0, 10.0, 9.0), colour=QUIET)

    def part(self, part: Part) -> None:
        """One block on one slide, or on as many as it takes."""
        if part.kind == "heading":
            slide = self._blank()
            self._box(slide, part.title, (0.9, 2.9, 11.5, 1.6), (36.0, 32.0, 28.0, 24.0, 20.0), bold=True)
            return
        left = [*_said(part), *_written(part), *_listed(part)]
        headline = part.said[0] if part.said and (part.numbers or part.picture or part.rows) else ""
        if headline:
            left = left[1:]
        if part.numbers:
            slide = self._slide(part, headline)
            below = self._numbers(slide, part.numbers)
            left = self._fill(slide, left, (LEFT, below, ROOM, BOTTOM - below))
        elif part.picture is not None:
            slide = self._slide(part, headline)
            beside = bool(left)
            self._chart(slide, part.picture, 8.2 if beside else ROOM)
            if beside:
                x = LEFT if self.rtl else LEFT + 8.5
                left = self._fill(slide, left, (x, TOP, ROOM - 8.5, BOTTOM - TOP), size=14.0)
        elif part.rows:
            for start in range(0, len(part.rows), ROWS):
                slide = self._slide(part, headline if start == 0 else _("%(title)s, continued") % {"title": part.title})
                self._table(slide, part.columns, part.rows[start : start + ROWS])
        else:
            slide = self._slide(part, "")
            left = self._fill(slide, left, (LEFT, TOP, ROOM, BOTTOM - TOP))
        while left:
            slide = self._slide(part, _("%(title)s, continued") % {"title": part.title} if part.title else "")
            left = self._fill(slide, left, (LEFT, TOP, ROOM, BOTTOM - TOP))

    def _blank(self) -> Any:
        return self.deck.slides.add_slide(self.deck.slide_layouts[6])

    def _slide(self, part: Part, headline: str) -> Any:
        slide = self._blank()
        if headline and part.title and headline != part.title:
            self._box(slide, part.title, (LEFT, 0.3, ROOM, 0.4), (14.0, 12.0, 10.0), colour=QUIET)
            self._box(slide, headline, (LEFT, 0.68, ROOM, 1.0), HEADS, bold=True)
        else:
            self._box(slide, headline or part.title, (LEFT, 0.45, ROOM, 1.1), HEADS, bold=True)
        self._box(slide, self.shown.source, (LEFT, 7.0, ROOM, 0.36), (10.0, 9.0, 8.0), colour=QUIET)
        slide.notes_slide.notes_text_frame.text = _plain(_notes(part, self.shown))
        return slide

    def _box(
        self, slide: Any, words: str, place: tuple[float, float, float, float], sizes: Sequence[float], *, bold: bool = False,
        colour: str = INK,
    ) -> None:  # fmt: skip
        """One text at the greatest size that fits; at the least one what does not fit is cut (it stands whole in the notes)."""
        words = _plain(words)
        if not words:
            return
        room = (place[2] * 72, place[3] * 72)
        fits = layout.fit(words, room, sizes)
        size = fits.size if fits else sizes[-1]
        self._paragraphs(
            slide, [Para(words if fits else layout.cut(words, room, size), bold=bold)], place, size, colour
        )

    def _fill(
        self, slide: Any, paragraphs: list[Para], place: tuple[float, float, float, float], *, size: float = BODY
    ) -> list[Para]:
        """As many paragraphs as fit; those that are left."""
        room = (place[2] * 72, place[3] * 72)
        if not paragraphs or room[1] < 3 * size:
            return paragraphs
        whole = [piece for each in paragraphs for piece in _pieces(each, room, size)]
        pages = layout.pages([each.text for each in whole], room, size, GAP)
        self._paragraphs(slide, [whole[number] for number in pages[0]], place, size, INK)
        return whole[len(pages[0]) :]

    def _paragraphs(
        self, slide: Any, paragraphs: Sequence[Para], place: tuple[float, float, float, float], size: float, colour: str
    ) -> None:
        from pptx.util import Inches, Pt

        x, y, wide, high = place
        frame = slide.shapes.add_textbox(Inches(x), Inches(y), Inches(wide), Inches(high)).text_frame
        frame.word_wrap = True
        for number, each in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            for run in each.runs or (Run(each.text),):
                made = paragraph.add_run()
                made.text = _plain(run.text)
                made.font.size, made.font.color.rgb = Pt(size), _colour(colour)
                made.font.bold, made.font.italic = each.bold or run.style == "bold", run.style == "italic"
            paragraph.space_after = Pt(GAP)
            self._turned(paragraph)

    def _turned(self, paragraph: Any) -> None:
        if self.rtl:
            properties = paragraph._p.get_or_add_pPr()
            properties.set("rtl", "1")
            properties.set("algn", "r")

    def _numbers(self, slide: Any, numbers: Sequence[Number]) -> float:
        """Tiles in rows of three; where they end."""
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Inches

        across = min(3, len(numbers))
        wide, high, gap = (ROOM - 0.25 * (across - 1)) / across, 1.75, 0.25
        ordered = list(numbers)
        for number, one in enumerate(ordered):
            column, row = number % across, number // across
            column = across - 1 - column if self.rtl else column
            x, y = LEFT + column * (wide + gap), TOP + row * (high + 0.15)
            back = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(x), Inches(y), Inches(wide), Inches(high))
            back.fill.solid()
            back.fill.fore_color.rgb = _colour(SOFT)
            back.line.fill.background()
            back.shadow.inherit = False
            self._box(slide, one.title, (x + 0.1, y + 0.05, wide - 0.2, 0.4), (13.0, 11.0, 10.0), colour=QUIET)
            self._box(slide, one.value, (x + 0.1, y + 0.42, wide - 0.2, 0.7), (32.0, 26.0, 20.0, 16.0), bold=True)
            note = " ".join(filter(None, (one.interval, one.change)))
            self._box(slide, note, (x + 0.1, y + 1.12, wide - 0.2, 0.6), (12.0, 11.0, 10.0, 9.0), colour=QUIET)
        return TOP + -(-len(ordered) // across) * (high + 0.15) + 0.1

    def _chart(self, slide: Any, picture: Picture, wide: float) -> None:
        """A native line chart, gaps left as gaps; what it is compared with is one more line."""
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
        from pptx.util import Inches, Pt

        dots = picture.lines[0].dots
        values = [dot.value for dot in dots]
        unit, size = wording.scale(picture.unit, max((value for value in values if value is not None), default=0))
        data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
        data.categories = [wording.tick_words(dot.at, picture.interval) for dot in dots]
        data.add_series(
            _plain(picture.title) + (f" ({unit})" if unit else ""),
            [None if value is None else value / size for value in values],
        )
        if picture.lines[0].before:
            before = [None if value is None else value / size for value in picture.lines[0].before[: len(dots)]]
            data.add_series(_plain(picture.base), before + [None] * (len(dots) - len(before)))
        x = LEFT + (ROOM - wide if self.rtl else 0)
        chart = slide.shapes.add_chart(
            XL_CHART_TYPE.LINE, Inches(x), Inches(TOP), Inches(wide), Inches(BOTTOM - TOP), data
        ).chart
        chart.font.size = Pt(12)
        chart.has_title = False
        chart.has_legend = len(list(chart.plots[0].series)) > 1
        if chart.has_legend:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        if all(value is None or value >= 0 for value in values):
            chart.value_axis.minimum_scale = 0
        for series in chart.plots[0].series:
            series.smooth = False

    def _table(self, slide: Any, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """A native table; each cell one line, cut where it must be."""
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Inches, Pt

        first = min(4.5, ROOM / 2) if len(columns) > 1 else ROOM
        other = (ROOM - first) / max(1, len(columns) - 1)
        widths = [first, *[other] * (len(columns) - 1)]
        high = 0.4
        frame = slide.shapes.add_table(
            len(rows) + 1, len(columns), Inches(LEFT), Inches(TOP), Inches(ROOM), Inches(high * (len(rows) + 1))
        )
        table = frame.table
        if self.rtl:
            table._tbl.tblPr.set("rtl", "1")
        lines = [tuple(columns), *((row.name, *row.cells) for row in rows)]
        for place, wide in enumerate(widths):
            table.columns[place].width = Inches(wide)
        for down, line in enumerate(lines):
            table.rows[down].height = Inches(high)
            for across, words in enumerate(line[: len(columns)]):
                cell = table.cell(down, across)
                cell.text = layout.cut(
                    _plain(words), (widths[across] * 72 - 4, 12 * layout.LEADING + 2 * layout.TALL + 1), 12.0
                )
                for paragraph in cell.text_frame.paragraphs:
                    paragraph.font.size = Pt(12)
                    if across:
                        paragraph.alignment = PP_ALIGN.LEFT if self.rtl else PP_ALIGN.RIGHT


def _colour(digits: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(digits)  # type: ignore[no-untyped-call]


def _said(part: Part) -> list[Para]:
    return [Para(_plain(words)) for words in part.said]


def _written(part: Part) -> list[Para]:
    found = []
    for line in part.text:
        dot = (Run("• "),) if line.kind == "li" else ()
        found.append(Para(_plain(("• " if dot else "") + line.plain), (*dot, *line.runs)))
    return found


def _listed(part: Part) -> list[Para]:
    found = []
    for each in part.entries:
        found.append(Para(_plain(each.title + (f" · {each.state}" if each.state else "")), bold=True))
        found += [Para(_plain(f"• {line}")) for line in each.lines]
    return found


def _pieces(paragraph: Para, room: tuple[float, float], size: float) -> list[Para]:
    """A paragraph that fills more than a slide, in pieces (its styles are given up)."""
    pieces = layout.pieces(paragraph.text, (room[0], room[1] - 2 * layout.TALL - GAP), size)
    return [paragraph] if len(pieces) <= 1 else [Para(piece, bold=paragraph.bold) for piece in pieces]


def _notes(part: Part, shown: Shown) -> str:
    """What is said aloud: every sentence whole, people's text, definitions, of what it is."""
    lines = [*part.said, *(line.plain for line in part.text)]
    for each in part.entries:
        lines += [each.title, *each.lines]
    for title, formula in dict(part.definitions).items():
        lines.append(f"{title}: {formula}")
    return "\n".join([*lines, shown.source])


def _plain(words: str) -> str:
    """Text that an XML file may hold."""
    return "".join(char if char >= " " or char in "\n\t" else "\ufffd" for char in words)
