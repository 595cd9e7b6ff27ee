"""Something banked today may have been here for days: entries held against the last days, counted first, then done, then perhaps undone.

Here is what people ask for; the work is a worker's (``retro_work``).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from watchfloor.detection.banks import entries, queries
from watchfloor.detection.banks.contracts import RetroFound
from watchfloor.detection.banks.events import RetroAsked
from watchfloor.detection.banks.models import Bank, Entry, Retro
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing

LONGEST = 90  # days


def ask(actor: Actor, bank: Bank, ids: Sequence[UUID], *, days: int, why: str) -> Retro:
    """Have entries held against the media of the last days. Nothing is done but counted, until ``confirm``.

    Raises:
        Forbidden: one may not change this bank. BadInput: no entries, no reason, too many days.
    """
    _must(actor, bank)
    if not 1 <= days <= LONGEST:
        raise BadInput("out_of_bounds", f"From 1 to {LONGEST} days.", where="days")
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    with writing(actor, reason=why) as w:
        return ask_within(w, bank, ids, days=days, why=why)


def ask_within(w: Writer, bank: Bank, ids: Sequence[UUID], *, days: int, why: str) -> Retro:
    """The same, in a transaction at hand."""
    known = Entry.objects.filter(bank=bank, pk__in=list(ids)).exclude(state=Entry.State.REMOVED)
    chosen = [str(pk) for pk in known.order_by("pk").values_list("pk", flat=True)]
    if not chosen or bank.negative:
        raise BadInput("no_entries", "There is nothing to look for.", where="entries")
    row = w.create(
        Retro, bank=bank, entries=chosen, days=days, state=Retro.State.COUNTING, asked_by=w.actor, asked_at=clock.now(),
        why=why[:200],
    )  # fmt: skip
    told(w, row)
    return row


def confirm(actor: Actor, retro_id: UUID) -> Retro:
    """Do what was counted: entries that waited count from now on, and what they found is acted on as the bank says."""
    return _step(
        actor, retro_id, (Retro.State.READY,), Retro.State.RUNNING, "It was not counted yet, or is done already."
    )


def drop(actor: Actor, retro_id: UUID) -> Retro:
    """Do nothing of it; entries that waited go."""
    return _step(
        actor,
        retro_id,
        (Retro.State.COUNTING, Retro.State.READY, Retro.State.FAILED),
        Retro.State.DROPPED,
        "It is done already.",
    )


def drop_within(w: Writer, row: Retro) -> None:
    """The same of what was not begun, in a transaction at hand."""
    row = Retro.objects.select_for_update(of=("self",)).select_related("bank").get(pk=row.pk)
    if row.state in (Retro.State.COUNTING, Retro.State.READY):
        w.update(row, state=Retro.State.DROPPED)
        told(w, row)


def undo(actor: Actor, retro_id: UUID, why: str) -> Retro:
    """Take back what it did: its decisions fall with their actions, cases only it opened are closed, its entries go."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    return _step(
        actor,
        retro_id,
        (Retro.State.RUNNING, Retro.State.DONE),
        Retro.State.UNDOING,
        "There is nothing to take back.",
        why,
    )


def one(actor: Actor, retro_id: UUID) -> Retro:
    """One of a bank one may know of."""
    row = Retro.objects.select_related("bank").filter(pk=retro_id).first()
    if row is None or not queries.may(actor, queries.SEES, row.bank):
        raise NotFound("no_retro", "There is no such search of the last days.")
    return row


def found_of(row: Retro) -> RetroFound:
    """What was counted."""
    return msgspec.convert(row.found, RetroFound)


def _step(actor: Actor, retro_id: UUID, before: Sequence[str], after: str, sentence: str, why: str = "") -> Retro:
    row = one(actor, retro_id)
    _must(actor, row.bank)
    with writing(actor, reason=why or row.why) as w:
        row = Retro.objects.select_for_update(of=("self",)).select_related("bank").get(pk=retro_id)
        if row.state not in before:
            raise Conflict("not_now", sentence)
        w.update(row, state=after)
        told(w, row)
        if after == Retro.State.DROPPED:
            waiting = Entry.objects.filter(pk__in=row.entries, state=Entry.State.WAITING).values_list("pk", flat=True)
            if ids := list(waiting):
                entries.remove_entries(w, row.bank, ids, "not taken")
    return row


def put(row: Retro, state: str, *, items: int = 0, found: object = None, problem: str = "") -> None:
    """The worker's own steps, unless somebody turned it round meanwhile."""
    with writing(row.asked_by, reason=row.why) as w:
        fresh = Retro.objects.select_for_update(of=("self",)).select_related("bank").get(pk=row.pk)
        if fresh.state != row.state:
            return
        values = {} if found is None else {"found": found}
        w.update(fresh, state=state, problem=problem[:300], **values)
        told(w, fresh, items)


def told(w: Writer, row: Retro, items: int = 0) -> None:
    w.event(
        RetroAsked(
            bank=row.bank.key if not row.bank.clearance else "restricted", state=row.state, days=row.days, items=items
        ),
        row,
    )


def _must(actor: Actor, bank: Bank) -> None:
    if not queries.may(actor, queries.EDITS, bank):
        raise Forbidden("no_permission", "Your roles do not include changing this bank.", hint="It needs bank.edit.")
