"""The slides as a PPTX file with speaker notes: real titles for screen readers, lines of stated height, either direction of writing."""

from __future__ import annotations

import io
from typing import Any

from watchfloor.kernel.errors import MissingExtra
from watchfloor.training.domain.units import Span, Unit
from watchfloor.training.products import slides as plan
from watchfloor.training.products.labels import is_rtl, labels, written_for
from watchfloor.training.products.slides import Line, Slide

INK, QUIET, ACCENT, SOFT = "1B1F24", "59636E", "3B5BDB", "F1F3F5"
FONT = "Arial"
EMU = 12_700  # of a point


def deck(unit: Unit) -> bytes:
    """The file, 16:9.

    Raises:
        MissingExtra: python-pptx is not installed.
    """
    try:
        from pptx import Presentation
    except ImportError:
        raise MissingExtra("exchange", "A deck of slides") from None
    made: Any = Presentation()
    made.slide_width, made.slide_height = int(plan.WIDTH * EMU), int(plan.HEIGHT * EMU)
    about = made.core_properties
    about.title, about.author, about.language = unit.title, unit.owner, unit.language
    about.subject = written_for(unit)
    about.keywords = f"{unit.policy}/{unit.version}/{unit.stamp.digest}"
    drawn = plan.slides(unit)
    for number, slide in enumerate(drawn, 1):
        _Page(made, unit, slide).draw(number, len(drawn))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


class _Page:
    """One slide as it is drawn."""

    def __init__(self, made: Any, unit: Unit, slide: Slide) -> None:
        self._unit, self._slide, self._rtl = unit, slide, is_rtl(unit.language)
        self._page = made.slides.add_slide(made.slide_layouts[5])  # a title alone: screen readers and outlines find it

    def draw(self, number: int, total: int) -> None:
        """Everything on it, and its notes."""
        slide = self._slide
        cover = slide.kind == "cover"
        self._bar(cover)
        title = self._page.shapes.title
        top, room = (150.0, 150.0) if cover else (42.0, plan.TITLE_ROOM)
        size = 40.0 if cover and len(slide.title) < 60 else plan.title_size(slide.title)
        if slide.over:
            self._words(slide.over, plan.SIDE, 20, plan.WIDTH - 2 * plan.SIDE, 20, 14, QUIET)
        self._place(title, plan.SIDE, top, plan.WIDTH - 2 * plan.SIDE, room, anchor="b" if cover else "ctr")
        self._paragraph(title.text_frame.paragraphs[0], (Span(slide.title),), size, INK, bold=True, factor=0.9)
        self._body(316.0 if cover else plan.TOP)
        stamp = self._unit.stamp.short
        where = f"{number} / {total}"
        left, right = (where, stamp) if self._rtl else (stamp, where)
        self._words(left, plan.SIDE, 506, 540, 18, 11, QUIET, align="l")
        self._words(right, plan.WIDTH - plan.SIDE - 300, 506, 300, 18, 11, QUIET, align="r")
        self._notes()

    def _bar(self, cover: bool) -> None:
        width = 18.0 if cover else 8.0
        shape = self._page.shapes.add_shape(
            1, _emu(plan.WIDTH - width if self._rtl else 0), 0, _emu(width), _emu(plan.HEIGHT)
        )
        self._fill(shape, ACCENT)
        shape.name = "Edge"

    def _body(self, top: float) -> None:
        at = top
        box: list[Line] = []
        for line in self._slide.lines:
            if line.role == "quote":
                at = self._flow(box, at)
                box = []
                at = self._quote(line, at)
            else:
                box.append(line)
        self._flow(box, at)

    def _flow(self, lines: list[Line], top: float) -> float:
        """Paragraphs in one box of text; the height is the sum of theirs."""
        if not lines:
            return top
        tall = sum(plan.height(line) for line in lines)
        frame = self._box(plan.SIDE, top, plan.WIDTH - 2 * plan.SIDE, tall)
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            color = QUIET if line.role == "quiet" else INK
            self._paragraph(
                paragraph,
                line.spans,
                plan.size_of(line),
                color,
                bold=line.role == "strong",
                after=plan.GAP,
                sign=line.sign,
            )
        return top + tall

    def _quote(self, line: Line, top: float) -> float:
        tall = plan.height(line) + 16
        shape = self._page.shapes.add_shape(1, _emu(plan.SIDE), _emu(top), _emu(plan.WIDTH - 2 * plan.SIDE), _emu(tall))
        self._fill(shape, SOFT)
        frame = shape.text_frame
        self._frame(frame, inset=18)
        for number, text in enumerate(line.text.split("\n")):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            self._paragraph(paragraph, (Span(text),), plan.size_of(line), INK)
        return top + tall + 8

    def _words(
        self, text: str, x: float, y: float, width: float, tall: float, size: float, color: str, *, align: str = ""
    ) -> None:
        frame = self._box(x, y, width, tall)
        self._paragraph(frame.paragraphs[0], (Span(text),), size, color, align=align)

    def _box(self, x: float, y: float, width: float, tall: float) -> Any:
        shape = self._page.shapes.add_textbox(_emu(x), _emu(y), _emu(width), _emu(tall))
        self._frame(shape.text_frame)
        return shape.text_frame

    def _place(self, shape: Any, x: float, y: float, width: float, tall: float, *, anchor: str) -> None:
        shape.left, shape.top, shape.width, shape.height = _emu(x), _emu(y), _emu(width), _emu(tall)
        self._frame(shape.text_frame, anchor=anchor)

    def _frame(self, frame: Any, *, inset: float = 0, anchor: str = "t") -> None:
        from pptx.enum.text import MSO_AUTO_SIZE

        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.margin_left = frame.margin_right = _emu(inset)
        frame.margin_top = frame.margin_bottom = _emu(8 if inset else 0)
        frame._txBody.bodyPr.set("anchor", anchor)
        if self._rtl:
            frame._txBody.bodyPr.set("rtlCol", "1")

    def _paragraph(
        self, paragraph: Any, spans: tuple[Span, ...], size: float, color: str, *, bold: bool = False, after: float = 0,
        sign: str = "", align: str = "", factor: float = 1.0,
    ) -> None:  # fmt: skip
        from pptx.util import Pt

        for span in spans:
            run = paragraph.add_run()
            run.text = span.text
            run.font.size, run.font.bold, run.font.italic = Pt(size), bold or span.look == "strong", span.look == "em"
            run.font.name = "Courier New" if span.look == "code" else FONT
            _color(run.font, ACCENT if span.look == "link" else color)
            if span.look == "link":
                run.hyperlink.address = span.target
            self._language(run)
        paragraph.line_spacing, paragraph.space_before, paragraph.space_after = (
            Pt(plan.leading(size) * factor),
            Pt(0),
            Pt(after),
        )
        rules = paragraph._p.get_or_add_pPr()
        rules.set("algn", align or ("r" if self._rtl else "l"))
        rules.set("rtl", "1" if self._rtl else "0")
        if sign:
            self._sign(rules, sign)
        else:
            rules.set("marL", "0")
            rules.set("indent", "0")

    def _sign(self, rules: Any, sign: str) -> None:
        """A bullet or number of the program's own, so that lines hang beside it and editors go on counting."""
        from lxml import etree

        rules.set("marL", str(_emu(plan.INDENT)))  # the side that lines begin on, in either direction
        rules.set("indent", str(-_emu(plan.INDENT)))
        space = "http://schemas.openxmlformats.org/drawingml/2006/main"
        if sign == "•":
            etree.SubElement(rules, f"{{{space}}}buFont").set("typeface", FONT)
            etree.SubElement(rules, f"{{{space}}}buChar").set("char", sign)
        else:
            number = etree.SubElement(rules, f"{{{space}}}buAutoNum")
            number.set("type", "arabicPeriod")
            number.set("startAt", sign.rstrip("."))

    def _language(self, run: Any) -> None:
        rules = run._r.get_or_add_rPr()
        rules.set("lang", self._unit.language)
        if self._rtl:
            from lxml import etree

            space = "http://schemas.openxmlformats.org/drawingml/2006/main"
            shaped = etree.Element(f"{{{space}}}cs", typeface=FONT)
            rules.find(f"{{{space}}}latin").addnext(shaped)  # a link comes after the fonts

    def _notes(self) -> None:
        frame = self._page.notes_slide.notes_text_frame
        said = labels(self._unit.language)
        frame.text = f"{self._slide.notes}\n\n{said['source']}: {self._unit.stamp.short}"
        for paragraph in frame.paragraphs:
            rules = paragraph._p.get_or_add_pPr()
            rules.set("algn", "r" if self._rtl else "l")
            rules.set("rtl", "1" if self._rtl else "0")
            for run in paragraph.runs:
                run._r.get_or_add_rPr().set("lang", self._unit.language)

    def _fill(self, shape: Any, color: str) -> None:
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(color)
        shape.line.fill.background()
        shape.shadow.inherit = False
        for style in shape._element.findall("{http://schemas.openxmlformats.org/presentationml/2006/main}style"):
            shape._element.remove(style)  # the theme's shadow would come back with it


def _color(font: Any, color: str) -> None:
    font.color.rgb = _rgb(color)


def _rgb(color: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(color)  # type: ignore[no-untyped-call]


def _emu(points: float) -> int:
    return round(points * EMU)
