"""Who may know of which work: by ``programme.view`` within one's markets and vendors, and always what one owns. Else a 404."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor

VIEW, EDIT = "programme.view", "programme.edit"


def rows(actor: Actor, permission: str = VIEW) -> Q:
    """Initiatives or actions; who is limited to vendors sees those that name one of them."""
    found = access.rows(actor, permission, market="market", vendor="vendor_key")
    own = person_of(actor)
    if not found or own is None or permission != VIEW or not actor.has(VIEW):
        return found
    return found | Q(owner=own)


def may_edit(actor: Actor, row: object) -> bool:
    """Whether this person may change it: by ``programme.edit`` there, or because it is theirs."""
    market, vendor, owner = getattr(row, "market", None), getattr(row, "vendor_key", ""), getattr(row, "owner", None)
    own = person_of(actor)
    return actor.may(EDIT, market=market, vendor=vendor) or (own is not None and owner == own and actor.has(VIEW))


def person_of(actor: Actor) -> UUID | None:
    """Who an actor is, as owners are kept; None for programs."""
    try:
        return UUID(actor.id) if actor.kind == "user" else None
    except ValueError:
        return None
