"""Readers: who is on the floor, of which vendor."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.workforce.actions import GONE
from watchfloor.workforce.models import Presence, Reviewer, Vendor


class PersonOn(msgspec.Struct, frozen=True):
    """One reviewer who is on the floor."""

    id: UUID
    vendor: str
    team: str
    state: str
    since: datetime
    queues: tuple[str, ...]


def people_on(actor: Actor, permission: str = "floor.view", *, vendor: str = "") -> list[PersonOn]:
    """Who is on the floor now, of the vendors the actor may see."""
    seen = Presence.objects.filter(seen_at__gt=clock.now() - GONE).exclude(state="away")
    present = {row.reviewer_id: row for row in seen}
    allowed = access.rows(actor, permission, vendor="vendor_key")
    chosen = Q(pk__in=present.keys()) & allowed & (Q(vendor_key=vendor) if vendor else Q())
    return [
        PersonOn(row.pk, row.vendor_key, row.team, present[row.pk].state, present[row.pk].since, tuple(row.queues))
        for row in Reviewer.objects.filter(chosen).order_by("vendor_key", "team")
    ]


def vendors(actor: Actor, permission: str = "floor.view") -> list[tuple[str, str]]:
    """``(key, name)`` of the vendors the actor may see."""
    return list(
        Vendor.objects.filter(access.rows(actor, permission, vendor="key")).order_by("name").values_list("key", "name")
    )
