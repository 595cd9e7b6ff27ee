"""The numbers a sizing rests on: asked of the floor's figures with the rights of whoever sizes, kept so that they can be asked again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import Writer
from watchfloor.programme.facts import actions as facts
from watchfloor.programme.facts import queries
from watchfloor.programme.facts.contracts import Question
from watchfloor.programme.improvements.domain.amounts import MONTH, Amount, a_month, product
from watchfloor.programme.improvements.domain.quantities import FILTERS, JOBS, QUALITY, Kind
from watchfloor.quality.queries import figures


class Fact(msgspec.Struct, frozen=True):
    """One answer: the metric, the fact it is kept as, its value and bounds in the metric's own unit."""

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
    """Ask the questions of a quantity and keep the answers as facts."""
    span, where = days(start, end), {name: values[0] for name, values in asked(filters).items()}
    base_of = kind.metrics[0]
    wanted = tuple(dict.fromkeys((*kind.metrics, JOBS)))
    questions = [
        Question(
            metric=key, start=span.start, end=span.end, filters=where, interval="day" if key == base_of else "", compare="none"
        )
        for key in wanted
    ]  # fmt: skip
    kept = facts.freeze_many(w, actor, [(question, "") for question in questions], about=about)
    answers = {key: queries.answer_of(row) for key, row in zip(wanted, kept, strict=True)}
    length = (end - start).days + 1
    sums = [answers[base_of].series[at].value or 0.0 for at in range(length)]
    jobs = (answers[JOBS].value or 0.0) / length * MONTH
    told = tuple(
        Fact(key, str(row.pk), answers[key].value, answers[key].low, answers[key].high)
        for key, row in zip(wanted, kept, strict=True)
    )
    base = a_month(sums).times(kind.to_unit)
    if kind.key != "errors":
        return Read(base, jobs, told)
    wrong = _wrong(actor, where, start, end)
    return Read(product(base, wrong), jobs, (*told, Fact(QUALITY, "", wrong.value, wrong.low, wrong.high)))


def _wrong(actor: Actor, where: dict[str, str], start: date, end: date) -> Amount:
    """The share of wrong decisions in quality's sample, weighted as it was drawn, with its interval; restricted work left out."""
    if not actor.has("quality.view"):
        raise Forbidden("no_permission", "Your roles do not include the figures of quality.")
    days = (clock.now().date() - start).days + 1
    wanted = figures.Filters(
        days=days, policy=where.get("policy", ""), market=where.get("market", ""), vendor=where.get("vendor", "")
    )
    looks = [
        row
        for row in figures.looks_of(actor, wanted)
        if not row.clearance
        and start <= row.decided_at.date() <= end
        and where.get("queue", row.queue_key) == row.queue_key
    ]
    if not looks:
        raise BadInput("no_looks", "Quality has looked at no such decisions in these days.", where="kind")
    right = figures.heat(looks)["", ""].accuracy
    return Amount(1 - right.share, 1 - right.high, 1 - right.low)
