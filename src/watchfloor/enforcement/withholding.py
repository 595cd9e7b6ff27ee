"""While automatic actions are stopped: what a rule decided and the platform has not confirmed leaves the outbox and is held.

A message that was tried may have arrived: when such an action is refused later, its inverse is sent (``effects.refuse``).
"""

from __future__ import annotations

from uuid import UUID

from watchfloor.enforcement import effects
from watchfloor.enforcement.claims import in_flight
from watchfloor.enforcement.models import Action, Attempt, AutomationStop, Delivery
from watchfloor.identity.domain import system
from watchfloor.kernel.ids import encode
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import writing

State = Action.State
UNCONFIRMED = (State.PENDING, State.SENT, State.FAILED, State.DEAD)


def withhold_due(limit: int = 200) -> int:
    """While automatic actions are stopped: take those that the platform has not confirmed out of the outbox; returns how many."""
    if not AutomationStop.objects.filter(lifted_at__isnull=True).exists():
        return 0
    due = Action.objects.filter(origin="rule", inverse_of__isnull=True, state__in=UNCONFIRMED)
    done = 0
    for action_id in list(due.order_by("id").values_list("pk", flat=True)[:limit]):
        done += _withhold(action_id)
    return done


def _withhold(action_id: UUID) -> int:
    with writing(system("automation"), reason="automation.stopped") as w:
        found = Action.objects.select_related("item__author").get(pk=action_id)
        effects.lock(found.item)
        action = Action.objects.select_for_update(of=("self",)).select_related("item__author").get(pk=action_id)
        key = encode("act", action_id)
        message = Outbox.objects.select_for_update().filter(key=key).first()
        if action.state not in UNCONFIRMED or (message is not None and message.state == Outbox.State.CONFIRMED):
            return 0
        if message is not None:
            rows = Delivery.objects.select_for_update().filter(outbox_id=message.pk)
            if any(in_flight(row) for row in rows):
                return 0  # somebody is sending it at this moment: the next pass sees what came of it
            rows.delete()
            message.delete()
        tried = Attempt.objects.filter(key=key).exists()
        effects.withhold(w, action, tried=tried)
    return 1
