"""The facilitator guide as a DOCX file: plan with times, what to say, activities with answers, questions with answers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from watchfloor.kernel.errors import MissingExtra
from watchfloor.training.domain.units import Activity, Block, Case, Question, Span, Unit, timed
from watchfloor.training.products.docx_order import put
from watchfloor.training.products.labels import finding, heading, is_rtl, labels, written_for

FONT = "Arial"
QUIET, SOFT, ACCENT = "59636E", "F1F3F5", "3B5BDB"


def guide_docx(unit: Unit) -> bytes:
    """The file, A4.

    Raises:
        MissingExtra: python-docx is not installed.
    """
    try:
        import docx
    except ImportError:
        raise MissingExtra("exchange", "A facilitator guide as DOCX") from None
    made = docx.Document()
    _Guide(made, unit).write()
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


class _Guide:
    """The document as it is written, from top to bottom."""

    def __init__(self, made: Any, unit: Unit) -> None:
        self._made, self._unit = made, unit
        self._said, self._rtl, self._plan = labels(unit.language), is_rtl(unit.language), timed(unit)

    def write(self) -> None:
        """All of it."""
        unit, said = self._unit, self._said
        self._page()
        self._heading(unit.title, 0)
        self._quiet(f"{said['guide']} · {written_for(unit)} · {unit.minutes} {said['minutes']}")
        self._quiet(f"{said['owner']}: {unit.owner} · {said['review']} {unit.review.isoformat()}")
        self._heading(said["plan"], 1)
        self._times()
        self._section("aim")
        self._blocks(unit.aim)
        self._section("explanation")
        for part in unit.explanation:
            if part.title:
                self._heading(part.title, 2)
            self._blocks(part.blocks)
        for name, cases in (("examples", unit.examples), ("edge-cases", unit.edge_cases)):
            if cases:
                self._section(name)
                for case in cases:
                    self._case(case)
        if unit.activities:
            self._section("activities")
            starts = {part.number: part.start for part in self._plan if part.section == "activities"}
            for number, activity in enumerate(unit.activities):
                self._activity(activity, starts[number])
        if unit.questions:
            self._section("questions")
            self._paragraph((Span(said["keep"]),), color=QUIET, keep=True)
            for question in unit.questions:
                self._question(question)

    def _page(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt, RGBColor

        about = self._made.core_properties
        about.title, about.author, about.language = self._unit.title, self._unit.owner, self._unit.language
        about.subject = written_for(self._unit)
        stamp = self._unit.stamp
        about.keywords = f"{stamp.policy}/{stamp.version}/{stamp.digest}"
        for name, size in (("Normal", 11), ("Title", 24), ("Heading 1", 16), ("Heading 2", 13), ("Heading 3", 12)):
            style = self._made.styles[name]
            style.font.name, style.font.size = FONT, Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{kind}"), None)
            fonts.set(qn("w:cs"), FONT)
            rules = style.element.get_or_add_rPr()
            for other in rules.findall(qn("w:szCs")):
                rules.remove(other)
            put(rules, _element("w:szCs", val=str(size * 2)))
            if name != "Normal":
                style.font.color.rgb = RGBColor.from_string("1B1F24")
        normal = self._made.styles["Normal"].paragraph_format
        normal.space_after, normal.line_spacing = Pt(6), 1.2
        section = self._made.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(22)
        section.top_margin = section.bottom_margin = Mm(20)
        if self._rtl:
            put(section._sectPr, _element("w:bidi"))
        foot = section.footer.paragraphs[0]
        self._runs(foot, (Span(f"{stamp.short} · "),), size=8, color=QUIET)
        run = foot.add_run()
        run.font.size, run.font.color.rgb = Pt(8), RGBColor.from_string(QUIET)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            if kind:
                run._r.append(_element("w:fldChar", fldCharType=kind))
            else:
                code = _element("w:instrText")
                code.text = text
                run._r.append(code)
        self._turn(foot)

    def _times(self) -> None:
        said, unit = self._said, self._unit
        table = self._made.add_table(rows=1, cols=3)
        table.style = "Table Grid"
        if self._rtl:
            put(table._tbl.tblPr, _element("w:bidiVisual"))
        for cell, text in zip(table.rows[0].cells, (said["from"], said["duration"], said["what"]), strict=True):
            self._cell(cell, text, bold=True)
        head = table.rows[0]._tr.get_or_add_trPr()
        head.append(_element("w:tblHeader"))
        for part in self._plan:
            name = heading(unit, part.section)
            if part.number >= 0:
                name = f"{name}: {unit.activities[part.number].title}"
            cells = table.add_row().cells
            for cell, text in zip(cells, (str(part.start), str(part.minutes), name), strict=True):
                self._cell(cell, text)
        from docx.shared import Mm

        table.autofit = False
        wides = (32, 24, 110)
        for column, wide in zip(table.columns, wides, strict=True):
            column.width = Mm(wide)
        for row in table.rows:
            row._tr.get_or_add_trPr().insert(0, _element("w:cantSplit"))  # before what says that it is the head
            for cell, wide in zip(row.cells, wides, strict=True):
                cell.width = Mm(wide)

    def _cell(self, cell: Any, text: str, *, bold: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = 0
        self._runs(paragraph, (Span(text, "strong" if bold else ""),))
        self._turn(paragraph)

    def _section(self, name: str) -> None:
        minutes = sum(part.minutes for part in self._plan if part.section == name)
        after = f" ({minutes} {self._said['minutes']})" if minutes else ""
        self._heading(heading(self._unit, name) + after, 1)

    def _case(self, case: Case) -> None:
        said = self._said
        self._heading(case.title, 2)
        self._shown(case.shown)
        words = f"{said['finding']}: {finding(self._unit, case.finding)}"
        words += f" · {said['clause']} {case.clause}" if case.clause else ""
        self._paragraph((Span(words, "strong"),), keep=True)
        self._blocks(case.why)

    def _activity(self, activity: Activity, start: int) -> None:
        said = self._said
        self._heading(f"{activity.title} ({activity.minutes} {said['minutes']})", 2)
        self._quiet(f"{start}\u2013{start + activity.minutes} {said['minutes']}")
        if activity.materials:
            self._paragraph((Span(f"{said['materials']}: ", "strong"), Span(activity.materials)))
        self._blocks(activity.task)
        self._paragraph((Span(said["answer"], "strong"),), shade=True, keep=True)
        self._blocks(activity.answer, shade=True)

    def _question(self, question: Question) -> None:
        said = self._said
        self._heading(question.title, 2)
        if question.shown:
            self._shown(question.shown)
        self._paragraph((Span(question.ask),), keep=True)
        for letter, choice in zip("ABCDEFGHIJKL", question.choices, strict=False):
            look = "strong" if choice.right else ""
            mark = " ✓" if choice.right else ""
            self._paragraph((Span(f"{letter}.  {choice.text}{mark}", look),), indent=True, keep=True)
        clause = f" ({said['clause']} {question.clause})" if question.clause else ""
        self._paragraph((Span(f"{said['right']}: ", "strong"), Span(question.right + clause)), shade=True, keep=True)
        self._paragraph((Span(question.why),), shade=True)

    def _blocks(self, blocks: Sequence[Block], *, shade: bool = False) -> None:
        for block in blocks:
            for number, item in enumerate(block.items, 1):
                if block.kind in ("ul", "ol"):
                    sign = "•" if block.kind == "ul" else f"{number}."
                    self._paragraph((Span(f"{sign}\t"), *item), indent=True, shade=shade)
                else:
                    self._paragraph(item, shade=shade or block.kind == "quote")

    def _shown(self, text: str) -> None:
        lines = text.split("\n")
        for number, line in enumerate(lines):
            self._paragraph((Span(line),), shade=True, keep=number < len(lines) - 1)

    def _quiet(self, text: str) -> None:
        self._paragraph((Span(text),), color=QUIET)

    def _heading(self, text: str, level: int) -> None:
        paragraph = self._made.add_heading(level=level)
        self._runs(paragraph, (Span(text),))
        self._turn(paragraph)

    def _paragraph(
        self, spans: Sequence[Span], *, color: str = "", indent: bool = False, shade: bool = False, keep: bool = False
    ) -> None:
        from docx.shared import Mm, Pt

        paragraph = self._made.add_paragraph()
        form = paragraph.paragraph_format
        if indent:
            # Word turns left into "before" where a paragraph is written from the right.
            form.left_indent, form.first_line_indent = Mm(7), Mm(-7)
            form.tab_stops.add_tab_stop(Mm(7))
            form.space_after = Pt(2)
        form.keep_with_next = keep
        if shade:
            put(paragraph._p.get_or_add_pPr(), _element("w:shd", val="clear", color="auto", fill=SOFT))
        self._runs(paragraph, spans, color=color)
        self._turn(paragraph)

    def _runs(self, paragraph: Any, spans: Sequence[Span], *, size: float = 0, color: str = "") -> None:
        from docx.shared import Pt, RGBColor

        for span in spans:
            run = paragraph.add_run(span.text)
            run.bold, run.italic = span.look == "strong" or None, span.look == "em" or None
            if span.look == "code":
                run.font.name = "Courier New"
            if size:
                run.font.size = Pt(size)
            shade = ACCENT if span.look == "link" else color
            if shade:
                run.font.color.rgb = RGBColor.from_string(shade)
            rules = run._r.get_or_add_rPr()
            if span.look == "link":
                run.font.underline = True
            if self._rtl:
                put(rules, _element("w:rtl"))
                # Letters of such scripts have a size and weight of their own.
                if size:
                    put(rules, _element("w:szCs", val=str(round(size * 2))))
                for look, name in (("strong", "w:bCs"), ("em", "w:iCs")):
                    if span.look == look:
                        put(rules, _element(name))
            tongue = {"bidi": self._unit.language} if self._rtl else {"val": self._unit.language}
            if self._unit.language.split("-")[0] in ("ja", "zh", "ko"):
                tongue["eastAsia"] = self._unit.language
            put(rules, _element("w:lang", **tongue))
            if span.look == "link":
                self._link(paragraph, run, span.target)

    def _link(self, paragraph: Any, run: Any, target: str) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml.ns import qn

        link = _element("w:hyperlink")
        link.set(qn("r:id"), paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run._r.addprevious(link)
        link.append(run._r)

    def _turn(self, paragraph: Any) -> None:
        if self._rtl:
            put(paragraph._p.get_or_add_pPr(), _element("w:bidi"))


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made
