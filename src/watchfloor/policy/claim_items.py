"""Which items that repeat a claim somebody may know of: those above, who keep cases, say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.policy.models import ClaimMatch

MOST = 5_000  # newest matches that are looked through for counts


class Place(msgspec.Struct, frozen=True):
    """Where an item is dealt with: the address of its newest case and its words; ``state`` of that case."""

    url: str
    name: str
    state: str


Finder = Callable[[Actor, list[UUID]], dict[UUID, Place]]
_finder: list[Finder] = []


def known_by(finder: Finder) -> Finder:
    """Register who knows which items an actor may know of (in an app's ``ready``)."""
    _finder[:] = [finder]
    return finder


def matches(actor: Actor, claims: Iterable[UUID]) -> dict[UUID, list[tuple[ClaimMatch, Place]]]:
    """Claim -> its matches the actor may know of, newest first."""
    rows = list(ClaimMatch.objects.filter(claim_id__in=list(claims)).order_by("-found_at", "-pk")[:MOST])
    places = _finder[0](actor, [row.item_id for row in rows]) if _finder and rows else {}
    found: dict[UUID, list[tuple[ClaimMatch, Place]]] = {}
    for row in rows:
        if row.item_id in places:
            found.setdefault(row.claim_id, []).append((row, places[row.item_id]))
    return found
