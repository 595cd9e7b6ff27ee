"""A panel, or a whole board, as one SVG: title, what it says in a sentence, the plot, what it was counted over and when."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from watchfloor.insight.boards import wording
from watchfloor.insight.boards.answers import Answer, Number, span_said
from watchfloor.insight.boards.domain.document import COLUMNS
from watchfloor.insight.boards.drawing import plots
from watchfloor.insight.boards.drawing.axes import runs, scale
from watchfloor.insight.boards.drawing.canvas import Canvas

PAD = 20.0
CELL, ROW = 330, 240  # of a board's grid, in pixels
GAP = 16
DRAW = {"line": plots.lines, "multiples": plots.multiples, "bars": plots.bars, "table": plots.table, "heat": plots.heat}


def size_of(answered: Answer) -> tuple[int, int]:
    """A panel's size in pixels by its place on the grid; a picture of its own is never too small to read."""
    panel = answered.panel
    return max(panel.width * CELL + (panel.width - 1) * GAP, CELL), panel.height * ROW + (panel.height - 1) * GAP


def panel(
    answered: Answer, *, theme: str = "light", width: int = 0, height: int = 0, source: bool = True, big: float = 1.0
) -> str:
    """One panel. ``source`` False leaves out the line beneath; ``big`` draws letters and lines larger (for a wall)."""
    usual = size_of(answered)
    wide, high = width or max(usual[0], 640 if source else 0), height or max(usual[1], 360 if source else 0)
    canvas = Canvas(theme)
    inside = Canvas(theme)
    _draw(inside, answered, wide / big, high / big, source)
    if big == 1.0:
        canvas.parts = inside.parts
    else:
        canvas.parts = [f'<g transform="scale({big:g})">{"".join(inside.parts)}</g>']
    return canvas.svg(wide, high, f"{answered.title}. {answered.sentence}")


def _draw(canvas: Canvas, answered: Answer, width: float, height: float, source: bool) -> None:
    inner = width - 2 * PAD
    canvas.text(PAD, 30, answered.title, size=15, weight=600, most=inner)
    top = 44.0
    if answered.panel.form == "number":
        _numbers(canvas, answered, top, inner, height - top - (34 if source else 10))
    elif answered.panel.form == "text":
        _text(canvas, answered.panel.text, top + 8, inner, height)
    else:
        if answered.sentence:
            canvas.text(PAD, 49, answered.sentence, size=11.5, colour="ink2", most=inner)
            top = 60.0
        room = height - top - (36 if source else 14)
        if answered.lines or answered.rows:
            DRAW[answered.panel.form](canvas, answered, PAD, top, inner, room)
        else:
            canvas.text(PAD, top + 26, _("Nothing falls into this span."), size=13, colour="ink3")
    if source:
        canvas.text(PAD, height - 12, source_line(answered), size=10, colour="ink3", most=inner)


def source_line(answered: Answer) -> str:
    """What was counted, over what, and when."""
    return _("Watchfloor · %(span)s · %(filters)s · counted %(moment)s") % {
        "span": span_said(answered), "filters": wording.filters_words(answered.filters),
        "moment": wording.moment_words(answered.counted_at),
    }  # fmt: skip


def _numbers(canvas: Canvas, answered: Answer, top: float, inner: float, height: float) -> None:
    many = len(answered.numbers)
    across = 1 if many == 1 else max(1, min(many, int(inner / 150)))
    down = -(-many // across)
    cell, tall = inner / across, height / down
    for place, number in enumerate(answered.numbers):
        _number(
            canvas,
            number,
            PAD + (place % across) * cell,
            top + (place // across) * tall,
            cell - 12,
            tall,
            alone=many == 1,
        )


def _number(canvas: Canvas, number: Number, x: float, y: float, width: float, height: float, *, alone: bool) -> None:
    size = min(44.0 if alone else 30.0, max(22.0, height * 0.3))
    at = y + (0 if alone else 14)
    if not alone:
        canvas.text(x, y + 10, number.title, size=11, colour="ink2", most=width)
    words = wording.value_words(number.unit, number.value)
    size = min(size, width / max(1, len(words)) / 0.6)
    tone = "ink" if number.meets is None else "good" if number.meets else "bad"
    canvas.text(x, at + size, words, size=size, weight=600, colour=tone)
    change = wording.change_words(number.value, number.before)
    under = at + size + 18
    if change:
        canvas.text(x, under, f"{change} {number.base}".strip(), size=11, colour="ink2", most=width)
        under += 15
    if number.target is not None:
        goal = wording.value_words(number.unit, number.target)
        said = {None: _("target %(goal)s"), True: _("target %(goal)s met"), False: _("target %(goal)s missed")}[
            number.meets
        ]
        canvas.text(
            x, under, said % {"goal": goal}, size=11, colour=tone if number.meets is not None else "ink2", most=width
        )
        under += 15
    if y + height - under > 26 and sum(value is not None for value in number.spark) > 1:
        axis = scale(number.spark, under, y + height - 6)
        step = width / max(1, len(number.spark) - 1)
        for run in runs(
            [(x + place * step, None if value is None else axis.y(value)) for place, value in enumerate(number.spark)]
        ):
            if len(run) > 1:
                canvas.area([(run[0][0], axis.y(0)), *run, (run[-1][0], axis.y(0))], colour="s1", share=0.1)
            canvas.path(run, colour="s1", width=1.6)


def _text(canvas: Canvas, words: str, top: float, inner: float, height: float) -> None:
    y = top
    for line in words.splitlines():
        left = line
        while left and y < height - 10:
            room = int(inner / 7)
            head = left if len(left) <= room else left[:room].rsplit(" ", 1)[0] or left[:room]
            canvas.text(PAD, y + 12, head, size=13, colour="ink2")
            left, y = left[len(head) :].lstrip(), y + 19
        y += 4


def board(
    name: str, answers: Sequence[Answer], *, theme: str = "light", columns: int = COLUMNS, words: str = ""
) -> str:
    """All panels on their grid, with the board's name above and one line of sources beneath."""
    width = columns * CELL + (columns - 1) * GAP + 2 * GAP
    page = Canvas(theme)
    page.text(GAP + 4, 40, name, size=24, weight=600, most=width - 2 * GAP)
    page.text(GAP + 4, 62, words, size=12, colour="ink2", most=width - 2 * GAP)
    placed, bottom = grid([(each.panel.width, each.panel.height) for each in answers], columns)
    for each, (column, row) in zip(answers, placed, strict=True):
        wide = min(each.panel.width, columns) * (CELL + GAP) - GAP
        high = each.panel.height * (ROW + GAP) - GAP
        x, y = GAP + column * (CELL + GAP), 80 + row * (ROW + GAP)
        frame = Canvas(theme)
        frame.parts.append(
            f'<rect x="0.5" y="0.5" width="{wide - 1}" height="{high - 1}" rx="8" fill="none" stroke="{frame.colour("line")}"/>'
        )
        _draw(frame, each, wide, high, False)
        page.placed(x, y, frame)
    height = 80 + bottom * (ROW + GAP) + 30
    if answers:
        page.text(GAP + 4, height - 14, source_line(answers[0]), size=11, colour="ink3", most=width - 2 * GAP)
    return page.svg(width, height, name)


def grid(sizes: Sequence[tuple[int, int]], columns: int) -> tuple[list[tuple[int, int]], int]:
    """Where panels of these sizes lie, in reading order, each at the first place where it fits (as a page's grid does); the rows used."""
    taken: set[tuple[int, int]] = set()
    placed: list[tuple[int, int]] = []
    row = column = bottom = 0
    for wide, high in sizes:
        wide = min(wide, columns)
        while column + wide > columns or any((row + r, column + c) in taken for r in range(high) for c in range(wide)):
            column += 1
            if column + wide > columns:
                row, column = row + 1, 0
        placed.append((column, row))
        taken |= {(row + r, column + c) for r in range(high) for c in range(wide)}
        bottom = max(bottom, row + high)
    return placed, bottom
