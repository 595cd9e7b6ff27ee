"""Who may know of an intervention: whoever sees programme within limits that hold all it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from watchfloor.identity.domain import Actor, Scope

VIEW, EDIT = "programme.view", "programme.edit"
# Sees all numbers but those of restricted policies, which need a clearance of one's own.
MEASURES: Final = Actor(
    kind="system", id="programme.interventions", name="Watchfloor (interventions)",
    scopes=(Scope(role="", permissions=frozenset({"insight.view"})),),
)  # fmt: skip


def sees(actor: Actor, filters: Mapping[str, Sequence[str]], permission: str = VIEW) -> bool:
    """Whether what these filters name lies within the actor's limits."""
    return actor.all_powerful or any(
        permission in scope.permissions
        and _within(filters.get("queue"), scope.queues)
        and _within(filters.get("market"), scope.markets)
        and _within(filters.get("vendor"), scope.vendors)
        for scope in actor.scopes
    )


def sees_all(actor: Actor) -> bool:
    """Whether the actor sees programme without limits: names of what others were compared with are shown to those only."""
    return sees(actor, {})


def _within(named: Sequence[str] | None, limits: frozenset[str] | None) -> bool:
    return limits is None or (bool(named) and set(named or ()) <= limits)
