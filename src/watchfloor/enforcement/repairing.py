"""What people do about a difference: tell the platform again, or accept it as it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from watchfloor.enforcement import catalogue, effects, events, messages, queries, replaying
from watchfloor.enforcement.models import Action, Drift
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound, WatchfloorError
from watchfloor.kernel.ids import encode, new_id
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import Writer, writing

ANSWERS = ("send", "accept")


class Repaired(msgspec.Struct, frozen=True, kw_only=True):
    """How many differences were answered, and how many could not be (they changed meanwhile)."""

    done: int
    left: int


def visible(actor: Actor, permission: str = "enforcement.view") -> QuerySet[Drift]:
    """The differences this actor may see, as with actions."""
    allowed = access.rows(actor, permission, queue="queue_key", market="market", severity="severity")
    return Drift.objects.filter(allowed).exclude(policy_key__in=queries.hidden_policies(actor, permission))


def answer(w: Writer, drift_id: UUID, what: str, *, note: str = "") -> Drift:
    """``send``: tell the platform again (what is missing or different is stated, what is extra is taken off). ``accept``: it is right so.

    Raises ``Conflict`` when the difference is gone, or when ours has changed since the comparison.
    """
    if what not in ANSWERS:
        raise BadInput("unknown_answer", f"{what[:40]!r} is no answer.", where="answer", hint=", ".join(ANSWERS))
    row = Drift.objects.select_for_update().filter(pk=drift_id).first()
    if row is None:
        raise NotFound("unknown_drift", "There is no such difference.")
    if row.state == Drift.State.GONE:
        raise Conflict("gone", "Both sides agree by now.")
    if what == "accept" and not note.strip():
        raise BadInput("no_reason", "Say why it is right as it is.", where="note")
    if what == "send":
        _take_off(w, row) if row.kind == "extra" else _state(w, row)
    state = Drift.State.SENT if what == "send" else Drift.State.ACCEPTED
    w.update(row, state=state, judged_by=w.actor, judged_at=clock.now(), note=note.strip()[:200])
    w.event(events.DriftJudged(kind=row.kind, effect=row.effect, answer=str(state)), row, reason=note)
    return row


def answer_many(actor: Any, ids: list[UUID], what: str, *, note: str = "") -> Repaired:
    """Each in a transaction of its own."""
    done = left = 0
    for drift_id in ids:
        try:
            with writing(actor, reason=note[:200]) as w:
                answer(w, drift_id, what, note=note)
            done += 1
        except WatchfloorError as error:
            if isinstance(error, BadInput):
                raise
            left += 1
    return Repaired(done=done, left=left)


def _state(w: Writer, row: Drift) -> None:
    """What is in force with us is stated again; a message that was given up goes out under its own key."""
    ours = Action.objects.select_related("item__author")
    found = ours.filter(pk=row.action_id).first() if row.action_id is not None else None
    if found is None:
        raise Conflict("ours_changed", "Our action is not in force any more.")
    effects.lock(found.item)
    action = next((each for each in queries.in_force(found.item_id) if each.pk == found.pk), None)
    if action is None:
        raise Conflict("ours_changed", "Our action is not in force any more.")
    dead = Outbox.objects.filter(subject=f"action:{action.pk}", state=Outbox.State.DEAD).order_by("id").first()
    if dead is not None:
        replaying.replay(w, dead.pk)
    else:
        effects.send(w, action, found.item, mark=encode("again", new_id()))


def _take_off(w: Writer, row: Drift) -> None:
    """What is not in force with us is taken off there: by the inverse that ended it, else by a message of its own."""
    item = Item.objects.select_related("author").filter(type_key=row.item_type, external_id=row.external_id).first()
    if item is not None:
        effects.lock(item)
        if any(each.slot == row.effect for each in queries.in_force(item.pk)):
            raise Conflict("ours_changed", "It is in force with us by now.")
    last = Action.objects.filter(pk=row.action_id).first() if row.action_id else None
    if item is not None and last is not None and last.inverse_of_id is not None:
        effects.send(w, last, item, mark=encode("again", new_id()))
        return
    kind, params = _inverse_of(row, last)
    name = messages.ItemName(type=row.item_type, id=row.external_id)
    payload = messages.of_repair(name, kind=kind, effect=row.effect, params=params) | {"policy": row.policy_key}
    lane = effects.lane_of(item) if item is not None else f"drift:{row.pk}"
    w.send("action", lane=lane, key=encode("again", new_id()), subject=f"drift:{row.pk}", payload=payload)


def _inverse_of(row: Drift, last: Action | None) -> tuple[str, dict[str, Any]]:
    """The word that takes this effect off: of the action we once took, else of the class whose slot it is."""
    if last is not None:
        return queries.kind(last.kind_key).inverse_key or row.effect, dict(last.params)
    found = catalogue.effects().get(row.effect.partition(":")[0])
    return (found.inverse if found is not None and found.inverse else row.effect), {}
