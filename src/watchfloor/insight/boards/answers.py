"""Panels answered: from a panel and a look to numbers, each with its definition, its comparison, its target and the address of its rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue, happening, queries, show
from watchfloor.insight.boards import looking, marking, wording
from watchfloor.insight.boards.domain.document import Panel
from watchfloor.insight.boards.looking import Beside, Look
from watchfloor.insight.boards.models import Target
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import INTERVALS
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock

SERIES = 6  # lines a person can tell apart
MULTIPLES = 12
ROWS = 30
HEAT = 16
MARKS = 6


class Dot(msgspec.Struct, frozen=True):
    """One point of a line; ``low`` and ``high`` bound a share (Wilson, 95 %); ``url`` opens the rows behind it."""

    at: datetime
    value: float | None
    low: float | None
    high: float | None
    url: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a metric, or one slice of it."""

    name: str
    metric: str
    dots: list[Dot]
    before: list[float | None] = []  # the comparison's values at the same places
    target: float | None = None
    url: str = ""


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One big number. ``meets``: whether it is on the good side of its target; None where there is none or no good side."""

    metric: str
    title: str
    formula: str
    unit: str
    direction: str
    value: float | None
    before: float | None
    base: str
    target: float | None
    meets: bool | None
    spark: list[float | None]
    url: str
    rows_url: str


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a table."""

    metric: str
    unit: str
    direction: str
    value: float | None
    before: float | None
    url: str


class Row(msgspec.Struct, frozen=True):
    """One row of a table or of bars: the values of the dimensions, and a cell for each metric (of a heat table: for each column)."""

    names: tuple[str, ...]
    cells: list[Cell]


class Mark(msgspec.Struct, frozen=True):
    """Something that happened meanwhile: by the change log, or by hand."""

    at: datetime
    words: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A panel with its numbers; only the lists of its form are filled."""

    panel: Panel
    title: str
    sentence: str
    unit: str
    start: datetime
    end: datetime
    interval: str
    filters: dict[str, str]
    base: str
    definitions: list[tuple[str, str, str]]  # title, formula, pitfalls
    counted_at: datetime
    numbers: list[Number] = []
    lines: list[Line] = []
    marks: list[Mark] = []
    columns: list[str] = []  # titles, of a table or heat table
    rows: list[Row] = []
    more: int = 0  # slices there are beyond those shown


def answer(actor: Actor, panel: Panel, look: Look, targets: Sequence[Target] | None = None) -> Answer:
    """The panel's numbers, limited to the actor's rights."""
    span, filters = looking.span_of(look, panel), looking.filters_of(look, panel)
    metrics = [catalogue.metric(key) for key in panel.metrics]
    aside = looking.beside(look, span)
    known = list(marking.targets(actor)) if targets is None else targets
    plain = Answer(
        panel=panel, title=_(panel.title) if panel.title else title_of(panel, metrics), sentence="",
        unit=metrics[0].unit if metrics else "",
        start=span.start, end=span.end, interval=span.interval, filters=filters, base=aside.words,
        definitions=[(_(one.title), _(one.formula), _(one.pitfalls)) for one in metrics], counted_at=clock.now(),
    )  # fmt: skip
    if panel.form == "text":
        return plain
    if panel.form == "number":
        numbers = _numbers(actor, span, metrics, aside, known, filters)
        return msgspec.structs.replace(plain, numbers=numbers, sentence=_said(numbers[0]))
    if panel.form in ("line", "multiples"):
        lines, more = _lines(actor, span, panel, metrics, aside, known, filters)
        sentence = _said(_numbers(actor, span, metrics[:1], aside, known, filters)[0])
        return msgspec.structs.replace(plain, lines=lines, more=more, marks=_marks(span, filters), sentence=sentence)
    if panel.form == "heat":
        return _heat(actor, span, panel, metrics[0], plain)
    return _table(actor, span, panel, metrics, aside, plain, look)


def title_of(panel: Panel, metrics: Sequence[Metric]) -> str:
    """What a panel without a title is called: ``AHT by vendor``."""
    if not metrics:
        return _("Text")
    names = ", ".join(_(one.title) for one in metrics[:3]) + (" …" if len(metrics) > 3 else "")
    by = [wording.dimension_words(name).lower() for name in (panel.by, panel.then) if name]
    if panel.form == "number" or not by:
        return names
    if len(by) == 1 or panel.form not in ("heat", "table"):
        return _("%(numbers)s by %(dimension)s") % {"numbers": names, "dimension": by[0]}
    return _("%(numbers)s by %(dimension)s and %(other)s") % {"numbers": names, "dimension": by[0], "other": by[1]}


def rows_url(
    metric: str, start: datetime, end: datetime, filters: Mapping[str, str], name: str = "insight-rows"
) -> str:
    """The rows behind a number of ``[start, end)``."""
    asked = {"from": _stamp(start), "to": _stamp(end), **filters}
    return f"{reverse(name, args=[metric])}?{urlencode(asked)}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _numbers(
    actor: Actor,
    span: Span,
    metrics: Sequence[Metric],
    aside: Beside,
    targets: Sequence[Target],
    filters: Mapping[str, str],
) -> list[Number]:
    keys = [one.key for one in metrics]
    found = queries.kpis(actor, span, metrics=keys, compare=aside.kind == "usual")
    earlier = _totals(actor, aside.span, keys) if aside.span is not None else {}
    numbers = []
    for one, kpi in zip(metrics, found, strict=True):
        target = marking.target_for(targets, one.key, filters, span.end.date())
        goal = None if target is None or not _adds_up(one, span, target) else target.value
        numbers.append(
            Number(
                metric=one.key, title=_(one.title), formula=_(one.formula), unit=one.unit, direction=one.direction,
                value=kpi.value, before=earlier.get(one.key, kpi.before), base=aside.words, target=goal,
                meets=_meets(one, kpi.value, goal), spark=[point.value for point in kpi.series],
                url=rows_url(one.key, span.start, span.end, filters, "insight-metric"),
                rows_url=rows_url(one.key, span.start, span.end, filters),
            )
        )  # fmt: skip
    return numbers


def _adds_up(one: Metric, span: Span, target: Target) -> bool:
    """A target of a count is for a day; against a longer span it says nothing."""
    return not summed(one) or span.end - span.start <= timedelta(days=1)


def summed(one: Metric) -> bool:
    """Whether a metric grows with the span: its target is for a day."""
    return one.kind in ("count", "difference", "distinct", "sum")


def _meets(one: Metric, value: float | None, goal: float | None) -> bool | None:
    if value is None or goal is None or one.direction not in ("up", "down"):
        return None
    return value >= goal if one.direction == "up" else value <= goal


def _totals(actor: Actor, span: Span, keys: Sequence[str]) -> dict[str, float | None]:
    return {kpi.key: kpi.value for kpi in queries.kpis(actor, span, metrics=keys, compare=False)}


def _said(number: Number) -> str:
    """The number as a sentence: ``AHT: 41 s, +18 % vs four Thursdays; target 45 s met.``"""
    words = f"{number.title}: {wording.value_words(number.unit, number.value)}"
    change = wording.change_words(number.value, number.before)
    if change and number.base:
        words += f", {change} {number.base}"
    if number.target is not None:
        goal = wording.value_words(number.unit, number.target)
        if number.meets is None:
            words += "; " + _("target %(goal)s") % {"goal": goal}
        else:
            words += "; " + (_("target %(goal)s met") if number.meets else _("target %(goal)s missed")) % {"goal": goal}
    return words


def _lines(
    actor: Actor, span: Span, panel: Panel, metrics: Sequence[Metric], aside: Beside, targets: Sequence[Target],
    filters: Mapping[str, str],
) -> tuple[list[Line], int]:  # fmt: skip
    if panel.by:
        one = metrics[0]
        slices = queries.series_by(actor, span, one.key, panel.by)
        ranked = sorted(slices.items(), key=lambda pair: -sum(abs(point.value or 0) for point in pair[1]))
        most = MULTIPLES if panel.form == "multiples" else SERIES
        lines = []
        for name, points in ranked[:most]:
            narrowed = {**filters, panel.by: name}
            lines.append(
                Line(
                    name=name, metric=one.key, dots=_dots(one, points, span, narrowed, {}),
                    target=_goal(targets, one, span, narrowed) if panel.form == "multiples" else None,
                    url=rows_url(one.key, span.start, span.end, narrowed, "insight-metric"),
                )
            )  # fmt: skip
        return lines, max(0, len(ranked) - most)
    found = queries.series(actor, span, metrics)
    before = queries.series(actor, aside.span, metrics) if aside.span is not None and len(metrics) == 1 else {}
    lines = []
    for one in metrics:
        points = found[one.key]
        earlier = [point.value for point in before.get(one.key, [])][: len(points)]
        lines.append(
            Line(
                name=_(one.title), metric=one.key, dots=_dots(one, points, span, filters, _bounds(actor, span, one)),
                before=earlier, target=_goal(targets, one, span, filters) if len(metrics) == 1 else None,
                url=rows_url(one.key, span.start, span.end, filters, "insight-metric"),
            )
        )  # fmt: skip
    return lines, 0


def _goal(targets: Sequence[Target], one: Metric, span: Span, filters: Mapping[str, str]) -> float | None:
    """A target as a line: of a count it is for a day, so only days show it."""
    target = marking.target_for(targets, one.key, filters, span.end.date())
    return None if target is None or (summed(one) and span.interval != "day") else target.value


def _dots(
    one: Metric, points: Sequence[queries.Point], span: Span, filters: Mapping[str, str],
    bounds: Mapping[datetime, tuple[float, float]],
) -> list[Dot]:  # fmt: skip
    step = INTERVALS[span.interval]
    dots = []
    for point in points:
        low, high = bounds.get(point.at, (None, None))
        url = rows_url(one.key, max(point.at, span.start), min(point.at + step, span.end), filters)
        dots.append(Dot(point.at, point.value, low, high, url))
    return dots


def _bounds(actor: Actor, span: Span, one: Metric) -> dict[datetime, tuple[float, float]]:
    """The 95 % Wilson interval of a share in each interval: a share of few is not drawn as if it were of many."""
    if one.kind not in ("share", "stock_share"):
        return {}
    found = {}
    for at, (hits, of) in queries.fractions(actor, span, one).items():
        interval = wilson(int(hits), int(of))
        found[at] = (interval.low, interval.high)
    return found


def _marks(span: Span, filters: Mapping[str, str]) -> list[Mark]:
    changed = [Mark(each.at, each.words) for each in happening.changes(span.start, span.end, limit=MARKS)]
    noted = [Mark(row.at, row.text) for row in marking.notes(span.start, span.end, filters)]
    return sorted([*changed[: max(0, MARKS - len(noted))], *noted], key=lambda mark: mark.at)


def _table(
    actor: Actor, span: Span, panel: Panel, metrics: Sequence[Metric], aside: Beside, plain: Answer, look: Look
) -> Answer:
    by = tuple(name for name in (panel.by, panel.then if panel.form == "table" else "") if name)
    keys = [one.key for one in metrics]
    slices = queries.split(actor, span, by, metrics=keys, limit=1000)
    earlier: dict[tuple[str, ...], Mapping[str, float | None]] = {each.names: each.before for each in slices}
    if aside.kind == "none" or (aside.kind == "other" and look.other.partition(":")[0] in by):  # a row beside itself
        earlier = {}
    elif aside.span is not None:
        earlier = {each.names: each.values for each in queries.split(actor, aside.span, by, metrics=keys, limit=1000)}
    rows = []
    for each in slices[:ROWS]:
        narrowed = {**plain.filters, **dict(zip(by, each.names, strict=True))}
        rows.append(Row(each.names, [
            Cell(
                metric=one.key, unit=one.unit, direction=one.direction, value=each.values.get(one.key),
                before=earlier.get(each.names, {}).get(one.key), url=rows_url(one.key, span.start, span.end, narrowed),
            )
            for one in metrics
        ]))  # fmt: skip
    sentence = ""
    if rows:
        first = rows[0].cells[0]
        sentence = _("%(name)s has most: %(value)s") % {
            "name": ", ".join(rows[0].names), "value": wording.value_words(first.unit, first.value),
        }  # fmt: skip
    columns = [*(wording.dimension_words(name) for name in by), *(_(one.title) for one in metrics)]
    return msgspec.structs.replace(
        plain, rows=rows, columns=columns, more=max(0, len(slices) - ROWS), sentence=sentence
    )


def _heat(actor: Actor, span: Span, panel: Panel, one: Metric, plain: Answer) -> Answer:
    slices = queries.split(actor, span, (panel.by, panel.then), metrics=[one.key], limit=2000)
    sizes: tuple[dict[str, float], dict[str, float]] = ({}, {})
    cells: dict[tuple[str, ...], float | None] = {}
    for place, each in enumerate(slices):  # they come biggest first; of a ratio, rank stands for size
        cells[each.names] = each.values[one.key]
        for axis in (0, 1):
            weight = abs(each.values[one.key] or 0) if summed(one) else 1 / (1 + place)
            sizes[axis][each.names[axis]] = sizes[axis].get(each.names[axis], 0) + weight
    down, across = (sorted(axis, key=lambda name, of=axis: (-of[name], name))[:HEAT] for axis in sizes)  # type: ignore[misc]
    rows = [
        Row((name,), [
            Cell(
                metric=one.key, unit=one.unit, direction=one.direction, value=cells.get((name, column)), before=None,
                url=rows_url(one.key, span.start, span.end, {**plain.filters, panel.by: name, panel.then: column}),
            )
            for column in across
        ])
        for name in down
    ]  # fmt: skip
    more = max(0, len(sizes[0]) - HEAT)
    return msgspec.structs.replace(
        plain, rows=rows, columns=[wording.dimension_words(panel.by), *across], more=more, sentence=plain.title
    )


def shades(answered: Answer) -> tuple[float, float]:
    """The least and the greatest value of a heat table, between which its shades lie; a count begins at zero."""
    known = [cell.value for row in answered.rows for cell in row.cells if cell.value is not None]
    if not known:
        return 0.0, 1.0
    low = 0.0 if answered.unit == "count" else min(known)
    return low, max(known) if max(known) > low else low + 1.0


def shade(value: float | None, low: float, high: float) -> int:
    """0 (least, or none) to 8."""
    return 0 if value is None or not math.isfinite(value) else max(0, min(8, round(8 * (value - low) / (high - low))))


def span_said(answered: Answer) -> str:
    """The span in words."""
    return show.span_words(answered.start, answered.end)
