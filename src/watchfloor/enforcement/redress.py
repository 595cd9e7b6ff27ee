"""Until when, and where else, one may object: asked by notices, answered by whoever keeps the terms of appeals (review, above)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from watchfloor.kernel import clock

# Users may complain for at least six months from the notice (DSA, Article 20(1)).
APPEAL_WINDOW = timedelta(days=183)


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A certified out-of-court dispute settlement body (DSA, Article 21)."""

    name: str
    url: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer depends on. ``notice`` is the kind of reporter, "" for the affected user."""

    side: str  # author | reporter
    market: str = ""
    policy: str = ""
    notice: str = ""


class Redress(msgspec.Struct, frozen=True, kw_only=True):
    """The internal complaint's last moment, and the bodies outside."""

    until: datetime
    bodies: tuple[Body, ...] = ()


def _by_law(asked: Asked) -> Redress:
    return Redress(until=clock.now() + APPEAL_WINDOW)


_answer: Callable[[Asked], Redress] = _by_law


def keep(answer: Callable[[Asked], Redress]) -> None:
    """Whoever keeps the terms answers from now on."""
    global _answer
    _answer = answer


def of(asked: Asked) -> Redress:
    """The redress a notice tells of."""
    return _answer(asked)
