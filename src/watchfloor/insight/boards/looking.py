"""What a board looks at: its own span, filters and comparison, and those in its address, which win."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from django.utils.translation import gettext as _

from watchfloor.insight import params, queries
from watchfloor.insight.boards import wording
from watchfloor.insight.boards.domain.document import COMPARES, Document, Panel
from watchfloor.insight.own_metrics.keeping import titles
from watchfloor.insight.queries import Span
from watchfloor.kernel.errors import BadInput

WEEK = timedelta(days=7)
CARRIED = (
    "span",
    "from",
    "to",
    "interval",
    "compare",
    "other",
)  # of a board's address, what narrows it beside dimensions


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A board's question: what every panel of it looks at unless it says otherwise."""

    asked: dict[str, str]  # span or from and to, as in an address
    interval: str
    filters: dict[str, str]
    compare: str
    other: str


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a span is compared with. ``span`` None: the means of ``queries.comparison``, or nothing; ``words`` names it."""

    kind: str
    span: Span | None
    words: str


def read(document: Document, query: Mapping[str, str]) -> Look:
    """From a board and its address. An empty value in the address takes the board's own filter off.

    Raises:
        BadInput: an unknown span, interval, comparison or dimension, or a date that is none.
    """
    asked = {name: query[name] for name in ("span", "from", "to") if query.get(name)} or {"span": document.span or "7d"}
    filters = {**document.filters, **{name: query[name] for name in titles() if name in query}}
    compare = "other" if query.get("other") else query.get("compare") or document.compare or "usual"
    other = query.get("other") or document.other
    if compare not in COMPARES:
        raise BadInput(
            "unknown_comparison",
            f"{compare[:20]!r} is no comparison.",
            where="compare",
            hint=", ".join(filter(None, COMPARES)),
        )
    if other and other.partition(":")[0] not in titles():
        raise BadInput("unknown_dimension", "Say whom to compare with, as market:DE.", where="other")
    look = Look(
        asked=asked, interval=query.get("interval") or document.interval, compare=compare, other=other,
        filters={name: value for name, value in filters.items() if value},
    )  # fmt: skip
    params.read(_query(look, Panel(id="all")))
    return look


def span_of(look: Look, panel: Panel) -> Span:
    """What one panel looks at: the board's, but for what the panel says itself.

    Raises:
        BadInput: a filter names a dimension that was put away: without it the number would be another one.
    """
    for name in filters_of(look, panel):
        if name not in titles():
            raise BadInput("unknown_dimension", f"{name[:40]!r} is no dimension.", where=name, hint=", ".join(titles()))
    return params.read(_query(look, panel)).span


def filters_of(look: Look, panel: Panel) -> dict[str, str]:
    """The filters that hold for a panel."""
    return {**look.filters, **panel.filters}


def _query(look: Look, panel: Panel) -> dict[str, str]:
    asked = {"span": panel.span} if panel.span else dict(look.asked)
    interval = panel.interval or look.interval
    return {**asked, **({"interval": interval} if interval else {}), **filters_of(look, panel)}


def beside(look: Look, span: Span) -> Beside:
    """What to compare a span with, by the look's comparison."""
    length = span.end - span.start
    match look.compare:
        case "before":
            return Beside(kind="before", span=_moved(span, length), words=_("vs the period before"))
        case "weekdays":
            weeks = max(1, math.ceil(length / WEEK))
            words = (
                _("vs the same weekdays a week before")
                if weeks == 1
                else _("vs the same weekdays %(weeks)s weeks before") % {"weeks": weeks}
            )
            return Beside(kind="weekdays", span=_moved(span, WEEK * weeks), words=words)
        case "other" if look.other:
            name, _sep, value = look.other.partition(":")
            where = {**span.where, name: (value,)}
            words = _("vs %(dimension)s %(value)s") % {
                "dimension": wording.dimension_words(name).lower(),
                "value": value,
            }
            return Beside(kind="other", span=msgspec.structs.replace(span, where=where), words=words)
        case "none":
            return Beside(kind="none", span=None, words="")
    return Beside(kind="usual", span=None, words=queries.comparison(span)[1])


def _moved(span: Span, by: timedelta) -> Span:
    return msgspec.structs.replace(span, start=span.start - by, end=span.end - by)
