"""What became of a message about an action: the platform has it, or not yet, or it was given up."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from watchfloor.enforcement import effects, events, queries
from watchfloor.enforcement.models import Action
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer

State = Action.State
_WAITING = {State.PENDING, State.SENT, State.FAILED, State.DEAD}
_CONFIRM = """
UPDATE enforcement_action SET confirmed_at = %s, last_error = '',
  state = CASE WHEN state IN ('pending', 'sent', 'failed', 'dead') THEN 'confirmed' ELSE state END
WHERE id = ANY(%s)
"""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """``ok``: every endpoint that is on has it. Else ``error``, and whether that is ``final``."""

    ok: bool
    final: bool = False
    error: str = ""


def confirm(w: Writer, action_id: UUID, ok: bool, error: str = "", *, final: bool = False) -> None:
    """One action; see ``confirm_many``."""
    confirm_many(w, {action_id: Outcome(ok=ok, error=error, final=final)})


def confirm_many(w: Writer, outcomes: Mapping[UUID, Outcome]) -> None:
    """Note what became of messages about actions. Locked in the order of their ids, as everybody who locks several does.

    An action that was undone in the meantime stays undone, and one that is held stays held; only the time of confirmation is noted.
    """
    if not outcomes:
        return
    found = Action.objects.select_for_update(of=("self",)).select_related("inverse_of").filter(pk__in=list(outcomes))
    fresh: list[Action] = []
    for action in found.order_by("id"):
        outcome = outcomes[action.pk]
        if outcome.ok:
            if action.confirmed_at is None or action.state != State.CONFIRMED:
                fresh.append(action)
            continue
        error = outcome.error[:200]
        if outcome.final and action.state in _WAITING - {State.DEAD}:
            w.update(action, state=State.DEAD, last_error=error)
            effects.say(w, action, events.ActionDead(**effects.dimensions(action, target(action)), error=error))
        elif not outcome.final and action.state in {State.PENDING, State.SENT}:
            w.update(action, state=State.FAILED, last_error=error)
            effects.say(w, action, events.ActionFailed(**effects.dimensions(action, target(action)), error=error))
    _confirmed(w, fresh)


def replayed(w: Writer, action_id: UUID) -> None:
    """A dead message about an action goes out again."""
    action = Action.objects.select_for_update().filter(pk=action_id).first()
    if action is not None and action.state == State.DEAD:
        w.update(action, state=State.PENDING)
        effects.say(w, action, events.ActionReplayed(**effects.dimensions(action, target(action))))


def target(action: Action) -> str:
    """Whether an action, or what an inverse undoes, acts on an item or its author."""
    try:
        key = action.kind_key if action.inverse_of_id is None else action.inverse_of.kind_key  # type: ignore[union-attr]
        return queries.kind(key).target
    except BadInput:  # the catalogue row is gone; history stays
        return ""


def _confirmed(w: Writer, fresh: list[Action]) -> None:
    """Many rows in one statement: this is the way of every action."""
    if not fresh:
        return
    now = clock.now()
    with rows.prepared() as cursor:
        cursor.execute(_CONFIRM, [now, [action.pk for action in fresh]])
    for action in fresh:
        action.confirmed_at, action.last_error = now, ""
        if action.state in _WAITING:
            action.state = State.CONFIRMED
        w.wrote(action, "confirmed_at", "last_error", "state")
        seconds = (now - action.created_at).total_seconds()
        effects.say(w, action, events.ActionConfirmed(**effects.dimensions(action, target(action)), seconds=seconds))
