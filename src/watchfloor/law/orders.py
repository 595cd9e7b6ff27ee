"""Orders of courts and authorities: taken in with a receipt, checked for what they lack, put before reviewers, answered with their effect.

What an order lacks is asked for, and its clocks stand still meanwhile where their law lets them. What it speaks of is held, and opens a
case (or joins it) as a report of a government or of law enforcement, so that routing, priority and the due time follow by themselves.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor
from watchfloor.items.actions import see
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.law import clocks, keeping
from watchfloor.law.clocks import About
from watchfloor.law.domain.orders import KINDS, missing
from watchfloor.law.events import OrderAnswered, OrderChanged, OrderReceived
from watchfloor.law.models import Authority, Clock, Order
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review.actions import receive_report
from watchfloor.review.actions.hasten import hasten
from watchfloor.review.contracts import ReportIn
from watchfloor.review.models import Case, Decision

State = Order.State
OPEN: Final = (State.INCOMPLETE, State.WORKING, State.CHALLENGED)
EFFECTS: Final = ("done", "partly", "none")
MOST_LOCATIONS: Final = 200


class OrderIn(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it arrived. ``locations``: items as the platform names them. ``territory``: markets; none: everywhere."""

    authority: UUID
    kind: str
    reference: str = ""
    legal_basis: str = ""
    text: str = ""
    locations: tuple[tuple[str, str], ...] = ()
    reason: str = "unlawful"
    territory: tuple[str, ...] = ()
    confidential: bool = False
    received_at: datetime | None = None
    channel: str = "page"
    key: str = ""


def take_in(actor: Actor, order: OrderIn) -> Order:
    """Take an order in: its receipt is the row. The same idempotency key gives the same receipt."""
    if order.kind not in KINDS:
        raise BadInput("unknown_kind", f"{order.kind[:40]!r} is no kind of order.", where="kind", hint=", ".join(KINDS))
    if len(order.locations) > MOST_LOCATIONS:
        raise BadInput("too_many", f"An order names at most {MOST_LOCATIONS} items.", where="locations")
    now = clock.now()
    received = order.received_at or now
    if received > now:
        raise BadInput("in_the_future", "An order cannot have arrived later than now.", where="received_at")
    policies.reason(order.reason)
    key = hashlib.sha256(f"{actor}\n{order.key}".encode()).hexdigest() if order.key else None
    with writing(actor) as w:
        authority = Authority.objects.filter(pk=order.authority, ended_at__isnull=True).first()
        if authority is None:
            raise BadInput("unknown_authority", "This authority is not in the register.", where="authority")
        row = w.create_unless_known(
            Order, authority=authority, kind=order.kind, reference=order.reference.strip(), legal_basis=order.legal_basis.strip(),
            text=order.text.strip(), locations=[{"type": kind, "id": name} for kind, name in order.locations],
            reason_key=order.reason, territory=list(order.territory), confidential=order.confidential, channel=order.channel,
            received_at=received, state=State.INCOMPLETE, taken_by=w.actor, key=key,
        )  # fmt: skip
        if row is None:
            return Order.objects.get(key=key)
        lacks = _lacks(w, row, authority)
        w.update(row, missing=lacks)
        opened = 0 if lacks else _valid(w, row, authority)
        event = OrderReceived(
            kind=row.kind, country=authority.country, locations=len(row.locations), missing=lacks, cases=opened,
            confidential=row.confidential,
        )  # fmt: skip
        w.event(event, row)
        _start(w, row, received)
        if lacks:
            _stand_still(w, row)
        w.send(
            "order.received",
            lane=f"order:{row.pk}",
            key=f"order:{row.pk}:received",
            payload=_told(row),
            subject=f"order:{row.pk}",
        )
    return row


def complete(actor: Actor, order_id: UUID, *, reference: str = "", legal_basis: str = "", text: str = "",
             locations: tuple[tuple[str, str], ...] = ()) -> Order:  # fmt: skip
    """What was missing has come (or the authority was verified): its clocks go on, and once nothing is missing the work begins."""
    with writing(actor) as w:
        row = lock(order_id)
        if row.state != State.INCOMPLETE:
            raise Conflict("not_incomplete", "Nothing is missing from this order.")
        authority = row.authority
        values: dict[str, Any] = {
            name: value.strip() for name, value in (("reference", reference), ("legal_basis", legal_basis), ("text", text)) if value.strip()
        }  # fmt: skip
        if locations:
            values["locations"] = [{"type": kind, "id": name} for kind, name in locations]
        w.update(row, **values)
        lacks = _lacks(w, row, authority)
        w.update(row, missing=lacks)
        if not lacks:
            _valid(w, row, authority)
        w.event(OrderChanged(kind=row.kind, country=authority.country, step="clarified", missing=lacks), row)
        if not lacks:
            _go_on(w, row)
            clocks.start_all(w, "order", _about(row), clock.now(), start="valid")
    return row


def contest(actor: Actor, order_id: UUID, step: str, why: str) -> Order:
    """Refuse an order (its clocks are void), or challenge it before a court (they run on)."""
    if step not in ("refused", "challenged"):
        raise BadInput("unknown_step", "An order is refused or challenged.", where="step")
    if not why.strip():
        raise BadInput("no_reason", "Say on what ground; the authority is told.", where="why")
    with writing(actor) as w:
        row = lock(order_id)
        if row.state not in OPEN:
            raise Conflict("over", "This order is answered.")
        w.update(row, state=step, why=why.strip())
        w.event(OrderChanged(kind=row.kind, country=row.authority.country, step=step), row)
        if step == "refused":
            for each in clocks.of("order", row.pk):
                clocks.end(w, each)
            _tell(w, row, step)
    return row


def answer(actor: Actor, order_id: UUID, effect: str, text: str) -> Order:
    """Inform the authority of the effect: what stands in the letter is what was sent."""
    if effect not in EFFECTS:
        raise BadInput("unknown_effect", "The effect is done, partly or none.", where="effect")
    if not text.strip():
        raise BadInput("no_text", "Write what the authority is told.", where="text")
    with writing(actor) as w:
        row = lock(order_id)
        if row.state not in OPEN:
            raise Conflict("over", "This order was answered or refused already.")
        now = clock.now()
        w.update(row, state=State.ANSWERED, effect=effect, answer=text.strip(), answered_at=now, answered_by=w.actor)
        after = (now - row.received_at) // timedelta(milliseconds=1)
        w.event(OrderAnswered(kind=row.kind, country=row.authority.country, effect=effect, after_ms=after), row)
        for each in clocks.of("order", row.pk):
            clocks.stop(w, each, "answer", f"order:{row.pk}", now)
        _tell(w, row, "answered")
    return row


def waiting_for(order: Order) -> list[UUID]:
    """The cases of an order that are not dealt with: no finding yet, or an action that the platform has not confirmed."""
    cases = list(Case.objects.filter(pk__in=order.cases).values_list("pk", "last_decision_id"))
    decided = {decision for _, decision in cases if decision is not None}
    open_actions = set(
        Action.objects.filter(
            decision_id__in=decided, state__in=["held", "pending", "sent", "failed", "dead"]
        ).values_list("decision_id", flat=True)
    )
    since = Decision.objects.filter(pk__in=decided, at__gte=order.received_at).values_list("pk", flat=True)
    fresh = set(since)
    return [
        case
        for case, decision in cases
        if decision is None or decision in open_actions or (decision not in fresh and not _stands(decision))
    ]


def effect_of(order: Order) -> str:
    """What the cases of an order say its effect was."""
    verdicts = list(
        Decision.objects.filter(
            pk__in=Case.objects.filter(pk__in=order.cases).exclude(last_decision_id=None).values("last_decision_id")
        ).values_list("verdict", flat=True)
    )
    done = sum(verdict == "violating" for verdict in verdicts)
    return "done" if done and done == len(order.cases) else "partly" if done else "none"


def lock(order_id: UUID) -> Order:
    """The row, locked."""
    row = Order.objects.select_for_update(of=("self",)).select_related("authority").filter(pk=order_id).first()
    if row is None:
        raise NotFound("unknown_order", "There is no such order.")
    return row


def _stands(decision: UUID) -> bool:
    """A finding from before the order counts while what it did stands."""
    return Decision.objects.filter(pk=decision, verdict="violating", superseded_at__isnull=True).exists()


def _lacks(w: Writer, row: Order, authority: Authority) -> list[str]:
    given = {
        "authority": authority.verified_at is not None, "reference": bool(row.reference), "legal_basis": bool(row.legal_basis),
        "text": bool(row.text), "locations": bool(row.locations) and all(_item(w, row, each) is not None for each in row.locations),
    }  # fmt: skip
    return missing(row.kind, given)


def _item(w: Writer, row: Order, place: dict[str, str]) -> Item | None:
    """The item of a location; one we have not met is taken note of, where its type allows to know nothing else of it."""
    known = Item.objects.filter(type_key=place.get("type", ""), external_id=place.get("id", "")).first()
    if known is not None or not place.get("id"):
        return known
    try:
        with w.attempt():
            item, _ = see(w, ItemSeen(type=place["type"], id=place["id"], data={}, seen_at=row.received_at))
    except BadInput:
        return None
    return item


def _valid(w: Writer, row: Order, authority: Authority) -> int:
    """Nothing is missing: what it speaks of is held, and opens cases."""
    kind = KINDS[row.kind]
    w.update(row, state=State.WORKING, valid_at=clock.now(), missing=[])
    cases: list[UUID] = []
    for place in row.locations:
        item = _item(w, row, place)
        if item is None:
            continue
        keeping.place(w, item=item, basis=kind.basis, source=f"order:{row.pk}", why="")
        if not kind.acts:
            continue
        report = ReportIn(
            id=ids.new_id(), item=item.pk, item_version=item.current_version, source="orders", channel="order",
            reporter_kind="law_enforcement" if authority.kind == "law_enforcement" else "government",
            reason_key=row.reason_key, received_at=row.received_at, reporter=f"authority:{authority.pk}",
            note="" if row.confidential else row.reference, market=row.territory[0] if row.territory else "",
        )  # fmt: skip
        case = receive_report(w, report, item=item)
        if case.pk not in cases:
            cases.append(case.pk)
    w.update(row, cases=cases)
    return len(cases)


def _about(row: Order) -> About:
    facts = {
        "kind": row.kind, "market": row.territory[0] if len(row.territory) == 1 else "", "reason": row.reason_key,
        "policy": policies.reason(row.reason_key).policy_key,
    }  # fmt: skip
    return About(kind="order", id=row.pk, facts=facts, case_id=row.cases[0] if row.cases else None)


def _start(w: Writer, row: Order, received: datetime) -> None:
    started = clocks.start_all(w, "order", _about(row), received, start="receipt")
    if row.valid_at is not None:
        started += clocks.start_all(w, "order", _about(row), row.valid_at, start="valid")
    _hasten(w, row, started)


def _hasten(w: Writer, row: Order, rows: list[Clock]) -> None:
    moved = False
    for each in rows:
        for case_id in row.cases:
            moved |= hasten(w, case_id, each.due_at)
    if moved:
        w.event(OrderChanged(kind=row.kind, country=row.authority.country, step="cases"), row)


def _stand_still(w: Writer, row: Order) -> None:
    for each in clocks.of("order", row.pk):
        if (
            each.state == Clock.State.RUNNING
            and "clarification" in clocks.rule_of(each).pauses
            and each.due_at > clock.now()
        ):
            clocks.pause(w, each.pk, "clarification")


def _go_on(w: Writer, row: Order) -> None:
    found = clocks.of("order", row.pk)
    for each in found:
        if each.case_id is None and row.cases:
            w.update(each, case_id=row.cases[0])
        if each.state == Clock.State.PAUSED:
            clocks.resume(w, each.pk)
    if w.has_changes:
        w.event(OrderChanged(kind=row.kind, country=row.authority.country, step="resumed"), row)
    _hasten(w, row, [each for each in found if each.state == Clock.State.RUNNING])


def _tell(w: Writer, row: Order, step: str) -> None:
    w.send(
        f"order.{step}",
        lane=f"order:{row.pk}",
        key=f"order:{row.pk}:{step}",
        payload=_told(row),
        subject=f"order:{row.pk}",
    )


def _told(row: Order) -> dict[str, Any]:
    """What a webhook says of an order: never its text, nor what it speaks of."""
    return {
        "order": ids.encode("ord", row.pk), "kind": row.kind, "state": row.state, "effect": row.effect,
        "missing": list(row.missing), "territory": list(row.territory),
    }  # fmt: skip
