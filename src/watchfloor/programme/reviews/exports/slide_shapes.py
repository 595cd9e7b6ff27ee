"""What is drawn on a slide: text that fits its box, tiles of numbers, native charts and tables; from right to left where the language is.

Nothing runs over an edge: text is measured on the safe side (``domain.layout``) and made smaller, or cut where the notes have it whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchfloor.insight.boards import wording
from watchfloor.insight.boards.answers import Answer as Picture
from watchfloor.programme.reviews.domain import layout
from watchfloor.programme.reviews.domain.markdown import Run
from watchfloor.programme.reviews.exports.slide_texts import GAP, Para, plain
from watchfloor.programme.reviews.shown import Number, Row

LEFT, ROOM = 0.6, 12.1  # inches
TOP, BOTTOM = 1.75, 6.85
LINE = 0.4  # a row of a table
TILE, SMALL_TILE = 1.75, 1.4  # a number
INK, QUIET, SOFT = "161A22", "4A5361", "F3F5F8"


class Pen:
    """Draws on slides of one deck."""

    def __init__(self, *, rtl: bool) -> None:
        self.rtl = rtl

    def box(
        self, slide: Any, words: str, place: tuple[float, float, float, float], sizes: Sequence[float], *, bold: bool = False,
        colour: str = INK,
    ) -> None:  # fmt: skip
        """One text at the greatest size that fits; at the least one what does not fit is cut (it stands whole in the notes)."""
        words = plain(words)
        if not words:
            return
        room = (place[2] * 72, place[3] * 72)
        fits = layout.fit(words, room, sizes)
        size = fits.size if fits else sizes[-1]
        self.paragraphs(slide, [Para(words if fits else layout.cut(words, room, size), bold=bold)], place, size, colour)

    def paragraphs(
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
                made.text = plain(run.text)
                made.font.size, made.font.color.rgb = Pt(size), _colour(colour)
                made.font.bold, made.font.italic = each.bold or run.style == "bold", run.style == "italic"
            paragraph.space_after = Pt(GAP)
            self._turned(paragraph)

    def _turned(self, paragraph: Any) -> None:
        if self.rtl:
            properties = paragraph._p.get_or_add_pPr()
            properties.set("rtl", "1")
            properties.set("algn", "r")

    def numbers(self, slide: Any, numbers: Sequence[Number], high: float) -> None:
        """Tiles in rows of three, each so high."""
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Inches

        across = min(3, len(numbers))
        wide, gap = (ROOM - 0.25 * (across - 1)) / across, 0.25
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
            self.box(slide, one.title, (x + 0.1, y + 0.05, wide - 0.2, 0.37), (13.0, 11.0, 10.0), colour=QUIET)
            self.box(
                slide,
                one.value,
                (x + 0.1, y + 0.24 * high, wide - 0.2, 0.4 * high),
                (32.0, 26.0, 20.0, 16.0),
                bold=True,
            )
            note = " ".join(filter(None, (one.interval, one.change)))
            self.box(
                slide, note, (x + 0.1, y + 0.64 * high, wide - 0.2, 0.34 * high), (12.0, 11.0, 10.0, 9.0), colour=QUIET
            )

    def chart(self, slide: Any, picture: Picture, wide: float) -> None:
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
            plain(picture.title) + (f" ({unit})" if unit else ""),
            [None if value is None else value / size for value in values],
        )
        if picture.lines[0].before:
            before = [None if value is None else value / size for value in picture.lines[0].before[: len(dots)]]
            data.add_series(plain(picture.base), before + [None] * (len(dots) - len(before)))
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

    def table(self, slide: Any, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """A native table; each cell one line, cut where it must be."""
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Inches, Pt

        first = min(4.5, ROOM / 2) if len(columns) > 1 else ROOM
        other = (ROOM - first) / max(1, len(columns) - 1)
        widths = [first, *[other] * (len(columns) - 1)]
        frame = slide.shapes.add_table(
            len(rows) + 1, len(columns), Inches(LEFT), Inches(TOP), Inches(ROOM), Inches(LINE * (len(rows) + 1))
        )
        table = frame.table
        if self.rtl:
            table._tbl.tblPr.set("rtl", "1")
        lines = [tuple(columns), *((row.name, *row.cells) for row in rows)]
        for place, wide in enumerate(widths):
            table.columns[place].width = Inches(wide)
        for down, line in enumerate(lines):
            table.rows[down].height = Inches(LINE)
            for across, words in enumerate(line[: len(columns)]):
                cell = table.cell(down, across)
                cell.text = layout.cut(
                    plain(words), (widths[across] * 72 - 4, 12 * layout.LEADING + 2 * layout.TALL + 1), 12.0
                )
                for paragraph in cell.text_frame.paragraphs:
                    paragraph.font.size = Pt(12)
                    if across:
                        paragraph.alignment = PP_ALIGN.LEFT if self.rtl else PP_ALIGN.RIGHT


def under_tiles(count: int, high: float) -> float:
    """Where so many tiles end."""
    return TOP + -(-count // 3) * (high + 0.15) + 0.1


def _colour(digits: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(digits)  # type: ignore[no-untyped-call]
