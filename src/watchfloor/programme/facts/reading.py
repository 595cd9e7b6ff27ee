"""Questions read from the lake: values with what they are compared with, tables, lines, and how far each may be off.

Questions over one span and its filters are read together. Nothing is written here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue, queries
from watchfloor.insight.boards import looking
from watchfloor.insight.boards.looking import Look
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import INTERVALS
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.programme.facts import people
from watchfloor.programme.facts.contracts import Answer, Cell, Point, Question
from watchfloor.programme.facts.domain import intervals
from watchfloor.programme.facts.domain.intervals import Bounds, Pair

COMPARES: Final = ("", "usual", "before", "weekdays", "none")
MOST_CELLS: Final = 60
MOST_POINTS: Final = 400
MOST_HOURS: Final = 2_000
LONGEST: Final = timedelta(days=800)
_ADDED = frozenset({"count", "difference", "sum"})
_DIVIDED = frozenset({"mean", "ratio", "sums"})

Key = tuple[datetime, datetime, tuple[tuple[str, str], ...], str, str]


def check(question: Question) -> None:
    """Refuse what cannot be asked or would speak of single persons.

    Raises:
        BadInput: with the field that is wrong.
    """
    if question.start.tzinfo is None or question.end.tzinfo is None:
        raise BadInput("no_zone", "The span's times need a zone.", where="start", hint="2026-11-02T09:00:00Z")
    if question.end <= question.start:
        raise BadInput("empty_span", "The span ends before it starts.", where="end", hint="Choose a later end.")
    if question.end - question.start > LONGEST:
        raise BadInput("too_long", f"A fact looks at {LONGEST.days} days at the most.", where="start")
    if question.compare not in COMPARES:
        raise BadInput("unknown_comparison", f"{question.compare[:20]!r} is no comparison.", where="compare",
                       hint=", ".join(filter(None, COMPARES)))  # fmt: skip
    if question.interval and question.interval not in INTERVALS:
        raise BadInput(
            "unknown_interval", f"{question.interval[:20]!r} is no interval.", where="interval", hint="hour, day, week"
        )
    if question.interval and (question.end - question.start) / INTERVALS[question.interval] > MOST_POINTS:
        raise BadInput(
            "too_many_points",
            f"That is more than {MOST_POINTS} points.",
            where="interval",
            hint="Use a longer interval.",
        )
    if question.sql is None:
        catalogue.metric(question.metric)
    for name, value in question.filters.items():
        if not isinstance(value, str) or len(value) > 200:
            raise BadInput("too_long", "A filter's value has at most 200 characters.", where="filters")
        people.check(name, "filters")
    if question.by:
        people.check(question.by, "by")


def answers(actor: Actor, questions: Sequence[Question]) -> list[Answer]:
    """Each question's answer, in order; those over the same rows are read at once."""
    together: dict[Key, list[int]] = {}
    for place, each in enumerate(questions):
        check(each)
        filters = tuple(sorted(each.filters.items()))
        together.setdefault((each.start, each.end, filters, each.interval, each.compare), []).append(place)
    found: dict[int, Answer] = {}
    for places in together.values():
        some = [questions[place] for place in places]
        found |= dict(zip(places, _together(actor, some), strict=True))
    return [found[place] for place in range(len(questions))]


def span_of(question: Question) -> Span:
    """What insight is asked."""
    where = {name: (value,) for name, value in question.filters.items()}
    return Span(start=question.start, end=question.end, interval=question.interval or "day", where=where)


def _together(actor: Actor, questions: Sequence[Question]) -> list[Answer]:
    first = questions[0]
    span, keys = span_of(first), list(dict.fromkeys(each.metric for each in questions))
    metrics = [catalogue.metric(key) for key in keys]
    people.enough(actor, span, first.filters)
    shifts, base, moved = _beside(first, span)
    kpis = {kpi.key: kpi for kpi in queries.kpis(actor, span, metrics=keys, compare=moved is None and bool(base))}
    earlier = {kpi.key: kpi for kpi in queries.kpis(actor, moved, metrics=keys, compare=False)} if moved else {}
    bounds = _bounds(actor, span, metrics, shifts)
    found = []
    for each in questions:
        metric, kpi = catalogue.metric(each.metric), kpis[each.metric]
        around, change, rows = bounds[metric.key]
        before = earlier[each.metric].value if each.metric in earlier else kpi.before if base else None
        found.append(
            Answer(
                value=_number(kpi.value), before=_number(before), base=base if before is not None else "", rows=rows,
                low=around.low if around else None, high=around.high if around else None,
                change_low=change.low if change else None, change_high=change.high if change else None,
                method=around.method if around else change.method if change else "",
                table=_table(actor, span, each, moved) if each.by else (),
                series=tuple(Point(point.at, _number(point.value)) for point in kpi.series) if each.interval else (),
                before_series=tuple(_number(p.value) for p in earlier[each.metric].series)
                if each.interval and each.metric in earlier else (),
            )
        )  # fmt: skip
    return found


def _beside(question: Question, span: Span) -> tuple[tuple[timedelta, ...], str, Span | None]:
    """How much earlier the spans compared with lie, their name, and the one span where it is not the usual ones."""
    if question.compare == "none":
        return (), "", None
    if question.compare in ("", "usual"):
        return (*queries.comparison(span), None)
    aside = looking.beside(Look(asked={}, interval="", filters={}, compare=question.compare, other=""), span)
    assert aside.span is not None
    return (span.start - aside.span.start,), aside.words, aside.span


def _table(actor: Actor, span: Span, question: Question, moved: Span | None) -> tuple[Cell, ...]:
    slices = queries.split(actor, span, (question.by,), metrics=[question.metric], limit=MOST_CELLS)
    if moved is not None:
        then = queries.split(actor, moved, (question.by,), metrics=[question.metric], limit=1_000)
        before: dict[tuple[str, ...], Mapping[str, float | None]] = {each.names: each.values for each in then}
    else:
        before = {each.names: each.before for each in slices}
    cells = []
    for each in slices:
        if people.few(actor, span, question.by, each.names[0]):
            cells.append(Cell(names=each.names, hidden=True))
            continue
        cells.append(
            Cell(
                names=each.names, value=_number(each.values.get(question.metric)),
                before=None if question.compare == "none" else _number(before.get(each.names, {}).get(question.metric)),
            )
        )  # fmt: skip
    return tuple(cells)


def _bounds(
    actor: Actor, span: Span, metrics: Sequence[Metric], shifts: tuple[timedelta, ...]
) -> dict[str, tuple[Bounds | None, Bounds | None, int | None]]:
    """Of each metric its interval, that of its change, and how many rows it is made of."""
    found: dict[str, tuple[Bounds | None, Bounds | None, int | None]] = {one.key: (None, None, None) for one in metrics}
    known = [one for one in metrics if one.kind == "share" or one.kind in _ADDED | _DIVIDED]
    first = span.start - max(shifts, default=timedelta(0))
    interval = "hour" if (span.end - first) / timedelta(hours=1) < MOST_HOURS else "day"
    if not known:
        return found
    fine = queries.parts(actor, Span(start=first, end=span.end, interval=interval, where=span.where), known)
    step = timedelta(days=1) if span.end - span.start >= timedelta(days=3) else timedelta(hours=1)
    over = span.end <= clock.now()
    for one in known:
        now = _folded(fine[one.key], span.start, span.end, step)
        before = (
            [_folded(fine[one.key], span.start - shift, span.end - shift, step) for shift in shifts] if over else []
        )
        found[one.key] = _of_kind(one, now, before)
    return found


def _of_kind(one: Metric, now: list[Pair], before: list[list[Pair]]) -> tuple[Bounds | None, Bounds | None, int | None]:
    if one.kind in _ADDED:
        change = intervals.count_change([pair[0] for pair in now], [[pair[0] for pair in each] for each in before])
        total = math.fsum(pair[0] for pair in now)
        return None, change, round(total) if one.kind == "count" else None
    flat = [pair for each in before for pair in each]
    below = round(math.fsum(pair[1] for pair in now))
    if one.kind == "share":
        a, b = _summed(now), _summed(flat)
        return intervals.share(*a), intervals.share_change(a, b), below
    rows = below if one.kind == "mean" and not one.per else None
    return intervals.mean(now), intervals.mean_change(now, flat), rows


def _folded(
    parts: Mapping[datetime, tuple[float, float | None]], start: datetime, end: datetime, step: timedelta
) -> list[Pair]:
    """Parts of a span, from the finer ones."""
    count = max(1, math.ceil((end - start) / step))
    above, below = [0.0] * count, [0.0] * count
    for at, (over, under) in parts.items():
        if start <= at < end:
            place = int((at - start) / step)
            above[place] += over
            below[place] += under or 0.0
    return list(zip(above, below, strict=True))


def _summed(pairs: Sequence[Pair]) -> Pair:
    return math.fsum(pair[0] for pair in pairs), math.fsum(pair[1] for pair in pairs)


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
