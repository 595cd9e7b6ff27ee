"""Who may see a medium: whoever may see cases or items at all, and for a restricted one whoever holds every clearance it needs.

The case the medium belongs to is asked about before (``review.queries``); this is the second wall, and the one the media origin asks.
"""

from __future__ import annotations

import uuid

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.kernel.remembered import RememberedBy

SEES = (
    "case.view",
    "review.work",
    "review.appeal",
    "review.escalation",
    "review.cluster",
    "investigate.view",
    "item.read",
)


def may_see(actor: Actor, clearance: str) -> bool:
    """``clearance`` as a medium has it: none, one, or several with commas."""
    if actor.all_powerful:
        return True
    needed = [each for each in clearance.split(",") if each]
    return any(
        all(actor.may(permission, clearance=each) for each in needed) if needed else actor.has(permission)
        for permission in SEES
    )


def _actor(text: str) -> Actor | None:
    kind, _, key = text.partition(":")
    if kind != "user":
        return None
    try:
        user = User.objects.filter(pk=uuid.UUID(key), is_active=True).first()
    except ValueError:
        return None
    return None if user is None else actor_for(user)


person: RememberedBy[str, Actor | None] = RememberedBy(_actor)  # "user:..." -> who that is now; None when nobody
