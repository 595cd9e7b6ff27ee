"""The register of trusted flaggers: whose notices go first, because a coordinator said so, and what became of their notices.

The register decides a reporter's kind (``review.standing``): an id in it counts as a trusted flagger's whatever the sender says, one that
was suspended or has ended as an ordinary user's. While the register is empty, what senders say is believed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Q

from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.remembered import Remembered
from watchfloor.law.events import RegisterChanged
from watchfloor.law.models import Flagger
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Report

TRUSTED = "trusted_flagger"
State = Flagger.State


def _read() -> dict[str, str]:
    return {name: row.state for row in Flagger.objects.all() for name in row.reporters}


register = Remembered(_read)


def standing(kind: str, reporter: str) -> str:
    """What a reporter counts as: by the register, where there is one (``review.standing``)."""
    if not reporter:
        return kind
    known = register()
    if not known:
        return kind
    state = known.get(reporter)
    if state == State.AWARDED:
        return TRUSTED
    return "user" if kind == TRUSTED else kind


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a person types about a flagger. ``reporters`` are the ids their notices come under."""

    name: str
    coordinator: str
    country: str
    awarded_at: datetime
    area: str = ""
    contact: str = ""
    reporters: tuple[str, ...] = ()


def save(actor: Actor, entry: Entry, flagger_id: UUID | None = None) -> Flagger:
    """Put a flagger into the register, or change what it says of one."""
    _check(entry, flagger_id)
    values: dict[str, Any] = {
        "name": entry.name.strip(), "coordinator": entry.coordinator.strip(), "country": entry.country.upper(),
        "area": entry.area, "contact": entry.contact, "reporters": sorted(set(entry.reporters)), "awarded_at": entry.awarded_at,
    }  # fmt: skip
    with writing(actor) as w:
        if flagger_id is None:
            row = w.create_unless_known(Flagger, state=State.AWARDED, **values)
            if row is None:
                raise Conflict("in_register", "A flagger of this name is in the register.", where="name")
        else:
            row = _locked(flagger_id)
            w.update(row, **values)
        step = "added" if flagger_id is None else "changed"
        w.event(RegisterChanged(register="flaggers", step=step, country=row.country), row)
    register.forget()
    return row


def change(actor: Actor, flagger_id: UUID, state: str, why: str) -> Flagger:
    """Suspend a flagger while the coordinator looks into it, award the status again, or end it."""
    allowed = {
        State.AWARDED: (State.SUSPENDED, State.ENDED),
        State.SUSPENDED: (State.AWARDED, State.ENDED),
        State.ENDED: (),
    }
    if not why.strip():
        raise BadInput("no_reason", "Say why, and by whose decision.", where="why")
    with writing(actor) as w:
        row = _locked(flagger_id)
        if state not in allowed[State(row.state)]:
            raise Conflict("not_from_here", f"A flagger that is {row.state} cannot become {state}.")
        now = clock.now()
        w.update(
            row, state=state, why=why.strip(),
            suspended_at=now if state == State.SUSPENDED else None if state == State.AWARDED else row.suspended_at,
            ended_at=now if state == State.ENDED else None,
        )  # fmt: skip
        w.event(RegisterChanged(register="flaggers", step=state, country=row.country), row)
    register.forget()
    return row


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a flagger's notices: how many, decided, and rejected with a 95 % interval (Wilson) on their share."""

    notices: int
    decided: int
    rejected: int
    share: float | None
    low: float | None
    high: float | None


def figures(row: Flagger, since: datetime | None = None) -> Figures:
    """Counted over the reports that came under the flagger's ids."""
    found = Report.objects.filter(reporter__in=row.reporters)
    if since is not None:
        found = found.filter(received_at__gte=since)
    counted = found.aggregate(
        notices=Count("pk"), decided=Count("pk", filter=Q(outcome__in=["upheld", "rejected"])),
        rejected=Count("pk", filter=Q(outcome="rejected")),
    )  # fmt: skip
    if not counted["decided"]:
        return Figures(**counted, share=None, low=None, high=None)
    share = wilson(counted["rejected"], counted["decided"])
    return Figures(**counted, share=share.value, low=share.low, high=share.high)


def find(flagger_id: UUID) -> Flagger:
    """One of the register."""
    row = Flagger.objects.filter(pk=flagger_id).first()
    if row is None:
        raise NotFound("unknown_flagger", "There is no such flagger.")
    return row


def _locked(flagger_id: UUID) -> Flagger:
    row = Flagger.objects.select_for_update().filter(pk=flagger_id).first()
    if row is None:
        raise NotFound("unknown_flagger", "There is no such flagger.")
    return row


def _check(entry: Entry, own: UUID | None) -> None:
    for field in ("name", "coordinator"):
        if not getattr(entry, field).strip():
            raise BadInput("missing", "This must be filled in.", where=field)
    if len(entry.country) != 2 or not entry.country.isalpha():
        raise BadInput("bad_country", "Use the two letters of ISO 3166.", where="country")
    taken = {name for row in Flagger.objects.all() if row.pk != own for name in row.reporters}
    both = sorted(taken & set(entry.reporters))
    if both:
        raise BadInput("taken", f"{both[0]!r} belongs to another flagger.", where="reporters")
