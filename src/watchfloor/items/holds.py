"""Evidence that must be kept: parts above say of an item whether it is held, and nothing of a held item is erased.

@held_by
def of_incidents(items: Sequence[UUID]) -> str: ...   # why, in a sentence; "" where it is not held
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from watchfloor.kernel.errors import Conflict

Check = Callable[[Sequence[UUID]], str]
_checks: list[Check] = []


def held_by(check: Check) -> Check:
    """Register (in an app's ``ready``)."""
    if check not in _checks:
        _checks.append(check)
    return check


def insist(items: Sequence[UUID]) -> None:
    """``Conflict("held")`` when one of these items is held."""
    for check in _checks:
        why = check(items)
        if why:
            raise Conflict(
                "held", f"This is evidence that must be kept: {why}", hint="Whoever holds it must lift the hold first."
            )


def which(items: Collection[UUID]) -> set[UUID]:
    """Those of some items that are held, asked of everybody who may hold: all at once, then by halves where some are."""
    todo, found = [list(items)], set[UUID]()
    while todo:
        some = todo.pop()
        if not some or not any(check(some) for check in _checks):
            continue
        if len(some) == 1:
            found.add(some[0])
        else:
            todo += [some[: len(some) // 2], some[len(some) // 2 :]]
    return found
