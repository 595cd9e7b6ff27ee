"""Who may see the whole floor's staffing, and whose people somebody may roster."""

from __future__ import annotations

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound

VIEW, PLAN = "staffing.view", "staffing.plan"


def whole(actor: Actor, permission: str = VIEW) -> bool:
    """Whether a grant of it has no limit to queues, markets or vendors: needs of a whole floor cannot be told of a part."""
    return actor.all_powerful or any(
        permission in scope.permissions and scope.queues is None and scope.markets is None and scope.vendors is None
        for scope in actor.scopes
    )


def check_whole(actor: Actor, permission: str = VIEW) -> None:
    """``NotFound`` for whoever may see a part only."""
    if not whole(actor, permission):
        raise NotFound("not_yours", "There is no such page for you.", hint="Your roster is under Workforce.")
