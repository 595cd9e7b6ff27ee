"""The shipped defaults of every context, in the order in which they lean on each other."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from watchfloor.ledger.writer import Writer

ORDER = (
    "identity",
    "items",
    "policy",
    "workforce",
    "enforcement",
    "review",
    "detection",
    "training",
    "insight.boards",
    "law",
)


def defaults(w: Writer) -> None:
    """Roles, item types, policies, actions, queues and rules that do not exist yet; those someone edited are left alone."""
    for name in ORDER:
        if find_spec(f"watchfloor.{name}.defaults") is not None:
            import_module(f"watchfloor.{name}.defaults").install(w)
