"""Until when, and where else, one may object: asked by notices, answered by whoever keeps the terms of appeals (review, above)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer

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


def _nobody_hears(w: Writer, case_id: UUID) -> None:
    """No appeals are heard here."""


_answer: Callable[[Asked], Redress] = _by_law
_agreed: Callable[[Writer, UUID], None] = _nobody_hears


def keep(answer: Callable[[Asked], Redress], agreed: Callable[[Writer, UUID], None]) -> None:
    """Whoever keeps the terms answers from now on, and hears who agreed to a held action: they hear no appeal against it."""
    global _answer, _agreed
    _answer, _agreed = answer, agreed


def agreed(w: Writer, case_id: UUID) -> None:
    """A second person (the writer's) agreed to a held action of this case."""
    _agreed(w, case_id)


def of(asked: Asked) -> Redress:
    """The redress a notice tells of."""
    return _answer(asked)
