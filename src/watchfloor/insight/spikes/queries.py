"""Readers of spikes, each limited to what the actor may know of."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.urls import reverse

from watchfloor.identity.domain import Actor, Scope
from watchfloor.insight.spikes import stored, words
from watchfloor.insight.spikes.models import Investigation, Spike
from watchfloor.insight.spikes.stored import Found
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound

OPEN_STATES = (Spike.State.OPEN, Spike.State.PLANNED, Spike.State.NOT_REVERSED, Spike.State.PARTLY)
_LIMITED = (("queue", "queues"), ("market", "markets"), ("vendor", "vendors"))


class SpikeLine(msgspec.Struct, frozen=True):
    """A spike as a list elsewhere shows it."""

    id: str
    headline: str
    metric: str
    since: datetime
    url: str


def open_spikes(actor: Actor, *, limit: int = 5) -> list[SpikeLine]:
    """Spikes that nobody has closed, the newest first, in words and with their address."""
    rows = [
        row for row in Spike.objects.filter(state__in=OPEN_STATES).order_by("-starts_at")[:200] if may_see(actor, row)
    ]
    return [line(row) for row in rows[:limit]]


def line(row: Spike) -> SpikeLine:
    """One spike as a line."""
    name = ids.encode("spk", row.pk)
    return SpikeLine(name, words.headline(row, found_of(row)), row.metric, row.starts_at, reverse("spike", args=[name]))


def may_see(actor: Actor, row: Spike) -> bool:
    """A spike counts all that lies in its slice: it is seen by those who may see the whole slice."""
    if actor.all_powerful:
        return True
    return any("insight.view" in scope.permissions and _covers(scope, row.where) for scope in actor.scopes)


def _covers(scope: Scope, where: dict[str, str]) -> bool:
    if scope.max_severity < 5:
        return False
    for dimension, name in _LIMITED:
        allowed = getattr(scope, name)
        if allowed is not None and where.get(dimension) not in allowed:
            return False
    return True


def spike(actor: Actor, spike_id: UUID) -> Spike:
    """One spike; ``NotFound`` when there is none or the actor may not see it."""
    row = Spike.objects.filter(pk=spike_id).first()
    if row is None or not may_see(actor, row):
        raise NotFound("unknown_spike", "There is no such spike.")
    return row


def spikes(
    actor: Actor, *, state: str = "", metric: str = "", kind: str = "", since: datetime | None = None, limit: int = 500
) -> list[Spike]:
    """Spikes that fit, the newest first. ``state`` may be ``active``: all that nobody has closed."""
    rows: QuerySet[Spike] = Spike.objects.order_by("-starts_at", "-id")
    wanted: dict[str, Any] = {}
    if state == "active":
        wanted["state__in"] = OPEN_STATES
    elif state:
        wanted["state"] = state
    if metric:
        wanted["metric"] = metric
    if kind:
        wanted["kind"] = kind
    if since is not None:
        wanted["last_at__gte"] = since
    return [row for row in rows.filter(**wanted)[: limit * 2] if may_see(actor, row)][:limit]


def found_of(row: Spike, version: int | None = None) -> Found | None:
    """What was found about a spike: the newest, or one version."""
    kept = Investigation.objects.filter(spike=row, version=row.version if version is None else version).first()
    return stored.read(bytes(kept.body)) if kept else None


def versions(row: Spike) -> list[Investigation]:
    """All investigations, the newest first, without their bodies."""
    return list(Investigation.objects.filter(spike=row).defer("body").order_by("-version"))
