"""Sentences by rule: what a number is, how it differs from what is usual, and what drove that. No claim without an interval."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from watchfloor.insight import catalogue
from watchfloor.insight.boards import marking, wording
from watchfloor.insight.boards.models import Target
from watchfloor.programme.facts import words
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.facts.contracts import Answer, Cell
from watchfloor.programme.reviews.domain.drivers import Part, driver

_ADDS_UP = frozenset({"count", "difference", "sum"})


def number(made: Read, targets: Sequence[Target] = ()) -> str:
    """``Solved (manual): 12,481, +18 % [+12 to +25 %] vs four weeks; spam.es drove 83 % of it.``"""
    one, answer = catalogue.metric(made.question.metric), made.answer
    value = wording.value_words(one.unit, answer.value)
    interval = words.interval_words(one.unit, answer)
    said = f"{_(one.title)}: {value}" + (f" {interval}" if interval else "")
    sure = differs(answer)
    if answer.value is None:
        return _("%(title)s: nothing to measure in this span.") % {"title": _(one.title)}
    if answer.base and answer.before is not None:
        if sure:
            said += f", {words.change_words(answer)}"
            if one.kind in _ADDS_UP and (cause := drove(one.unit, answer)):
                said += f"; {cause}"
        elif sure is False:
            said += ", " + _("as usual (%(before)s %(base)s)") % {
                "before": wording.value_words(one.unit, answer.before), "base": answer.base,
            }  # fmt: skip
        else:
            said += ", " + _("%(before)s before (%(base)s)") % {
                "before": wording.value_words(one.unit, answer.before), "base": answer.base,
            }  # fmt: skip
    target = _target(made, targets)
    return f"{said}{target}."


def differs(answer: Answer) -> bool | None:
    """Whether a difference can be claimed; None where nobody can tell."""
    if answer.change_low is None or answer.change_high is None:
        return None
    return not answer.change_low <= 0 <= answer.change_high


def drove(unit: str, answer: Answer) -> str:
    """Which row of the table the change came from, of a count."""
    if answer.value is None or answer.before is None:
        return ""
    parts = [
        Part(", ".join(cell.names), cell.value or 0.0, cell.before or 0.0) for cell in answer.table if not cell.hidden
    ]
    found = driver(parts, answer.value, answer.before)
    if found is None:
        return ""
    if found.share > 1.05:
        change = wording.value_words(unit, abs(found.change))
        sign = "+" if found.change > 0 else wording.MINUS
        return _("%(name)s moved by %(change)s, the rest the other way") % {
            "name": found.name,
            "change": f"{sign}{change}",
        }
    part = round(found.share * 100)
    if part >= 100:
        return _("%(name)s drove all of it") % {"name": found.name}
    return _("%(name)s drove %(share)s of it") % {"name": found.name, "share": f"{part}{wording.SPACE}%"}


def table(made: Read) -> str:
    """The ends of a table: of a count who has most and their part of the whole, of anything else the best and the worst."""
    one = catalogue.metric(made.question.metric)
    cells = [cell for cell in made.answer.table if not cell.hidden and cell.value is not None]
    if not cells:
        return ""
    first = max(cells, key=_value)
    if one.unit == "count" and one.kind in _ADDS_UP and made.answer.value:
        share = wording.value_words("share", _value(first) / made.answer.value)
        return _("%(title)s: most in %(name)s, %(value)s (%(share)s of all).") % {
            "title": _(one.title), "name": _name(first), "value": wording.value_words(one.unit, first.value), "share": share,
        }  # fmt: skip
    if len(cells) == 1:
        return _("%(title)s: %(name)s has %(value)s.") % {
            "title": _(one.title), "name": _name(first), "value": wording.value_words(one.unit, first.value),
        }  # fmt: skip
    last = min(cells, key=_value)
    return _("%(title)s: from %(low)s in %(last)s to %(high)s in %(first)s.") % {
        "title": _(one.title), "low": wording.value_words(one.unit, last.value), "last": _name(last),
        "high": wording.value_words(one.unit, first.value), "first": _name(first),
    }  # fmt: skip


def course(made: Read) -> str:
    """The highest point of a line."""
    one = catalogue.metric(made.question.metric)
    known = [point for point in made.answer.series if point.value is not None]
    top = max(known, key=lambda point: point.value or 0, default=None)
    if top is None or all(point.value == top.value for point in known):
        return ""
    at = (
        date_format(localtime(top.at), "D j M")
        if made.question.interval != "hour"
        else date_format(localtime(top.at), "D j M, H:i")
    )
    return _("Highest on %(day)s: %(value)s.") % {"day": at, "value": wording.value_words(one.unit, top.value)}


def _target(made: Read, targets: Sequence[Target]) -> str:
    one, answer, filters = catalogue.metric(made.question.metric), made.answer, dict(made.question.filters)
    row = marking.target_for(targets, one.key, filters, made.question.end.date()) if targets else None
    days = (made.question.end - made.question.start).total_seconds() / 86_400
    if (
        row is None
        or answer.value is None
        or one.direction not in ("up", "down")
        or (one.kind in _ADDS_UP and days > 1)
    ):
        return ""
    low, high = (
        (answer.low, answer.high)
        if answer.low is not None and answer.high is not None
        else (answer.value, answer.value)
    )
    goal = {"goal": wording.value_words(one.unit, row.value)}
    if low <= row.value <= high and low != high:
        return "; " + _("whether the target of %(goal)s is met cannot be told") % goal
    met = answer.value >= row.value if one.direction == "up" else answer.value <= row.value
    return "; " + (_("target %(goal)s met") if met else _("target %(goal)s missed")) % goal


def _name(cell: Cell) -> str:
    return ", ".join(cell.names)


def _value(cell: Cell) -> float:
    return cell.value or 0.0
