"""The agenda of a check-in, which fills itself: targets and misses, causes, open questions, actions carried, training gaps, invoices."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight.spikes import queries as spikes
from watchfloor.kernel import clock
from watchfloor.vendors import scorecard
from watchfloor.vendors.access import Side
from watchfloor.vendors.domain.intervals import Figure
from watchfloor.vendors.domain.judging import Verdict
from watchfloor.vendors.domain.terms import FIGURES, plain
from watchfloor.vendors.models import CheckIn, Invoice, Question, Task

MOST = 50


class TargetLine(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, with its target where it has one. Values are in the figure's unit; ``by`` and ``percent`` as in the contract."""

    figure: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    days: int
    counted: int
    clause: str = ""
    goal: float | None = None
    direction: str = ""
    outcome: str = ""
    by: str = ""
    percent: str = ""


class CauseLine(msgspec.Struct, frozen=True):
    """What moved a figure in the period: a spike's headline and its address."""

    words: str
    url: str
    at: datetime


class QuestionLine(msgspec.Struct, frozen=True):
    """A question that waits."""

    id: str
    text: str
    policy: str
    due_at: datetime
    late: bool


class TaskLine(msgspec.Struct, frozen=True):
    """An action that is carried over."""

    id: str
    side: str
    owner: str
    text: str
    due_on: date
    late: bool


class InvoiceLine(msgspec.Struct, frozen=True):
    """An invoice that is not settled."""

    id: str
    reference: str
    state: str
    total: str
    currency: str


class Agenda(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, as it was at ``at``. Money is text, exact."""

    at: datetime
    start: date
    end: date
    contract: int
    confidence: str
    least_days: int
    least: int
    targets: tuple[TargetLine, ...]
    others: tuple[TargetLine, ...]
    credit_percent: str
    credit_capped: str
    credit_amount: str
    fee: str
    invoice: str
    currency: str
    people: scorecard.People
    causes: tuple[CauseLine, ...]
    questions: tuple[QuestionLine, ...]
    tasks: tuple[TaskLine, ...]
    gaps: tuple[scorecard.Gap, ...]
    invoices: tuple[InvoiceLine, ...]


def fill(actor: Actor, side: Side, start: date, end: date) -> Agenda:
    """The agenda over a period, as things stand now. ``actor``: whose view of spikes is used."""
    key, now = side.vendor.key, clock.now()
    card = scorecard.card(key, start, end)
    amount = card.owed.amount
    return Agenda(
        at=now, start=start, end=end, contract=card.contract.number if card.contract else 0,
        confidence=plain(card.terms.confidence), least_days=card.terms.least_days, least=card.terms.least,
        targets=tuple(_target(each) for each in card.verdicts),
        others=tuple(_figure(name, each) for name, each in card.others),
        credit_percent=plain(card.owed.percent), credit_capped=plain(card.owed.capped),
        credit_amount="" if amount is None else str(amount), fee="" if card.owed.fee is None else str(card.owed.fee),
        invoice=card.invoice.reference if card.invoice else "", currency=card.terms.currency,
        people=scorecard.people(key, card.terms), causes=_causes(actor, key, start, end),
        questions=tuple(
            QuestionLine(str(row.pk), row.text, row.policy_key, row.due_at, now > row.due_at)
            for row in Question.objects.filter(vendor_key=key, answered_at=None).order_by("due_at")[:MOST]
        ),
        tasks=tuple(
            TaskLine(str(row.pk), row.side, row.owner, row.text, row.due_on, now.date() > row.due_on)
            for row in Task.objects.filter(vendor_key=key, done_at=None).order_by("due_on", "made_at")[:MOST]
        ),
        gaps=tuple(scorecard.gaps(side)),
        invoices=tuple(
            InvoiceLine(str(row.pk), row.reference, row.state, str(row.total), card.terms.currency)
            for row in Invoice.objects.filter(vendor_key=key).exclude(state="accepted").order_by("taken_in_at")[:MOST]
        ),
    )  # fmt: skip


def of(actor: Actor, side: Side, row: CheckIn) -> Agenda:
    """A check-in's agenda: as it was when it was sent, else as it is now."""
    if row.state == CheckIn.State.SENT and row.agenda:
        return msgspec.convert(row.agenda, Agenda)
    return fill(actor, side, row.starts_on, row.ends_on)


def _target(each: Verdict) -> TargetLine:
    line = _figure(each.target.figure, each.figure)
    return msgspec.structs.replace(
        line, clause=each.target.clause, goal=scorecard.goal_in_unit(each.target), direction=each.target.direction,
        outcome=each.outcome, by="" if each.by is None else plain(each.by), percent=plain(each.percent),
    )  # fmt: skip


def _figure(name: str, found: Figure) -> TargetLine:
    return TargetLine(
        figure=name, unit=FIGURES[name][0], value=found.value, low=found.low, high=found.high, days=found.days, counted=round(found.below),
    )  # fmt: skip


def _causes(actor: Actor, key: str, start: date, end: date) -> tuple[CauseLine, ...]:
    if not actor.has("insight.view"):
        return ()
    first, last = scorecard.midnight(start), scorecard.midnight(end).replace(hour=23, minute=59)
    rows = spikes.spikes(actor, since=first, limit=200)
    mine = [
        row for row in rows if row.where.get("vendor") == key and row.starts_at <= last and row.state != "dismissed"
    ]
    lines = [spikes.line(row) for row in mine[:10]]
    return tuple(CauseLine(line.headline, line.url, line.since) for line in lines)
