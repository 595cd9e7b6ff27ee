"""A deck: one slide for each panel, its title the sentence the numbers say, native charts and tables, definitions in the notes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from watchfloor.insight.boards import wording
from watchfloor.insight.boards.answers import Answer
from watchfloor.insight.boards.drawing.picture import source_line
from watchfloor.kernel.errors import MissingExtra

ROWS = 12  # of a table on a slide


def pptx(name: str, purpose: str, answers: Sequence[Answer]) -> bytes:
    """The deck, 16:9.

    Raises:
        MissingExtra: python-pptx is not installed.
    """
    try:
        from pptx import Presentation
        from pptx.util import Inches
    except ImportError:
        raise MissingExtra("exchange", "A deck of slides") from None
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    cover = deck.slides.add_slide(deck.slide_layouts[6])
    _words(cover, name, 1, 2.4, 11.3, 1.2, 40, bold=True)
    _words(cover, purpose, 1, 3.6, 11.3, 0.8, 20)
    if answers:
        _words(cover, source_line(answers[0]), 1, 6.6, 11.3, 0.5, 12)
    for answered in answers:
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        _words(slide, answered.sentence or answered.title, 0.6, 0.4, 12.1, 0.9, 26, bold=True)
        if answered.sentence:
            _words(slide, answered.title, 0.6, 1.2, 12.1, 0.5, 16)
        _body(slide, answered)
        _words(slide, source_line(answered), 0.6, 6.95, 12.1, 0.4, 11)
        slide.notes_slide.notes_text_frame.text = _notes(answered)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def _notes(answered: Answer) -> str:
    lines = [source_line(answered)]
    for title, formula, pitfalls in answered.definitions:
        lines += [f"{title}: {formula}", _("Beware: %(pitfalls)s") % {"pitfalls": pitfalls}]
    return "\n".join(lines)


def _words(
    slide: Any, words: str, x: float, y: float, width: float, height: float, size: int, *, bold: bool = False
) -> None:
    from pptx.util import Inches, Pt

    frame = slide.shapes.add_textbox(Inches(x), Inches(y), Inches(width), Inches(height)).text_frame
    frame.word_wrap = True
    frame.text = _plain(words)
    for paragraph in frame.paragraphs:
        paragraph.font.size, paragraph.font.bold = Pt(size), bold


def _plain(words: str) -> str:
    """Text that an XML file may hold."""
    return "".join(char if char >= " " or char in "\n\t" else "\ufffd" for char in words)


def _body(slide: Any, answered: Answer) -> None:
    match answered.panel.form:
        case "text":
            _words(slide, answered.panel.text, 0.6, 1.9, 12.1, 4.8, 18)
        case "number":
            width = 12.1 / max(1, len(answered.numbers))
            for place, number in enumerate(answered.numbers):
                x = 0.6 + place * width
                _words(slide, number.title, x, 2.2, width, 0.5, 16)
                _words(slide, wording.value_words(number.unit, number.value), x, 2.7, width, 1.2, 44, bold=True)
                change = wording.change_words(number.value, number.before)
                _words(slide, f"{change} {number.base}".strip() if change else "", x, 3.9, width, 0.5, 14)
        case "line" | "multiples":
            _lines(slide, answered)
        case "bars":
            _bars(slide, answered)
        case _:
            _table(slide, answered)


def _lines(slide: Any, answered: Answer) -> None:
    """A native line chart, gaps left as gaps; what it is compared with is one more line."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    longest = max((line.dots for line in answered.lines), key=len, default=[])
    if not longest:
        return
    values = [dot.value for line in answered.lines for dot in line.dots if dot.value is not None]
    unit, size = wording.scale(answered.unit, max(values, default=0))
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = [wording.tick_words(dot.at, answered.interval) for dot in longest]
    for line in answered.lines:
        data.add_series(
            _plain(line.name) + (f" ({unit})" if unit else ""),
            _scaled([dot.value for dot in line.dots], size, len(longest)),
        )
        if line.before:
            data.add_series(_plain(answered.base), _scaled(line.before, size, len(longest)))
        if line.target is not None:
            data.add_series(_("target"), [line.target / size] * len(longest))
    chart = _chart(slide, XL_CHART_TYPE.LINE, data)
    chart.value_axis.minimum_scale = None if any(value < 0 for value in values) else 0
    for series in chart.plots[0].series:
        series.smooth = False


def _scaled(values: Sequence[float | None], size: float, length: int) -> list[float | None]:
    found = [None if value is None else value / size for value in values[:length]]
    return found + [None] * (length - len(found))


def _bars(slide: Any, answered: Answer) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    shown = answered.rows[:ROWS]
    if not shown:
        return
    cells = [row.cells[0] for row in shown]
    unit, size = wording.scale(answered.unit, max((cell.value or 0 for cell in cells), default=0))
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = [_plain(", ".join(row.names)) for row in shown]
    title = answered.definitions[0][0] + (f" ({unit})" if unit else "")
    data.add_series(title, [None if cell.value is None else cell.value / size for cell in cells])
    chart = _chart(slide, XL_CHART_TYPE.BAR_CLUSTERED, data)
    chart.category_axis.reverse_order = True
    chart.value_axis.minimum_scale = 0


def _chart(slide: Any, kind: Any, data: Any) -> Any:
    from pptx.enum.chart import XL_LEGEND_POSITION
    from pptx.util import Inches, Pt

    chart = slide.shapes.add_chart(kind, Inches(0.6), Inches(1.8), Inches(12.1), Inches(5.0), data).chart
    chart.font.size = Pt(12)
    chart.has_legend = len(list(chart.plots[0].series)) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    return chart


def _table(slide: Any, answered: Answer) -> None:
    from pptx.util import Inches, Pt

    shown = answered.rows[:ROWS]
    if not shown:
        return
    columns = answered.columns
    frame = slide.shapes.add_table(
        len(shown) + 1, len(columns), Inches(0.6), Inches(1.9), Inches(12.1), Inches(0.36 * (len(shown) + 1))
    )
    for place, title in enumerate(columns):
        frame.table.cell(0, place).text = _plain(title)
    for number, row in enumerate(shown, 1):
        words = [*row.names, *(wording.value_words(cell.unit, cell.value) for cell in row.cells)]
        for place, each in enumerate(words[: len(columns)]):
            frame.table.cell(number, place).text = _plain(each)
    for row in frame.table.rows:
        for cell in row.cells:
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(12)
