"""JSON for programs: orders in, clocks to read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Header, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.law import authorities, orders, queries
from watchfloor.law.models import Authority, Order
from watchfloor.ledger.writer import writing

router = Router(tags=["law"])


class AuthorityIn(Schema):
    """Who orders. One that is not in the register is put into it, and somebody must make sure of it before anything is done."""

    name: str = Field(min_length=1, max_length=160)
    country: str
    kind: str = "government"
    email: str = Field("", max_length=200)


class LocationIn(Schema):
    """An item as the platform names it."""

    type: str
    id: str


class LegalOrderIn(Schema):
    """An order. ``kind``: act_against_content, provide_information, tco_removal, esafety_notice, india_order or court_order.

    ``reason`` is one of the platform's reasons for reports. ``territory``: markets; none: everywhere.
    """

    authority: AuthorityIn
    kind: str
    reference: str = Field("", max_length=120)
    legal_basis: str = ""
    text: str = ""
    locations: list[LocationIn] = []
    reason: str = "unlawful"
    territory: list[str] = []
    confidential: bool = False
    received_at: datetime | None = None


class ClockOut(Schema):
    """A legal clock. ``state``: running, paused, met, missed or ended."""

    id: str
    rule: str
    name: str
    state: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    proof: str


class OrderOut(Schema):
    """The receipt of an order. ``missing``: elements without which it cannot be acted on; they are asked for."""

    id: str
    kind: str
    state: str
    missing: list[str]
    received_at: datetime
    cases: list[str]
    effect: str
    answered_at: datetime | None
    clocks: list[ClockOut]


class ClocksOut(Schema):
    """Clocks, what is due first before what is over."""

    clocks: list[ClockOut]


@router.post("/orders", response={201: OrderOut}, summary="Take in an order of an authority")
def take_in(
    request: HttpRequest,
    order: LegalOrderIn,
    idempotency_key: str = Header(""),  # type: ignore[type-arg]
) -> tuple[int, dict[str, Any]]:
    """Takes an order in and gives its receipt; with the same ``Idempotency-Key`` the same one. Needs ``order.submit``."""
    actor = needs(request, "order.submit")
    given = orders.OrderIn(
        authority=_authority(actor, order.authority), kind=order.kind, reference=order.reference, legal_basis=order.legal_basis,
        text=order.text, locations=tuple((each.type, each.id) for each in order.locations), reason=order.reason,
        territory=tuple(order.territory), confidential=order.confidential, received_at=order.received_at, channel="api",
        key=idempotency_key[:200],
    )  # fmt: skip
    return 201, _out(actor, orders.take_in(actor, given))


@router.get("/orders/{order_id}", response=OrderOut, summary="An order")
def one(request: HttpRequest, order_id: str) -> dict[str, Any]:
    """An order by its receipt; the sender's own, or any with the permission to see orders. Needs ``order.submit`` or ``law.view``."""
    actor = needs(request, "order.submit", "law.view")
    found = ids.decode("ord", order_id)
    row = Order.objects.filter(pk=found, taken_by=str(actor)).first()
    if row is None:
        if not actor.has("law.view"):
            raise NotFound("unknown_order", "There is no such order.")
        row = queries.order(actor, found)
    return _out(actor, row)


@router.get("/law/clocks", response=ClocksOut, summary="Legal clocks")
def clocks(request: HttpRequest, state: str = "", rule: str = "") -> dict[str, Any]:
    """Legal clocks that run, stand still, were met or missed. Needs ``law.view``."""
    actor = needs(request, "law.view")
    return {"clocks": [_clock(row) for row in queries.clock_rows(actor, state=state, rule=rule)]}


def _authority(actor: Any, given: AuthorityIn) -> UUID:
    row = Authority.objects.filter(
        name=given.name.strip(), country=given.country.upper(), ended_at__isnull=True
    ).first()
    if row is None:
        with writing(actor) as w:
            row = authorities.save_in(
                w, authorities.Entry(name=given.name, kind=given.kind, country=given.country, email=given.email)
            )
    return row.pk


def _out(actor: Any, row: Order) -> dict[str, Any]:
    return {
        "id": ids.encode("ord", row.pk), "kind": row.kind, "state": row.state, "missing": row.missing, "received_at": row.received_at,
        "cases": [ids.encode("case", each) for each in row.cases], "effect": row.effect, "answered_at": row.answered_at,
        "clocks": [_clock(each) for each in queries.of_order(row)],
    }  # fmt: skip


def _clock(row: queries.ClockRow) -> dict[str, Any]:
    return {
        "id": ids.encode("clk", row.id), "rule": row.rule, "name": row.name, "state": row.state, "started_at": row.started_at,
        "due_at": row.due_at, "stopped_at": row.stopped_at, "proof": row.proof,
    }  # fmt: skip
