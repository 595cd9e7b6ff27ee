"""Taking and ending one action: the row, the item's state, the event and the message to the platform, always together.

Used by ``actions`` only, which holds the account's lock (``lock``): effects of one account change one after another.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from watchfloor.enforcement import catalogue, domain, events, queries, statements
from watchfloor.enforcement.contracts import Enforce
from watchfloor.enforcement.models import Action, Strike
from watchfloor.items import actions as item_actions
from watchfloor.items import protected
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import Writer, plain

State = Action.State
# What an inverse and a repeated message carry over from the action they are about.
_GROUND = (
    "case_id",
    "policy_key",
    "policy_version_id",
    "violation_key",
    "severity",
    "market",
    "language",
    "from_ladder",
    "queue_key",
)


def lock(item: Item) -> Item | None:
    """Hold the account that answers for ``item`` (or the item itself) until the transaction ends; returns the account."""
    account = items.account_of(item)
    with connection.cursor() as cursor:
        key = str((account or item).pk)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))", [key])
    return account


def take(
    w: Writer,
    given: Enforce,
    kind: queries.Kind,
    item: Item,
    *,
    severity: int,
    step: domain.Step | None = None,
    strikes: list[Strike] | None = None,
) -> Action:
    """Take one action on one item, or hold it where the catalogue wants a second person, or the account is a protected one."""
    effect = catalogue.effect(kind.does)
    params = effect.params(
        catalogue.Given(
            policy_key=given.policy_key, violation_key=given.violation_key, market=given.market, fixed=kind.params
        )
    )
    held = kind.needs_approval or protected.is_protected(items.account_of(item))
    action = w.create(
        Action, decision_id=given.decision_id, case_id=given.case_id, kind_key=kind.key, item=item,
        state=State.HELD if held else State.PENDING, from_ladder=step is not None,
        step=step.points if step else None, strikes=[strike.pk for strike in strikes or []],
        params=params, slot=effect.slot(params), policy_key=given.policy_key, policy_version_id=given.policy_version,
        violation_key=given.violation_key, severity=severity, market=given.market, language=given.language,
        origin=given.origin, job_id=given.job_id, queue_key=given.queue, previous_decision_id=given.previous_decision_id,
        requested_by=w.actor, created_at=clock.now(), expires_at=None if held else _expiry(kind),
    )  # fmt: skip
    event = events.ActionTaken(**dimensions(action, kind.target), held=held, until=_text(action.expires_at))
    w.event(event, action, case_id=given.case_id, policy_version=given.policy_version, item_version=given.item_version)
    if not held:
        send(w, action, item, standing=_settle(w, item))
    return action


def release(w: Writer, action: Action, item: Item) -> None:
    """A held action gets its second person's yes."""
    kind = queries.kind(action.kind_key)
    w.update(action, state=State.PENDING, approved_by=w.actor, expires_at=_expiry(kind))
    say(w, action, events.ActionApproved(**dimensions(action, kind.target), until=_text(action.expires_at)))
    send(w, action, item, standing=_settle(w, item))


def refuse(w: Writer, action: Action, why: str) -> None:
    """A held action will not be taken."""
    w.update(action, state=State.REJECTED)
    say(w, action, events.ActionRejected(**dimensions(action, queries.kind(action.kind_key).target), why=why))


def end(w: Writer, action: Action, *, why: str, by_decision: UUID | None) -> Action | None:
    """Take an action out of force (``why`` = appeal, undo, ladder or expiry); returns the inverse if one must be sent.

    While another action holds the same effect the platform is not asked to undo it; if the effect ends earlier now, the one that
    stays is stated again.
    """
    item = action.item
    kind = queries.kind(action.kind_key)
    others = [row for row in queries.in_force(item.pk) if row.slot == action.slot and row.pk != action.pk]
    restate = others and domain.ends([row.expires_at for row in others]) != domain.ends(
        [row.expires_at for row in [*others, action]]
    )
    sent = bool(restate) or (not others and bool(kind.inverse_key))
    if why == "expiry":
        w.update(action, state=State.EXPIRED)
        say(w, action, events.ActionExpired(**dimensions(action, kind.target), sent=sent))
    else:
        w.update(action, state=State.REVERSED, reversed_at=clock.now())
        say(w, action, events.ActionReversed(**dimensions(action, kind.target), why=why, sent=sent))
    _settle(w, item)
    if restate:
        last = max(others, key=lambda row: (row.expires_at is None, row.expires_at or row.created_at))
        send(w, last, item, again=action)
        return None
    return _inverse(w, action, kind, item, why, by_decision) if sent else None


def send(
    w: Writer, action: Action, item: Item, *, again: Action | None = None, standing: list[Action] | None = None
) -> None:
    """Tell the platform. The message's key is the action's id; a statement of an action again adds what made it necessary.

    ``standing`` are the actions in force on the item, where the caller has just read them.
    """
    key = encode("act", action.pk)
    if again is not None:
        key += f".{encode('act', again.pk)}"
    account = items.account_of(item)
    w.send(
        "action", lane=f"account:{(account or item).pk}", key=key, payload=_payload(action, item, standing),
        subject=f"action:{action.pk}",
    )  # fmt: skip


def say(w: Writer, action: Action, event: events.OfAction) -> None:
    """Record an event on an action, with its case and policy version."""
    w.event(event, action, case_id=action.case_id, policy_version=action.policy_version_id)
    statements.touched(w, action.decision_id, event)


def dimensions(action: Action, target: str) -> dict[str, Any]:
    """The dimensions every event of an action carries."""
    return {
        "kind": action.kind_key, "target": target, "policy": action.policy_key, "violation": action.violation_key,
        "severity": action.severity, "market": action.market, "language": action.language, "origin": action.origin,
        "from_ladder": action.from_ladder,
    }  # fmt: skip


def _inverse(w: Writer, action: Action, kind: queries.Kind, item: Item, why: str, by_decision: UUID | None) -> Action:
    row = w.create(
        Action, decision_id=by_decision or action.decision_id, kind_key=kind.inverse_key, item=item,
        state=State.PENDING, inverse_of=action, params=action.params, slot=action.slot, origin=why,
        previous_decision_id=action.decision_id, requested_by=w.actor, created_at=clock.now(),
        **{name: getattr(action, name) for name in _GROUND},
    )  # fmt: skip
    say(w, row, events.InverseTaken(**dimensions(row, kind.target), inverse_of=kind.key, why=why))
    send(w, row, item)
    return row


def _settle(w: Writer, item: Item) -> list[Action]:
    """Bring ``Item.state`` in line with the actions in force, and give these; what its author deleted stays deleted."""
    standing = queries.in_force(item.pk)
    item.state = items.state_now(item)
    if item.state != Item.State.DELETED_BY_AUTHOR:
        item_actions.set_state(w, item, domain.item_state(queries.kind(row.kind_key).item_state for row in standing))
    return standing


def _payload(action: Action, item: Item, standing: list[Action] | None) -> dict[str, Any]:
    until = action.expires_at
    if action.inverse_of_id is None:
        standing = queries.in_force(item.pk) if standing is None else standing
        until = domain.ends([row.expires_at for row in standing if row.slot == action.slot])
    return {
        "type": "action",
        "action_id": encode("act", action.pk),
        "kind": action.kind_key,
        "effect": action.slot,
        "undo": action.inverse_of_id is not None,
        "inverse_of": encode("act", action.inverse_of_id) if action.inverse_of_id else None,
        "item": {"type": item.type_key, "id": item.external_id},
        "params": action.params,
        "until": plain(until),
        "decision_id": encode("dec", action.decision_id),
        "previous_decision_id": encode("dec", action.previous_decision_id) if action.previous_decision_id else None,
        "case_id": encode("case", action.case_id) if action.case_id else None,
        "job_id": encode("job", action.job_id) if action.job_id else None,
        "policy": action.policy_key,
        "policy_version": str(action.policy_version_id) if action.policy_version_id else None,
        "violation": action.violation_key,
        "origin": action.origin,
        "from_ladder": action.from_ladder,
        "at": plain(clock.now()),
    }


def _expiry(kind: queries.Kind) -> datetime | None:
    return None if kind.duration_hours is None else clock.now() + timedelta(hours=kind.duration_hours)


def _text(moment: datetime | None) -> str:
    return plain(moment) if moment else ""
