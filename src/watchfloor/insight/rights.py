"""An actor's scopes as a condition on facts: the same limits as ``identity.access.rows``, asked of the lake.

A fact without a queue or market is not shown to someone who is limited to some (it may belong to another's); a fact without a
vendor (what waits, what came in) is, for it belongs to none yet.
"""

from __future__ import annotations

from typing import Any

from watchfloor.identity.domain import Actor, Scope


def condition(actor: Actor, permission: str = "insight.view") -> tuple[str, dict[str, Any]]:
    """An SQL condition and its parameters; ``("true", {})`` for someone without limits, ``("false", {})`` for nobody."""
    if actor.all_powerful:
        return "true", {}
    parts: list[str] = []
    values: dict[str, Any] = {}
    for number, scope in enumerate(actor.scopes):
        if permission in scope.permissions:
            part, more = _scope(scope, f"r{number}")
            parts.append(f"({part})")
            values |= more
    return " OR ".join(parts) or "false", values


def _scope(scope: Scope, name: str) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    values: dict[str, Any] = {}
    for column, allowed in (("queue", scope.queues), ("market", scope.markets)):
        if allowed is not None:
            parts.append(f"coalesce(list_contains(${name}_{column}, {column}), false)")
            values[f"{name}_{column}"] = sorted(allowed)
    if scope.vendors is not None:
        parts.append(f"(vendor IS NULL OR list_contains(${name}_vendor, vendor))")
        values[f"{name}_vendor"] = sorted(scope.vendors)
    if scope.max_severity < 5:
        parts.append(f"coalesce(severity <= ${name}_severity, false)")
        values[f"{name}_severity"] = scope.max_severity
    parts.append(f"(clearance IS NULL OR clearance = '' OR list_contains(${name}_clearance, clearance))")
    values[f"{name}_clearance"] = sorted(scope.clearances)
    return " AND ".join(parts), values
