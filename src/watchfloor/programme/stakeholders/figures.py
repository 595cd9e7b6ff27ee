"""The figure of an objective: a metric of the catalogue over whole days, as its viewer may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from watchfloor.identity.domain import Actor
from watchfloor.insight import queries as insight
from watchfloor.insight.queries import Span


def value(actor: Actor, metric: str, filters: Mapping[str, Sequence[str]], *, until: date, days: int) -> float | None:
    """The metric over the ``days`` days before ``until`` (UTC days); None where there is nothing to divide by."""
    end = datetime.combine(until, time(), UTC)
    span = Span(start=end - timedelta(days=days), end=end, where={name: tuple(each) for name, each in filters.items()})
    return insight.kpis(actor, span, metrics=[metric], compare=False)[0].value


SIZES = {"share": (0.01, "%"), "ms": (3_600_000.0, "h")}  # a unit of the catalogue, as people write it


def meant(unit: str, typed: float) -> float:
    """A figure as people write it (95 %, 4 h), in the catalogue's unit."""
    return typed * SIZES.get(unit, (1.0, ""))[0]


def said(unit: str, value: float | None) -> str:
    """A figure of the catalogue as people write it."""
    if value is None:
        return "–"
    size, sign = SIZES.get(unit, (1.0, ""))
    number = f"{value / size:,.2f}".rstrip("0").rstrip(".")
    return f"{number}\N{NARROW NO-BREAK SPACE}{sign}" if sign else number
