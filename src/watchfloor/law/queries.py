"""Readers: clocks with their words, the share that was met, the registers and requests, limited to what the actor may know."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Count, Q, QuerySet

from watchfloor.identity.access import rows as allowed
from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.law import documents
from watchfloor.law.domain.table import Rule
from watchfloor.law.models import Clock, Hold, Order
from watchfloor.review.models import Case
from watchfloor.review.queries import access

MOST = 500


class ClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """A clock as a person reads it."""

    id: UUID
    rule: str
    name: str
    instrument: str
    article: str
    about: str
    about_id: UUID
    case_id: UUID | None
    market: str
    state: str
    round: int
    table: int
    started_at: datetime
    due_at: datetime
    not_before: datetime | None
    paused_for: str
    paused_at: datetime | None
    warned_at: datetime | None
    missed_at: datetime | None
    stopped_at: datetime | None
    stopped_by: str
    proof: str
    paged: bool
    pages: bool  # whether on-call should have been paged

    def plain(self) -> dict[str, Any]:
        """For the command line and the JSON API."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return {**made, "id": ids.encode("clk", self.id)}


class Share(NamedTuple):
    """How a rule was kept: of those whose end has come, the share that was met."""

    rule: str
    name: str
    running: int
    paused: int
    met: int
    missed: int
    share: float | None


def clocks(actor: Actor, *, state: str = "", rule: str = "", about: str = "", market: str = "") -> QuerySet[Clock]:
    """The clocks one may know of, what is due first before what is over. Those of confidential orders need their permission."""
    found = Clock.objects.filter(allowed(actor, "law.view", clearance="clearance"))
    if not actor.may("law.confidential"):
        found = found.exclude(about="order", about_id__in=Order.objects.filter(confidential=True).values("pk"))
    for name, value in (("state", state), ("rule_key", rule), ("about", about), ("market", market)):
        if value:
            found = found.filter(**{name: value})
    return found


def clock_rows(
    actor: Actor,
    *,
    state: str = "",
    rule: str = "",
    about: str = "",
    market: str = "",
    start: int = 0,
    limit: int = MOST,
) -> list[ClockRow]:
    """The same with their words: those that run by their end, the others by when they began, newest first; ``limit`` from ``start``."""
    found = clocks(actor, state=state, rule=rule, about=about, market=market)
    running = found.filter(state__in=["running", "paused"]).order_by("due_at", "pk")
    over = found.exclude(state__in=["running", "paused"]).order_by("-started_at", "pk")
    rows = list(running[start : start + limit])
    if len(rows) < limit:
        after = max(0, start - running.count())
        rows += over[after : after + limit - len(rows)]
    return [row_of(row) for row in rows]


def clock_row(actor: Actor, clock_id: UUID) -> ClockRow:
    """One clock; ``NotFound`` for one that the actor may not know of."""
    row = clocks(actor).filter(pk=clock_id).first()
    if row is None:
        raise NotFound("unknown_clock", "There is no such clock.")
    return row_of(row)


def of(actor: Actor, about: str, about_id: UUID) -> list[ClockRow]:
    """The clocks of one thing."""
    return [row_of(row) for row in clocks(actor, about=about).filter(about_id=about_id).order_by("due_at", "pk")]


def of_order(row: Order) -> list[ClockRow]:
    """The clocks of an order, for whoever may see the order itself."""
    return [row_of(each) for each in Clock.objects.filter(about="order", about_id=row.pk).order_by("due_at", "pk")]


def next_of(actor: Actor, about: str, ids_: list[UUID]) -> dict[UUID, ClockRow]:
    """Of each thing the open clock that is due first."""
    open_ = (
        clocks(actor, about=about).filter(about_id__in=ids_, state__in=["running", "paused"]).order_by("-due_at", "pk")
    )
    return {row.about_id: row_of(row) for row in open_}


def row_of(row: Clock) -> ClockRow:
    """A row with its rule's words, as they stood when it began."""
    rule = documents.version(row.table_number).clocks.get(row.rule_key) or Rule(
        key=row.rule_key, name=row.rule_key, instrument=""
    )
    return ClockRow(
        id=row.pk, rule=row.rule_key, name=rule.name, instrument=rule.instrument, article=rule.article, about=row.about,
        about_id=row.about_id, case_id=row.case_id, market=row.market, state=row.state, round=row.round, table=row.table_number,
        started_at=row.started_at, due_at=row.due_at, not_before=row.not_before, paused_for=row.paused_for, paused_at=row.paused_at,
        warned_at=row.warned_at, missed_at=row.missed_at, stopped_at=row.stopped_at, stopped_by=row.stopped_by, proof=row.proof,
        paged=row.paged, pages=bool(rule.page),
    )  # fmt: skip


def attainment(actor: Actor, since: datetime | None = None) -> list[Share]:
    """By rule: how many run, stand still, were met, were missed. The share is of those whose end has come (by due time)."""
    found = clocks(actor)
    if since is not None:
        found = found.filter(due_at__gte=since)
    grouped = found.values("rule_key").annotate(
        running=Count("pk", filter=Q(state="running")), paused=Count("pk", filter=Q(state="paused")),
        met=Count("pk", filter=Q(state="met")), missed=Count("pk", filter=Q(state="missed")),
    )  # fmt: skip
    table = documents.table().clocks
    made = []
    for row in grouped.order_by("rule_key"):
        over = row["met"] + row["missed"]
        rule = table.get(row["rule_key"])
        made.append(
            Share(
                row["rule_key"], rule.name if rule else row["rule_key"], row["running"], row["paused"], row["met"], row["missed"],
                row["met"] / over if over else None,
            )
        )  # fmt: skip
    return made


def rules() -> list[Rule]:
    """The rules of the table in force."""
    return list(documents.table().clocks.values())


def rule_row(rule: Rule) -> dict[str, Any]:
    """A rule for the command line."""
    period = f"{rule.not_before}-{rule.amount}" if rule.not_before else str(rule.amount)
    return {
        "key": rule.key, "name": rule.name, "period": f"{period} {rule.unit}", "start": rule.start, "instrument": rule.instrument,
        "article": rule.article, "recipient": rule.recipient, "proof": rule.proof, "source": rule.source, "active": rule.active,
    }  # fmt: skip


def known_holds(actor: Actor, found: QuerySet[Hold]) -> QuerySet[Hold]:
    """Holds but those that tell of a restricted case one may not know of."""
    hidden = Case.objects.exclude(clearance="").exclude(pk__in=access.visible_cases(actor).values("pk"))
    return found.exclude(Q(case_id__in=hidden.values("pk")) | Q(item__in=hidden.values("item")))


def orders(actor: Actor, *, state: str = "", kind: str = "") -> QuerySet[Order]:
    """Orders, newest first; confidential ones only for those who may see them."""
    found = Order.objects.select_related("authority").order_by("-received_at", "pk")
    if not actor.may("law.confidential"):
        found = found.filter(confidential=False)
    return found.filter(**{name: value for name, value in (("state", state), ("kind", kind)) if value})


def order(actor: Actor, order_id: UUID) -> Order:
    """One order; ``NotFound`` for a confidential one that the actor may not see."""
    row = orders(actor).filter(pk=order_id).first()
    if row is None:
        raise NotFound("unknown_order", "There is no such order.")
    return row
