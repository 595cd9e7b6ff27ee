"""Dead letters and their way back; failed messages tried at once. Always under the same keys, and never what was undone since."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import F, QuerySet

from watchfloor.enforcement import domain, queries
from watchfloor.enforcement.claims import CLAIM_SECONDS, DUE
from watchfloor.enforcement.confirming import replayed
from watchfloor.enforcement.models import Action, Delivery
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import Writer, writing

log = logging.getLogger(__name__)


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did: how many go out again, and how many were left because what they ask for no longer holds."""

    sent: int
    stale: int


def dead_letters() -> QuerySet[Outbox]:
    """What was given up for at least one endpoint, newest first."""
    return Outbox.objects.filter(state=Outbox.State.DEAD).order_by("-sent_at")


def waiting() -> QuerySet[Outbox]:
    """What is still to be delivered, oldest first."""
    return Outbox.objects.filter(state__in=DUE).order_by("id")


def filtered(
    rows: QuerySet[Outbox],
    *,
    topic: str = "",
    kind: str = "",
    error: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Outbox]:
    """Of these messages those of a topic, about a kind of action, with words in their last error, made within a time."""
    if topic:
        rows = rows.filter(topic=topic)
    if kind:
        rows = rows.filter(payload__kind=kind)
    if error:
        rows = rows.filter(last_error__icontains=error)
    if since:
        rows = rows.filter(created_at__gte=since)
    if until:
        rows = rows.filter(created_at__lt=until)
    return rows


def still_wanted(row: Outbox) -> bool:
    """Whether what a message asks for still holds; a removal that has been reversed since must not be sent late."""
    kind, _, subject = row.subject.partition(":")
    if kind != "action":
        return True
    action = Action.objects.filter(pk=subject).first()
    if action is None:
        return False
    if action.inverse_of_id is None:
        return action.state in domain.IN_FORCE
    return not any(other.slot == action.slot for other in queries.in_force(action.item_id))


def replay(w: Writer, outbox_id: UUID) -> None:
    """Send one dead letter again, with its own key and a fresh row of attempts.

    Raises ``Conflict`` when it is not dead or what it asks for no longer holds.
    """
    row = Outbox.objects.select_for_update().filter(pk=outbox_id).first()
    if row is None:
        raise NotFound("unknown_delivery", "There is no such message.")
    if row.state != Outbox.State.DEAD:
        raise Conflict("not_dead", f"This message is {row.state}; only dead letters are replayed.")
    if not still_wanted(row):
        raise Conflict("no_longer_wanted", "What this message asks for has been undone since.")
    _revive(w, row)


def replay_dead(actor: Any, ids: Iterable[UUID] | None = None) -> Replayed:
    """Send dead letters again (all, or those named), oldest first; what no longer holds is left. One transaction each."""
    wanted = Outbox.objects.filter(state=Outbox.State.DEAD)
    if ids is not None:
        wanted = wanted.filter(pk__in=list(ids))
    sent = stale = 0
    for outbox_id in list(wanted.order_by("id").values_list("pk", flat=True)):
        with writing(actor, reason="replay") as w:
            row = Outbox.objects.select_for_update().get(pk=outbox_id)
            if row.state != Outbox.State.DEAD:
                continue
            if still_wanted(row):
                _revive(w, row)
                sent += 1
            else:
                stale += 1
    return Replayed(sent=sent, stale=stale)


def try_now(actor: Actor, ids: Iterable[UUID] | None = None) -> int:
    """Try failed messages again at once (all, or those named), with their own keys; returns how many. For when the platform is back
    and the next try by the timetable is hours away. What is being sent just now is left alone."""
    now = clock.now()
    rows = Outbox.objects.filter(state=Outbox.State.FAILED, next_at__gt=now)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    free = rows.exclude(next_at=F("sent_at") + timedelta(seconds=CLAIM_SECONDS))
    found = list(free.values_list("pk", flat=True))
    mine = Delivery.objects.filter(outbox_id__in=found, state=Delivery.State.FAILED, next_at__gt=now)
    mine.exclude(next_at=F("sent_at") + timedelta(seconds=CLAIM_SECONDS)).update(next_at=now)
    done = free.filter(pk__in=found).update(next_at=now)
    log.info("%s has %d failed messages tried again now", actor.id, done)
    return done


def _revive(w: Writer, row: Outbox) -> None:
    """Its dead rows are new again; a message without rows (nobody listened then) is given to who listens now."""
    now = clock.now()
    dead = Delivery.objects.filter(outbox_id=row.pk, state=Delivery.State.DEAD)
    revived = dead.update(state=Delivery.State.PENDING, attempts=0, next_at=now, last_error="")
    Outbox.objects.filter(pk=row.pk).update(
        state=Outbox.State.PENDING, attempts=0, next_at=now, last_error="", **({} if revived else {"sent_at": None})
    )
    kind, _, subject = row.subject.partition(":")
    if kind == "action":
        replayed(w, UUID(subject))
