"""The numbers a sizing rests on: asked of the floor's figures with the rights of whoever sizes, kept so that they can be asked again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue, queries
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.programme.improvements.domain.amounts import Amount, a_month
from watchfloor.programme.improvements.domain.quantities import FILTERS, JOBS, Kind


class Fact(msgspec.Struct, frozen=True):
    """One answer: the metric, the fact it is kept as (empty: only here), its value and bounds in the metric's own unit."""

    metric: str
    fact: str
    value: float | None
    low: float | None = None
    high: float | None = None


class Read(msgspec.Struct, frozen=True):
    """What a quantity begins with: the base a month in its unit, the jobs a month, the answers they come from."""

    base: Amount
    jobs: float
    facts: tuple[Fact, ...]


def asked(filters: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Filters as the figures take them.

    Raises:
        BadInput: for what cannot be filtered by.
    """
    wrong = sorted(set(filters) - set(FILTERS))
    if wrong:
        raise BadInput("unknown_filter", f"Nothing can be filtered by {wrong[0][:40]!r} here.", where="filters")
    return {name: (value[:80],) for name, value in filters.items() if value}


def days(start: date, end: date) -> Span:
    """Whole days, the last one included.

    Raises:
        BadInput: fewer than seven, more than a year, or not over yet.
    """
    if not timedelta(days=6) <= end - start <= timedelta(days=366):
        raise BadInput("bad_period", "Read at least seven days and at most a year.", where="ends_on")
    if end >= clock.now().date():
        raise BadInput("bad_period", "The last day must be over.", where="ends_on")
    return Span(
        start=datetime.combine(start, time(), UTC),
        end=datetime.combine(end + timedelta(days=1), time(), UTC),
        interval="day",
    )


def read(w: Writer, actor: Actor, kind: Kind, filters: dict[str, str], start: date, end: date, about: str) -> Read:
    """Ask the questions of a quantity and keep the answers."""
    if not actor.has("insight.view"):
        raise Forbidden("no_permission", "Sizing reads the floor's figures, which your roles do not include.")
    span = msgspec.structs.replace(days(start, end), where=asked(filters))
    wanted = tuple(dict.fromkeys((*kind.metrics, JOBS)))
    lines = queries.series(
        actor, span, [catalogue.metric(key) for key in dict.fromkeys((*kind.sum_of, kind.metrics[0], JOBS))]
    )
    base_of = kind.sum_of or kind.metrics[:1]
    sums = [sum(lines[key][at].value or 0.0 for key in base_of) for at in range(len(lines[JOBS]))]
    jobs = a_month([point.value or 0.0 for point in lines[JOBS]]).value
    return Read(a_month(sums).times(kind.to_unit), jobs, tuple(_freeze(w, actor, key, span, about) for key in wanted))


def _freeze(w: Writer, actor: Actor, metric: str, span: Span, about: str) -> Fact:
    """Keep one answer."""
    found = queries.kpis(actor, span, metrics=[metric], compare=False)[0]
    return Fact(metric, "", found.value)
