"""Taking and ending one action: the row, the item's state, the event and the message to the platform, always together.

Used by ``actions`` only, which holds the account's lock (``lock``): effects of one account change one after another.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from watchfloor.enforcement import automation, catalogue, domain, events, messages, queries, statements
from watchfloor.enforcement.contracts import Enforce
from watchfloor.enforcement.models import Action, Attempt, Strike
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
    """Take one action on one item: at once, later, or (``held_for``) when a second person agrees."""
    effect = catalogue.effect(kind.does)
    about = catalogue.Given(
        policy_key=given.policy_key, violation_key=given.violation_key, market=given.market, fixed=kind.params
    )
    params = effect.params(about)
    held_for = _held_for(w, given, kind, item, by_class=effect.hold(about, params))
    now = clock.now()
    starts_at = given.starts_at
    if starts_at is None and kind.delay_hours:
        starts_at = now + timedelta(hours=kind.delay_hours)
    later = starts_at is not None and starts_at > now
    held = bool(held_for)
    waits = held or later
    action = w.create(
        Action, decision_id=given.decision_id, case_id=given.case_id, kind_key=kind.key, item=item,
        state=State.HELD if held else State.SCHEDULED if later else State.PENDING, held_for=held_for, from_ladder=step is not None,
        step=step.points if step else None, strikes=[strike.pk for strike in strikes or []],
        params=params, slot=effect.slot(params), policy_key=given.policy_key, policy_version_id=given.policy_version,
        violation_key=given.violation_key, severity=severity, market=given.market, language=given.language,
        origin=given.origin, job_id=given.job_id, queue_key=given.queue, previous_decision_id=given.previous_decision_id,
        requested_by=given.asked_by or w.actor, created_at=now, starts_at=starts_at if later else None,
        expires_at=None if waits else _expiry(kind), batch=given.batch,
    )  # fmt: skip
    event = events.ActionTaken(
        **dimensions(action, kind.target), held=held, until=_text(action.expires_at), starts=_text(action.starts_at),
        held_for=held_for,
    )  # fmt: skip
    w.event(event, action, case_id=given.case_id, policy_version=given.policy_version, item_version=given.item_version)
    if not waits:
        send(w, action, item, standing=_settle(w, item))
    return action


def release(w: Writer, action: Action, item: Item) -> None:
    """A held action gets its second person's yes; one that is to begin later still does."""
    kind = queries.kind(action.kind_key)
    later = action.starts_at is not None and action.starts_at > clock.now()
    expires_at = None if later else _expiry(kind)
    w.update(action, state=State.SCHEDULED if later else State.PENDING, approved_by=w.actor, expires_at=expires_at)
    say(w, action, events.ActionApproved(**dimensions(action, kind.target), until=_text(expires_at)))
    if not later:
        send(w, action, item, standing=_settle(w, item))


def start(w: Writer, action: Action) -> None:
    """The moment of a scheduled action has come. If automatic actions are stopped just now, it waits for a person instead."""
    kind = queries.kind(action.kind_key)
    if action.origin == "rule" and automation.stopped() is not None:
        w.update(action, state=State.HELD, held_for="automation")
        say(w, action, events.ActionWithheld(**dimensions(action, kind.target), tried=False))
        return
    w.update(action, state=State.PENDING, expires_at=_expiry(kind))
    say(w, action, events.ActionStarted(**dimensions(action, kind.target), until=_text(action.expires_at)))
    send(w, action, action.item, standing=_settle(w, action.item))


def withhold(w: Writer, action: Action, *, tried: bool) -> None:
    """An automatic action that the platform has not confirmed waits for a person now; its message is gone from the outbox."""
    w.update(action, state=State.HELD, held_for="automation", expires_at=None, last_error="")
    say(w, action, events.ActionWithheld(**dimensions(action, queries.kind(action.kind_key).target), tried=tried))
    _settle(w, action.item)


def refuse(w: Writer, action: Action, why: str) -> Action | None:
    """A held or scheduled action will not be taken. Returns the inverse where its message was tried before it was withheld:
    it may have arrived."""
    kind = queries.kind(action.kind_key)
    withheld = action.state == State.HELD and action.held_for == "automation"
    w.update(action, state=State.REJECTED)
    say(w, action, events.ActionRejected(**dimensions(action, kind.target), why=why))
    if not withheld or not Attempt.objects.filter(key=encode("act", action.pk)).exists():
        return None
    others = [row for row in queries.in_force(action.item_id) if row.slot == action.slot]
    if others:
        send(w, max(others, key=_lasts), action.item, again=action)
        return None
    return _inverse(w, action, kind, action.item, "undo", None) if kind.inverse_key else None


def end(w: Writer, action: Action, *, why: str, by_decision: UUID | None) -> Action | None:
    """Take an action out of force (``why`` = appeal, undo, ladder, person, fixed or expiry); returns the inverse if one must be sent.

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
        send(w, max(others, key=_lasts), item, again=action)
        return None
    return _inverse(w, action, kind, item, why, by_decision) if sent else None


def send(
    w: Writer,
    action: Action,
    item: Item,
    *,
    again: Action | None = None,
    standing: list[Action] | None = None,
    mark: str = "",
) -> None:
    """Tell the platform. The message's key is the action's id; a statement of an action again adds what made it necessary
    (the action ``again``, or ``mark``).

    ``standing`` are the actions in force on the item, where the caller has just read them.
    """
    key = encode("act", action.pk)
    if again is not None:
        key += f".{encode('act', again.pk)}"
    elif mark:
        key += f".{mark}"
    w.send(
        "action", lane=lane_of(item), key=key, subject=f"action:{action.pk}",
        payload=messages.of_action(action, item, _until(action, standing)),
    )  # fmt: skip


def lane_of(item: Item) -> str:
    """Messages about one account, and about what it made, go out in order."""
    return f"account:{(items.account_of(item) or item).pk}"


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


def _held_for(w: Writer, given: Enforce, kind: queries.Kind, item: Item, *, by_class: bool) -> str:
    """Why a second person must agree: kind, protected, mass or automation; "" where nobody need."""
    if kind.needs_approval or by_class:
        return "kind"
    if protected.is_protected(items.account_of(item)):
        return "protected"
    rule = (given.asked_by or w.actor) if given.origin == "rule" else ""
    if rule and automation.stopped() is not None:
        return "automation"
    return "mass" if automation.over_limit(kind, batch_size=given.batch_size, rule=rule) else ""


def _lasts(row: Action) -> tuple[bool, datetime]:
    return row.expires_at is None, row.expires_at or row.created_at


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


def _until(action: Action, standing: list[Action] | None) -> datetime | None:
    """When the effect ends, of all actions that hold it up; of an inverse, when what it undid would have."""
    if action.inverse_of_id is not None:
        return action.expires_at
    rows = queries.in_force(action.item_id) if standing is None else standing
    return domain.ends([row.expires_at for row in rows if row.slot == action.slot])


def _expiry(kind: queries.Kind) -> datetime | None:
    return None if kind.duration_hours is None else clock.now() + timedelta(hours=kind.duration_hours)


def _text(moment: datetime | None) -> str:
    return plain(moment) if moment else ""
