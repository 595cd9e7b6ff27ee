"""Facts in words: a value with its interval, a change with what it is compared with, and why a number moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards import wording
from watchfloor.programme.facts import queries
from watchfloor.programme.facts.contracts import Answer, Reason
from watchfloor.programme.facts.models import Fact

EN = "–"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as the macro ``fact`` draws it. Not ``open``: the viewer sees that there is one, and no number."""

    title: str
    url: str
    open: bool
    value: str
    interval: str
    change: str
    read_at: datetime


def shown(actor: Actor, row: Fact) -> Shown:
    """For ``{% import "programme/facts/fact.html" as facts %}{{ facts.fact(shown) }}``, with what its viewer may know of it."""
    if not queries.may_see(actor, row):
        return Shown(title="", url=queries.url(row), open=False, value="", interval="", change="", read_at=row.read_at)
    answer = queries.answer_of(row)
    return Shown(
        title=row.title, url=queries.url(row), open=True, value=value_words(row.unit, answer),
        interval=interval_words(row.unit, answer), change=beside_words(row.unit, answer), read_at=row.read_at,
    )  # fmt: skip


def value_words(unit: str, answer: Answer) -> str:
    """``12,481``; of a table without one number: how many rows it has."""
    if answer.value is None and answer.lines:
        return ngettext("%(num)s row", "%(num)s rows", len(answer.lines)) % {"num": len(answer.lines)}
    return wording.value_words(unit, answer.value)


def interval_words(unit: str, answer: Answer) -> str:
    """``[93.1–98.7 %]``, or nothing where none is stated. Both ends in the unit of the greater one."""
    if answer.low is None or answer.high is None:
        return ""
    return f"[{range_words(unit, answer.low, answer.high)}]"


def range_words(unit: str, low: float, high: float) -> str:
    """``93.1–98.7 %``: the unit once where both ends have it."""
    first, last = wording.value_words(unit, low), wording.value_words(unit, high)
    number, _space, name = first.rpartition(wording.SPACE)
    return f"{number}{EN}{last}" if number and last.endswith(f"{wording.SPACE}{name}") else f"{first}{EN}{last}"


def change_words(answer: Answer) -> str:
    """``+18 % [+12 to +25 %] vs four weeks``; a difference that cannot be told from chance is said to be none that can be told."""
    if not answer.base:
        return ""
    change = wording.change_words(answer.value, answer.before)
    if not change:
        return ""
    if answer.change_low is None or answer.change_high is None:
        return f"{change} {answer.base}"
    between = between_words(answer.change_low, answer.change_high)
    if answer.change_low <= 0 <= answer.change_high:
        return _("%(change)s [%(between)s] %(base)s, within what chance does") % {
            "change": change, "between": between, "base": answer.base,
        }  # fmt: skip
    return f"{change} [{between}] {answer.base}"


def beside_words(unit: str, answer: Answer) -> str:
    """The change with its interval; where none can be stated no difference is claimed, and what it was stands beside it."""
    if answer.change_low is not None or not answer.base or answer.before is None:
        return change_words(answer)
    return _("%(before)s before (%(base)s)") % {"before": wording.value_words(unit, answer.before), "base": answer.base}


def between_words(low: float, high: float) -> str:
    """``+12 to +25 %``."""
    ends = [wording.change_words(1 + each, 1) for each in (low, high)]
    plain = [f"0{wording.SPACE}%" if not any(char.isdigit() for char in end) else end for end in ends]
    first = plain[0].removesuffix(f"{wording.SPACE}%")
    return _("%(low)s to %(high)s") % {"low": first, "high": plain[1]}


METHODS: dict[str, Callable[[], str]] = {
    "wilson": lambda: _("Wilson's interval of a share"),
    "newcombe": lambda: _("Newcombe's interval of a difference of shares"),
    "jackknife": lambda: _("the jackknife over the days (or hours) of the span, with Student's t"),
    "spans": lambda: _("how much the earlier spans differ among themselves, with Student's t"),
    "pairs": lambda: _("the differences of the days (or hours) in pairs, with Student's t"),
}


def method_words(method: str) -> str:
    """How an interval was found."""
    return METHODS[method]() if method in METHODS else ""


def reason_words(reason: Reason) -> str:
    """Why the number moved, in a sentence."""
    match reason.code:
        case "late":
            return ngettext(
                "%(num)s event of this span came in after the fact was frozen.",
                "%(num)s events of this span came in after the fact was frozen.", reason.count,
            ) % {"num": f"{reason.count:,}"}  # fmt: skip
        case "redefined":
            return _("The metric is defined differently now.")
        case "regrouped":
            return _("A dimension it uses was regrouped.")
        case "open":
            return _("The span was not over when the fact was frozen.")
        case "erased":
            return ngettext("%(num)s row is no longer there.", "%(num)s rows are no longer there.", reason.count) % {
                "num": f"{reason.count:,}"
            }
        case "moved":
            return _("The question looks back from now, and other days lie there.")
        case "gone":
            return _("It can no longer be asked: its metric, dimension or question was put away.")
    return _("No reason is known.")
