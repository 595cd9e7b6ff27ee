"""With whose rights a fact was read, and who may see it: whoever could read all of what it counts.

A fact goes into decks and mails, so it never counts restricted work, whoever reads it. What is kept is its reach: for each grant of
the reader's the queues, markets, vendors and severities; None: no limit. A filter narrows the reach, so the number of one market is
open to whoever may see that market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from watchfloor.identity.domain import Actor, Scope
from watchfloor.kernel.errors import Forbidden

PERMISSION = "insight.view"
SQL = "insight.sql"


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """One grant a fact was read by."""

    queues: tuple[str, ...] | None = None
    markets: tuple[str, ...] | None = None
    vendors: tuple[str, ...] | None = None
    severity: int = 5


def reaches(actor: Actor, permission: str = PERMISSION) -> list[Reach]:
    """What an actor reads by.

    Raises:
        Forbidden: they may see no numbers at all.
    """
    if actor.all_powerful:
        return [Reach()]
    found = [_reach(scope) for scope in actor.scopes if permission in scope.permissions]
    if not found:
        raise Forbidden(
            "no_permission", "Your roles do not include seeing these numbers.", hint=f"It needs {permission}."
        )
    return list(dict.fromkeys(found))


def reader(kept: Sequence[Reach]) -> Actor:
    """Somebody who sees just that, and nothing restricted."""
    scopes = tuple(_scope(each) for each in kept)
    return Actor(kind="system", id="facts", scopes=scopes)


def read(kept: Any) -> list[Reach]:
    """As a row has them."""
    return msgspec.convert(kept, list[Reach])


def open_to(actor: Actor, kept: Sequence[Reach], filters: Mapping[str, str]) -> bool:
    """Whether an actor could read all that the fact counts."""
    if actor.all_powerful:
        return True
    mine = [
        msgspec.structs.replace(scope, until=None, clearances=frozenset())
        for scope in actor.scopes
        if PERMISSION in scope.permissions
    ]
    return bool(kept) and all(any(one.reaches(_narrowed(each, filters)) for one in mine) for each in kept)


def _narrowed(reach: Reach, filters: Mapping[str, str]) -> Scope:
    scope = _scope(reach)
    found: dict[str, Any] = {}
    for dimension, limit in (("queue", "queues"), ("market", "markets"), ("vendor", "vendors")):
        allowed = getattr(scope, limit)
        if dimension in filters:
            wanted = frozenset({filters[dimension]})
            found[limit] = wanted if allowed is None else wanted & allowed
    return msgspec.structs.replace(scope, **found)


def _reach(scope: Scope) -> Reach:
    def limit(values: frozenset[str] | None) -> tuple[str, ...] | None:
        return None if values is None else tuple(sorted(values))

    return Reach(
        queues=limit(scope.queues),
        markets=limit(scope.markets),
        vendors=limit(scope.vendors),
        severity=scope.max_severity,
    )


def _scope(reach: Reach) -> Scope:
    def limit(values: tuple[str, ...] | None) -> frozenset[str] | None:
        return None if values is None else frozenset(values)

    return Scope(
        role="fact", permissions=frozenset({PERMISSION, SQL}), queues=limit(reach.queues), markets=limit(reach.markets),
        vendors=limit(reach.vendors), max_severity=reach.severity,
    )  # fmt: skip
