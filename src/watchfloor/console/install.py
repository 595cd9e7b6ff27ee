"""The shipped defaults of every context, in the order in which they lean on each other."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from watchfloor.ledger.writer import Writer

if TYPE_CHECKING:
    from watchfloor.identity.upgrading import RolesBroughtUp

ORDER = (
    "identity", "items", "policy", "workforce", "enforcement", "review", "detection", "training", "insight.boards", "law",
)  # fmt: skip


def defaults(w: Writer) -> RolesBroughtUp:
    """Roles, item types, policies, actions, queues and rules that do not exist yet; those someone edited are left alone.

    Returns what was done to roles, which may gain permissions.
    """
    from watchfloor.identity.upgrading import bring_up

    roles = bring_up(w)
    for name in ORDER:
        if find_spec(f"watchfloor.{name}.defaults") is not None:
            import_module(f"watchfloor.{name}.defaults").install(w)
    return roles
