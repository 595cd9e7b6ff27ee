"""Which words stand on which slide of a unit's deck, and what is said to each: by rule and by measure, before any file is written.

On a slide stand the lists of a part of the explanation; its paragraphs are what the speaker says, and stand in the notes. A part
without lists shows the first sentence of each paragraph. Examples come in two: what is seen, then what is found. Nothing is made smaller
to fit: what does not fit goes on the next slide. Exam questions are not on slides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from watchfloor.training.domain.units import Activity, Block, Case, Part, Span, Unit, timed
from watchfloor.training.domain.units.differences import text_of
from watchfloor.training.products import fitting
from watchfloor.training.products.labels import finding, heading, labels, written_for

WIDTH, HEIGHT = 960.0, 540.0  # points of a slide
SIDE, TOP, BOTTOM = 54.0, 126.0, 492.0  # of the body
INDENT, GAP = 28.0, 10.0
SIZE, QUOTE_SIZE = 24.0, 22.0
TITLE_ROOM = 76.0
_SENTENCE = re.compile(r"^.+?[.!?。！？؟](?=\s|$|[^\x00-\u2fff])", re.DOTALL)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph on a slide. ``sign``: "" | "•" | "1."; ``role``: body | quote | strong | quiet."""

    spans: tuple[Span, ...]
    sign: str = ""
    role: str = "body"

    @property
    def text(self) -> str:
        """Without looks."""
        return "".join(span.text for span in self.spans)


class Slide(msgspec.Struct, frozen=True, kw_only=True):
    """One slide. ``kind``: cover | body; ``over``: the small words above the title."""

    title: str
    lines: tuple[Line, ...]
    notes: str
    over: str = ""
    kind: str = "body"


def leading(size: float) -> float:
    """The height of a line, stated in the file; room for scripts that stand tall."""
    return round(size * 1.36)


def size_of(line: Line) -> float:
    """The size of a paragraph's letters."""
    return QUOTE_SIZE if line.role == "quote" else SIZE


def room_of(line: Line) -> float:
    """The width a paragraph has."""
    inset = 2 * 18 if line.role == "quote" else 0
    return WIDTH - 2 * SIDE - (INDENT if line.sign else 0) - inset


def height(line: Line) -> float:
    """The height a paragraph takes, with the gap after it."""
    size = size_of(line)
    bold = line.role == "strong" or any(span.look == "strong" for span in line.spans)
    count = len(fitting.wrap(line.text, room_of(line), size, bold=bold))
    return count * leading(size) + (0 if line.role == "quote" else GAP)


def title_size(title: str) -> float:
    """The largest size in which a title keeps to its place."""
    for size in (30.0, 26.0, 22.0, 18.0, 15.0):
        if len(fitting.wrap(title, WIDTH - 2 * SIDE, size, bold=True)) * leading(size) * 0.9 <= TITLE_ROOM:
            return size
    return 12.0


def slides(unit: Unit) -> list[Slide]:
    """All slides, in order."""
    said = labels(unit.language)
    plan = timed(unit)
    start = {(part.section, part.number): part for part in plan}

    def over(section: str, number: int = -1) -> str:
        part = start.get((section, number))
        return f"{heading(unit, section)} · {part.minutes} {said['minutes']}" if part else heading(unit, section)

    cover = (_line(f"{written_for(unit)} · {unit.minutes} {said['minutes']}", role="quiet"),
             _line(f"{said['owner']}: {unit.owner}", role="quiet"))  # fmt: skip
    agenda = "\n".join(
        f"{part.start}\u2013{part.start + part.minutes} {said['minutes']}: {_what(unit, part.section, part.number)}"
        for part in plan
    )
    found = [Slide(title=unit.title, lines=cover, notes=f"{said['plan']}\n{agenda}", kind="cover")]
    found += _part(Part(title=heading(unit, "aim"), blocks=unit.aim), over("aim"), heading(unit, "aim"))
    for part in unit.explanation:
        found += _part(part, over("explanation"), heading(unit, "explanation"))
    for section, cases in (("examples", unit.examples), ("edge-cases", unit.edge_cases)):
        for case in cases:
            found += _case(unit, case, over(section))
    for number, activity in enumerate(unit.activities):
        found += _activity(unit, activity, over("activities", number))
    if unit.questions:
        asked = start["questions", -1]
        line = f"{len(unit.questions)} {said['exam_follows']}"
        found.append(
            Slide(
                title=heading(unit, "questions"),
                over=f"{asked.minutes} {said['minutes']}",
                lines=(_line(line),),
                notes=said["keep"],
            )
        )
    return found


def _what(unit: Unit, section: str, number: int) -> str:
    return heading(unit, section) + (f": {unit.activities[number].title}" if number >= 0 else "")


def _part(part: Part, over: str, section: str) -> list[Slide]:
    lists = [block for block in part.blocks if block.kind in ("ul", "ol")]
    prose = [block for block in part.blocks if block.kind not in ("ul", "ol")]
    shown: list[Line] = []
    if lists:
        shown = list(_lines(lists))
    else:
        for block in prose:
            shown += [
                Line(spans=_first(item), role="quote" if block.kind == "quote" else "body") for item in block.items
            ]
    notes = text_of(prose) or text_of(lists)
    return _spread(part.title or section, over, shown, notes)


def _first(item: tuple[Span, ...]) -> tuple[Span, ...]:
    """The first sentence of a paragraph, with its looks where they lie within it."""
    text = "".join(span.text for span in item)
    match = _SENTENCE.match(text)
    if match is None or match.end() >= len(text):
        return item
    left, kept = match.end(), list[Span]()
    for span in item:
        if left <= 0:
            break
        kept.append(Span(span.text[:left], span.look, span.target))
        left -= len(span.text)
    return tuple(kept)


def _case(unit: Unit, case: Case, over: str) -> list[Slide]:
    said = labels(unit.language)
    words = f"{said['finding']}: {finding(unit, case.finding)}" + (
        f" · {said['clause']} {case.clause}" if case.clause else ""
    )
    why = text_of(case.why)
    shown = [_line(text, role="quote") for text in _pages(case.shown)]
    seen = _spread(case.title, over, shown, f"{said['ask_room']}\n\n{words}\n{why}")
    return [*seen, *_spread(case.title, over, [_line(words, role="strong"), *_lines(case.why)], why)]


def _pages(shown: str) -> list[str]:
    """What is shown, in pieces that fill no more than a slide."""
    probe = Line(spans=(), role="quote")
    return fitting.pieces(shown, room_of(probe), QUOTE_SIZE, int((BOTTOM - TOP - 24) // leading(QUOTE_SIZE)))


def _activity(unit: Unit, activity: Activity, over: str) -> list[Slide]:
    said = labels(unit.language)
    lines = list(_lines(activity.task))
    if activity.materials:
        lines.append(_line(f"{said['materials']}: {activity.materials}", role="quiet"))
    return _spread(activity.title, over, lines, f"{said['answer']}\n{text_of(activity.answer)}")


def _lines(blocks: Iterable[Block]) -> Iterable[Line]:
    for block in blocks:
        for number, item in enumerate(block.items, 1):
            sign = {"ul": "•", "ol": f"{number}."}.get(block.kind, "")
            yield Line(spans=item, sign=sign, role="quote" if block.kind == "quote" else "body")


def _line(text: str, *, role: str = "body") -> Line:
    return Line(spans=(Span(text),), role=role)


def _spread(title: str, over: str, lines: Sequence[Line], notes: str) -> list[Slide]:
    """One slide or as many as the lines need; the later ones count themselves in what stands above the title."""
    room = BOTTOM - TOP
    pages: list[list[Line]] = [[]]
    used = 0.0
    for line in _short(lines, room):
        needs = height(line) + (24 if line.role == "quote" else 0)
        if pages[-1] and used + needs > room:
            pages.append([])
            used = 0.0
        pages[-1].append(line)
        used += needs
    _no_widow(pages)
    count = len(pages)
    return [
        Slide(
            title=title, lines=tuple(page), notes=notes,
            over=over if count == 1 else f"{over} · {number}/{count}",
        )
        for number, page in enumerate(pages, 1)
    ]  # fmt: skip


def _no_widow(pages: list[list[Line]]) -> None:
    """A last slide with a single short line takes one more from the slide before it."""
    if len(pages) > 1 and len(pages[-1]) == 1 and len(pages[-2]) > 2 and pages[-1][0].role == "body":
        pages[-1].insert(0, pages[-2].pop())


def _short(lines: Sequence[Line], room: float) -> Iterable[Line]:
    """Lines none of which is higher than a slide."""
    for line in lines:
        if height(line) <= room - (24 if line.role == "quote" else 0):
            yield line
            continue
        size = size_of(line)
        most = int((room - GAP - 24) // leading(size))
        for number, text in enumerate(fitting.pieces(line.text, room_of(line), size, most)):
            yield Line(spans=(Span(text),), sign=line.sign if number == 0 else "", role=line.role)
