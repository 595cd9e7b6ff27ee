"""Which part of a whole its change came from: plain arithmetic over a table whose rows add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Part(msgspec.Struct, frozen=True):
    """One row of a table: what it is now and what it was."""

    name: str
    value: float
    before: float


class Driver(msgspec.Struct, frozen=True):
    """The row that moved most in the direction of the whole. ``share`` of the whole's change; above 1 others moved against it."""

    name: str
    change: float
    share: float


LEAST = 0.25  # of the change: less than that drives nothing


def driver(parts: Sequence[Part], value: float, before: float) -> Driver | None:
    """The one row to name, or None: nothing changed, or no row stands out."""
    whole = value - before
    if whole == 0 or not parts:
        return None
    best = max(parts, key=lambda one: ((one.value - one.before) / whole, one.name))
    change = best.value - best.before
    share = change / whole
    return Driver(best.name, change, share) if share >= LEAST else None
