"""The only writers of swaps: asked by who gives a span, answered by who is to take it; accepted, they are overrides."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall import queries
from watchfloor.oncall.actions.plans import override
from watchfloor.oncall.domain import swaps
from watchfloor.oncall.domain.schedule import Shift
from watchfloor.oncall.events import SwapAnswered, SwapAsked
from watchfloor.oncall.models import Schedule, Swap


def ask_swap(actor: Actor, key: str, other_id: UUID, gives: swaps.Span, takes: swaps.Span | None = None) -> Swap:
    """Ask ``other_id`` to take a span of one's own by the schedule ``key``, for nothing or for ``takes`` of theirs."""
    me = _me(actor)
    wanted = swaps.Swap(asker=me, other=other_id, gives=gives, takes=takes)
    swaps.check(wanted, clock.now())
    with writing(actor) as w:
        row = _schedule(key)
        if not User.objects.filter(pk=other_id, is_active=True).exists():
            raise BadInput("unknown_person", "Choose somebody who can sign in.", where="other")
        swaps.still_theirs(wanted, _shifts(row, wanted))
        made = w.create(
            Swap, schedule=row, asker_id=me, other_id=other_id, gives_start=gives.start, gives_end=gives.end,
            takes_start=takes.start if takes else None, takes_end=takes.end if takes else None, state=Swap.State.ASKED,
            asked_at=clock.now(),
        )  # fmt: skip
        w.event(SwapAsked(schedule=key, asker=str(me), other=str(other_id), both=takes is not None), made)
        return made


def answer_swap(actor: Actor, swap_id: UUID, verb: str) -> Swap:
    """``accept`` or ``decline`` by who was asked, ``withdraw`` by who asked; accepting it sets the overrides in the same transaction."""
    me = _me(actor)
    with writing(actor) as w:
        seen = Swap.objects.filter(pk=swap_id).select_related("schedule").first()
        if seen is None or me not in (seen.asker_id, seen.other_id):
            raise NotFound("unknown_swap", "There is no such swap.")
        row = _schedule(seen.schedule.key)  # locked: two swaps of one span cannot both be accepted
        swap = Swap.objects.select_for_update().get(pk=swap_id)
        if (me == swap.asker_id) != (verb == "withdraw"):
            raise Forbidden("not_yours", "Who was asked answers; who asked may only withdraw it.")
        state = swaps.moved(swap.state, verb)
        if verb == "accept":
            wanted = plain(swap)
            swaps.check(wanted, clock.now())
            swaps.still_theirs(wanted, _shifts(row, wanted))
            for each in swaps.overrides(wanted):
                override(w, row.key, each.person, each.start, each.end)
        w.update(swap, state=state, answered_at=clock.now())
        w.event(SwapAnswered(schedule=row.key, state=state), swap)
        return swap


def plain(row: Swap) -> swaps.Swap:
    """A row as the domain reads it."""
    takes = swaps.Span(row.takes_start, row.takes_end) if row.takes_start and row.takes_end else None
    return swaps.Swap(
        asker=row.asker_id, other=row.other_id, gives=swaps.Span(row.gives_start, row.gives_end), takes=takes
    )


def _shifts(row: Schedule, swap: swaps.Swap) -> list[Shift]:
    spans = [swap.gives] + ([swap.takes] if swap.takes else [])
    return queries.final(row, min(each.start for each in spans), max(each.end for each in spans))


def _schedule(key: str) -> Schedule:
    row = Schedule.objects.select_for_update().filter(key=key, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_schedule", "There is no such schedule.")
    return row


def _me(actor: Actor) -> UUID:
    if actor.kind != "user":
        raise Forbidden("no_person", "Only people swap.")
    return UUID(actor.id)
