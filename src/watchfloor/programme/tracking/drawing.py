"""The timeline as one picture: drawn by the server, so that it prints, needs no script and can be tested.

The names stand beside it as ordinary links, a line of ``ROW`` pixels each; the picture has the same lines in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from markupsafe import Markup

ROW: Final = 32
HEAD: Final = 36
NARROW, WIDE = 420, 2_600
DAY: Final = timedelta(days=1)
PATCH = Markup('<path class="{}" d="{}"/>')


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``kind``: initiative | milestone | action; ``slips``: where its end was before, oldest first; ``held``: by which lines."""

    id: UUID
    kind: str
    title: str
    url: str
    state: str
    start: datetime
    end: datetime | None
    slips: tuple[datetime, ...] = ()
    before: tuple[UUID, ...] = ()
    held: frozenset[UUID] = frozenset()
    late: bool = False


def picture(lines: Sequence[Line], now: datetime, zone: ZoneInfo, label: str, *, a_day: int = 18) -> Markup:
    """Bars to each end, hollow marks where an end was before, arrows from what is waited for, and now; ``a_day`` pixels a day."""
    ends = [each for line in lines for each in (line.start, line.end, *line.slips) if each is not None]
    first, last = min([*ends, now]) - DAY, max([*ends, now + 7 * DAY]) + 2 * DAY
    days = (last - first) / DAY
    width = round(min(WIDE, max(NARROW, days * a_day)))

    def x(at: datetime) -> float:
        return round((at - first) / (last - first) * width, 1)

    height = HEAD + ROW * len(lines)
    places = {line.id: number for number, line in enumerate(lines)}
    parts = [_grid(first, last, zone, x, height, days)]
    parts += [_line(line, HEAD + ROW * number, x, now) for number, line in enumerate(lines)]
    for number, line in enumerate(lines):
        for one in line.before:
            if one in places:
                parts.append(_arrow(lines[places[one]], places[one], line, number, x, one in line.held))
    here = x(now)
    parts.append(Markup('<path class="plan-now" d="M{0} {1}V{2}"/><text class="plan-word" x="{3}" y="12">{4}</text>').format(
        here, HEAD - 8, height, here + 4, _("now")))  # fmt: skip
    return Markup(
        '<svg class="plan-picture" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}</svg>'
    ).format(width, height, label, Markup("").join(parts))


def _line(line: Line, top: int, x: Callable[[datetime], float], now: datetime) -> Markup:
    middle = top + ROW // 2
    parts = []
    if line.kind == "initiative":
        parts.append(Markup('<rect class="plan-band" x="0" y="{}" width="100%" height="{}"/>').format(top, ROW))
    if line.end is None:
        return Markup("").join(parts)
    start, end = x(min(line.start, line.end)), x(line.end)
    tone = "late" if line.late else line.state
    said = Markup("<title>{}</title>").format(_said(line))
    if line.kind == "milestone":
        mark = f"M{end} {middle - 8}l8 8l-8 8l-8-8z"
        parts.append(PATCH.format("plan-thread", f"M{start} {middle}H{end}"))
        parts.append(Markup('<path class="plan-mark plan-{}" d="{}">{}</path>').format(tone, mark, said))
    else:
        high = 8 if line.kind == "initiative" else 14
        parts.append(Markup('<rect class="plan-bar plan-{}" x="{}" y="{}" width="{}" height="{}" rx="3">{}</rect>').format(
            f"whole plan-{tone}" if line.kind == "initiative" else tone, start, middle - high // 2,
            max(4, round(end - start, 1)), high, said,
        ))  # fmt: skip
    if line.slips:
        was = x(line.slips[0])
        parts.append(PATCH.format("plan-slip", f"M{was} {middle + 11}H{end}"))
        for each in line.slips:
            parts.append(PATCH.format("plan-was", f"M{x(each)} {middle + 6}l5 5l-5 5l-5-5z"))
    return Markup("").join(parts)


def _arrow(one: Line, place: int, other: Line, number: int, x: Callable[[datetime], float], held: bool) -> Markup:
    """From the end of what is waited for to the line that waits."""
    if one.end is None or other.end is None:
        return Markup("")
    start, onto = x(one.end), max(x(other.start), min(x(one.end) + 10, x(other.end)))
    y0, y1 = HEAD + ROW * place + ROW // 2, HEAD + ROW * number + ROW // 2
    down = 1 if y1 > y0 else -1
    tip = y1 - down * 9
    bend = f"M{start} {y0}H{max(start, onto)}V{tip}"
    head = f"M{max(start, onto) - 4} {tip - down * 5}l4 {down * 5}l4 {-down * 5}"
    return PATCH.format(f"plan-wait{' is-held' if held else ''}", bend + head)


def _grid(
    first: datetime, last: datetime, zone: ZoneInfo, x: Callable[[datetime], float], height: int, days: float
) -> Markup:
    """A line a week, or a month where weeks would touch."""
    parts = []
    day = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    monthly = days > 130
    while day <= last:
        if (day.day == 1) if monthly else (day.weekday() == 0):
            at = x(day)
            parts.append(PATCH.format("plan-line", f"M{at} {HEAD - 6}V{height}"))
            words = date_format(day, "M Y" if monthly else "j M")
            parts.append(Markup('<text class="plan-word" x="{}" y="31">{}</text>').format(at + 4, words))
        day = (day.replace(tzinfo=None) + DAY).replace(tzinfo=zone)
    return Markup("").join(parts)


def _said(line: Line) -> str:
    assert line.end is not None
    due = date_format(line.end, "D j M Y H:i")
    moved = _("moved %(times)s times") % {"times": len(line.slips)} if line.slips else ""
    return ", ".join(each for each in (line.title, due, moved) if each)
