"""Who may know of what: by ``programme.view`` within one's markets and vendors; and who a sign-off, question or update is for."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor

VIEW, EDIT = "programme.view", "programme.edit"


def rows(actor: Actor, permission: str = VIEW) -> Q:
    """Rows with a market and a vendor; who is limited to vendors sees those that name one of them."""
    return access.rows(actor, permission, market="market", vendor="vendor_key")


def person_of(actor: Actor) -> UUID | None:
    """Who an actor is, as people are kept; None for programs."""
    try:
        return UUID(actor.id) if actor.kind == "user" else None
    except ValueError:
        return None
