"""What on-call asks of parts that stand above it: they hand in functions when the program starts, and nothing is imported upwards.

``cases(...)`` is called by whoever keeps cases (review). Until somebody has, there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.ledger.writer import Writer
from watchfloor.oncall.contracts import CaseSeen, Happened


class Cases(msgspec.Struct, frozen=True):
    """``see``: the case, or None where the actor may not know of it. ``timeline``: what happened to it. ``acknowledged``: a page about
    a case was acknowledged, in its transaction."""

    see: Callable[[Actor, UUID], CaseSeen | None]
    timeline: Callable[[Actor, UUID], list[Happened]]
    acknowledged: Callable[[Writer, UUID], None]


_NONE = Cases(see=lambda actor, case_id: None, timeline=lambda actor, case_id: [], acknowledged=lambda w, case_id: None)
_cases = _NONE


def keep_cases(functions: Cases) -> None:
    """Hand in the functions; the last one counts."""
    global _cases
    _cases = functions


def cases() -> Cases:
    """The functions of whoever keeps cases."""
    return _cases
