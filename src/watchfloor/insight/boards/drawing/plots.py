"""The plots themselves: lines with bands, targets and marks; small multiples on one scale; bars; tables and heat tables."""

from __future__ import annotations

from django.utils.translation import gettext as _

from watchfloor.insight.boards import wording
from watchfloor.insight.boards.answers import Answer, Line, shade, shades
from watchfloor.insight.boards.drawing.axes import Scale, runs, scale
from watchfloor.insight.boards.drawing.canvas import Canvas, cut

LEFT = 52.0


def lines(canvas: Canvas, answered: Answer, x: float, y: float, width: float, height: float) -> None:
    """One plot of all lines: what it is compared with dashed behind it, the interval of a share shaded, the target across."""
    if len(answered.lines) > 1:
        y, height = _legend(canvas, answered, x, y, width), height - 18
    values = [dot.value for line in answered.lines for dot in line.dots]
    values += [
        high for line in answered.lines for dot in line.dots if (high := dot.high) is not None and _share(answered)
    ]
    values += [each for line in answered.lines for each in line.before]
    values += [line.target for line in answered.lines]
    unit, size = wording.scale(answered.unit, max((value for value in values if value is not None), default=0))
    axis = scale(values, y + 6, y + height - 20, size, most=1.0 if _share(answered) else None)
    _grid(canvas, axis, x, width, unit, size)
    places = _times(canvas, answered, x + LEFT, width - LEFT - 6, axis.bottom)
    for mark in answered.marks:
        at = _at(answered, mark.at.timestamp(), x + LEFT, width - LEFT - 6)
        canvas.line(at, axis.top, at, axis.bottom, colour="ink3", dash="2 3")
        canvas.dot(at, axis.top, 2.5, colour="ink3")
    for number, line in enumerate(answered.lines):
        _line(canvas, line, places, axis, f"s{number % 6 + 1}")


def _share(answered: Answer) -> bool:
    return answered.unit == "share"


def _line(canvas: Canvas, line: Line, places: list[float], axis: Scale, colour: str) -> None:
    bounded = [
        (x, dot) for x, dot in zip(places, line.dots, strict=False) if dot.low is not None and dot.high is not None
    ]
    if len(bounded) > 1:
        upper = [(x, axis.y(dot.high)) for x, dot in bounded if dot.high is not None]
        lower = [(x, axis.y(dot.low)) for x, dot in reversed(bounded) if dot.low is not None]
        canvas.area([*upper, *lower], colour=colour)
    before = [(x, None if value is None else axis.y(value)) for x, value in zip(places, line.before, strict=False)]
    for run in runs(before):
        canvas.path(run, colour="ink3", width=1.4, dash="4 3")
    if line.target is not None:
        across = axis.y(line.target)
        canvas.line(
            places[0] if places else LEFT,
            across,
            places[-1] if places else LEFT,
            across,
            colour="s3",
            width=1.4,
            dash="7 4",
        )
        if places:
            canvas.text(places[-1], across - 4, _("target"), size=10, colour="s3", anchor="end")
    for run in runs(
        [(x, None if dot.value is None else axis.y(dot.value)) for x, dot in zip(places, line.dots, strict=False)]
    ):
        canvas.path(run, colour=colour)
    if places and line.dots and line.dots[-1].value is not None:
        canvas.dot(places[len(line.dots) - 1], axis.y(line.dots[-1].value), 3, colour=colour)


def _legend(canvas: Canvas, answered: Answer, x: float, y: float, width: float) -> float:
    room = width / len(answered.lines)
    for number, line in enumerate(answered.lines):
        canvas.box(x + number * room, y + 4, 14, 3, colour=f"s{number % 6 + 1}", round_=1.5)
        canvas.text(x + number * room + 19, y + 9, line.name, size=11, colour="ink2", most=room - 26)
    return y + 18


def _grid(canvas: Canvas, axis: Scale, x: float, width: float, unit: str, size: float) -> None:
    for tick in axis.ticks:
        at = axis.y(tick)
        canvas.line(x + LEFT, at, x + width, at, colour="line" if tick else "ink3")
        words = wording.value_words("", round(tick / size, 6)) + (f"{wording.SPACE}{unit}" if unit else "")
        canvas.text(x + LEFT - 8, at + 4, words, size=11, colour="ink3", anchor="end")


def _times(canvas: Canvas, answered: Answer, x: float, width: float, bottom: float) -> list[float]:
    dots = max((line.dots for line in answered.lines), key=len, default=[])
    places = [_at(answered, dot.at.timestamp(), x, width) for dot in dots]
    every = max(1, round(len(dots) / max(1, width / 80)))
    for number, dot in enumerate(dots):
        if number % every == 0 and places[number] <= x + width - 16:
            canvas.text(
                places[number],
                bottom + 16,
                wording.tick_words(dot.at, answered.interval),
                size=11,
                colour="ink3",
                anchor="middle",
            )
    return places


def _at(answered: Answer, moment: float, x: float, width: float) -> float:
    """The place of a moment: the first interval lies on the left edge, the last on the right."""
    dots = max((line.dots for line in answered.lines), key=len, default=[])
    if len(dots) < 2:
        return x + width / 2
    first, last = dots[0].at.timestamp(), dots[-1].at.timestamp()
    return x + max(0.0, min(1.0, (moment - first) / (last - first))) * width


def multiples(canvas: Canvas, answered: Answer, x: float, y: float, width: float, height: float) -> None:
    """A small plot for each slice, all on one scale, so that they can be compared at a glance."""
    if not answered.lines:
        return
    across = max(1, min(len(answered.lines), int(width / 170)))
    down = -(-len(answered.lines) // across)
    cell, tall = width / across, height / down
    every = [dot.value for line in answered.lines for dot in line.dots]
    for number, line in enumerate(answered.lines):
        left, top = x + (number % across) * cell, y + (number // across) * tall
        last = next((dot.value for dot in reversed(line.dots) if dot.value is not None), None)
        canvas.text(left, top + 12, line.name, size=11, colour="ink2", most=cell - 80)
        canvas.text(
            left + cell - 14, top + 12, wording.value_words(answered.unit, last), size=11, weight=600, anchor="end"
        )
        axis = scale(every, top + 20, top + tall - 12)
        canvas.line(left, axis.y(0), left + cell - 14, axis.y(0), colour="line")
        step = (cell - 18) / max(1, len(line.dots) - 1)
        placed = [
            (left + place * step, None if dot.value is None else axis.y(dot.value))
            for place, dot in enumerate(line.dots)
        ]
        if line.target is not None and axis.low <= line.target <= axis.high:
            canvas.line(left, axis.y(line.target), left + cell - 14, axis.y(line.target), colour="s3", dash="5 3")
        for run in runs(placed):
            if len(run) > 1:
                canvas.area([(run[0][0], axis.y(0)), *run, (run[-1][0], axis.y(0))], colour="s1", share=0.1)
            canvas.path(run, colour="s1", width=1.6)


def bars(canvas: Canvas, answered: Answer, x: float, y: float, width: float, height: float) -> None:
    """A bar for each slice, from zero, the greatest on top; what it was before as a tick across it."""
    room = max(1, int(height / 26))
    shown = answered.rows[:room]
    top = (
        max([abs(row.cells[0].value or 0) for row in shown] + [abs(row.cells[0].before or 0) for row in shown] + [0])
        or 1
    )
    label = min(190.0, width * 0.34)
    length = width - label - 90
    step = min(30.0, height / max(1, len(shown)))
    for number, row in enumerate(shown):
        at, cell = y + number * step, row.cells[0]
        canvas.text(x, at + 15, ", ".join(row.names), size=12, colour="ink", most=label - 10)
        canvas.box(x + label, at + 6, length, 11, colour="soft", round_=3)
        canvas.box(x + label, at + 6, length * abs(cell.value or 0) / top, 11, colour="s1", round_=3)
        if cell.before is not None:
            before = x + label + length * abs(cell.before) / top
            canvas.line(before, at + 3, before, at + 20, colour="ink", width=1.5)
        words = wording.value_words(cell.unit, cell.value)
        canvas.text(x + label + length + 84, at + 15, words, size=12, weight=600, anchor="end")


def table(canvas: Canvas, answered: Answer, x: float, y: float, width: float, height: float) -> None:
    """Rows as they stand on the page, as many as there is room for."""
    depth = len(answered.rows[0].names) if answered.rows else 1
    columns = len(answered.columns)
    first = width * max(0.18, 0.5 - 0.06 * columns)
    rest = (width - first * depth) / max(1, columns - depth)
    for place, title in enumerate(answered.columns):
        if place < depth:
            canvas.text(x + place * first, y + 14, title, size=11, colour="ink3", most=first - 8)
        else:
            canvas.text(
                x + depth * first + (place - depth + 1) * rest,
                y + 14,
                cut(title, (rest - 10) / 6.2),
                size=11,
                colour="ink3",
                anchor="end",
            )
    canvas.line(x, y + 22, x + width, y + 22)
    for number, row in enumerate(answered.rows[: max(1, int((height - 24) / 24))]):
        base = y + 40 + number * 24
        for place, name in enumerate(row.names):
            canvas.text(x + place * first, base, name, size=12, most=first - 8)
        for place, cell in enumerate(row.cells):
            right = x + depth * first + (place + 1) * rest
            canvas.text(right, base, wording.value_words(cell.unit, cell.value), size=12, weight=500, anchor="end")
        canvas.line(x, base + 7, x + width, base + 7)


def heat(canvas: Canvas, answered: Answer, x: float, y: float, width: float, height: float) -> None:
    """Two dimensions; the shade says the size, and so does the number in it."""
    if not answered.rows:
        return
    names = answered.columns[1:]
    label = min(150.0, width * 0.3)
    cell = (width - label) / max(1, len(names))
    tall = min(30.0, (height - 24) / len(answered.rows))
    low, high = shades(answered)
    for place, name in enumerate(names):
        canvas.text(
            x + label + (place + 0.5) * cell, y + 14, cut(name, cell / 6.6), size=11, colour="ink3", anchor="middle"
        )
    for number, row in enumerate(answered.rows):
        top = y + 22 + number * tall
        canvas.text(x, top + tall / 2 + 4, row.names[0], size=11, colour="ink2", most=label - 8)
        for place, each in enumerate(row.cells):
            step = shade(each.value, low, high)
            canvas.box(
                x + label + place * cell + 1,
                top + 1,
                cell - 2,
                tall - 2,
                colour="s1",
                share=0.06 + 0.07 * step,
                round_=3,
            )
            words = wording.value_words(each.unit, each.value)
            canvas.text(
                x + label + (place + 0.5) * cell, top + tall / 2 + 4, cut(words, cell / 6.6), size=11, anchor="middle"
            )
