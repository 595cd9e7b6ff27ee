"""An actor's scopes as a condition on facts: the same limits as ``identity.access.rows``, asked of the lake.

A fact without a queue or market is not shown to someone who is limited to some (it may belong to another's); a fact without a
vendor (what waits, what came in) is, for it belongs to none yet.
"""

from __future__ import annotations

from typing import Any

from watchfloor.identity.domain import Actor, Scope
from watchfloor.insight.dialects import DUCK
from watchfloor.insight.dialects.expressions import (
    FALSE,
    TRUE,
    Call,
    Compare,
    Expr,
    IsNull,
    Name,
    OneOf,
    Param,
    Value,
    both,
    either,
)


def condition(actor: Actor, permission: str = "insight.view") -> tuple[str, dict[str, Any]]:
    """``expression`` as DuckDB writes it."""
    found, values = expression(actor, permission)
    return DUCK.write(found), values


def expression(actor: Actor, permission: str = "insight.view") -> tuple[Expr, dict[str, Any]]:
    """A condition and its parameters; true for someone without limits, false for nobody."""
    if actor.all_powerful:
        return TRUE, {}
    parts: list[Expr] = []
    values: dict[str, Any] = {}
    for number, scope in enumerate(actor.scopes):
        if permission in scope.permissions:
            part, more = _scope(scope, f"r{number}")
            parts.append(part)
            values |= more
    return either(parts), values


def _scope(scope: Scope, name: str) -> tuple[Expr, dict[str, Any]]:
    parts: list[Expr] = []
    values: dict[str, Any] = {}
    for column, allowed in (("queue", scope.queues), ("market", scope.markets)):
        if allowed is not None:
            parts.append(_known(OneOf(Name(column), f"{name}_{column}")))
            values[f"{name}_{column}"] = sorted(allowed)
    if scope.vendors is not None:
        parts.append(either([IsNull(Name("vendor")), OneOf(Name("vendor"), f"{name}_vendor")]))
        values[f"{name}_vendor"] = sorted(scope.vendors)
    if scope.max_severity < 5:
        parts.append(_known(Compare("<=", Name("severity"), Param(f"{name}_severity", "number"))))
        values[f"{name}_severity"] = scope.max_severity
    none = either([IsNull(Name("clearance")), Compare("=", Name("clearance"), Value(""))])
    parts.append(either([none, OneOf(Name("clearance"), f"{name}_clearance")]))
    values[f"{name}_clearance"] = sorted(scope.clearances)
    return both(parts), values


def _known(test: Expr) -> Expr:
    """What is not known is not allowed."""
    return Call("coalesce", (test, FALSE))
