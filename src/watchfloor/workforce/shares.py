"""People's shares of a full day's work: read and set within one's vendors, by whoever keeps people."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.workforce.domain import capacity
from watchfloor.workforce.events import ShareSet
from watchfloor.workforce.models import Reviewer
from watchfloor.workforce.queries import coverage, roster_row

MANAGE = "people.manage"


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One person's share. ``strength`` is what counts today, with what they have grown into since ``started_on``."""

    person: UUID
    name: str
    vendor: str
    team: str
    share: float
    ramp_days: int
    started_on: date | None
    strength: float


def shares(actor: Actor, vendor: str = "") -> list[Share]:
    """Everybody active of one's vendors, by name."""
    rows = Reviewer.objects.filter(access.rows(actor, MANAGE, vendor="vendor_key"), active=True)
    found = list(rows.filter(vendor_key=vendor) if vendor else rows)
    names = dict(User.objects.filter(pk__in=[row.pk for row in found]).values_list("pk", "name"))
    return sorted((_share(row, names.get(row.pk, "")) for row in found), key=lambda each: (each.name, each.person))


def set_share(actor: Actor, person: UUID, *, share: float, ramp_days: int, started_on: date | None) -> Share:
    """Say how much of a full day somebody works. ``BadInput`` names the field; ``NotFound`` for who is not of one's vendors."""
    if not actor.has(MANAGE):
        raise Forbidden("no_permission", "Your roles do not include keeping people.")
    capacity.check(share, ramp_days)
    with writing(actor) as w:
        mine = access.rows(actor, MANAGE, vendor="vendor_key")
        row = Reviewer.objects.select_for_update().filter(mine, pk=person, active=True).first()
        if row is None:
            raise NotFound("unknown_person", "There is no such person on your roster.", where="person")
        w.update(row, share=share, ramp_days=ramp_days, started_on=started_on)
        w.event(ShareSet(reviewer=str(person), vendor=row.vendor_key, share=share, ramp_days=ramp_days), row)
    roster_row.forget()
    coverage.forget()
    name = User.objects.filter(pk=person).values_list("name", flat=True).first()
    return _share(row, name or "")


def _share(row: Reviewer, name: str) -> Share:
    today = clock.now().date()
    return Share(
        person=row.pk, name=name, vendor=row.vendor_key, team=row.team, share=row.share, ramp_days=row.ramp_days,
        started_on=row.started_on, strength=capacity.strength(row.share, row.started_on, row.ramp_days, today),
    )  # fmt: skip
