"""Who is told that a version will end by itself: contexts above hand in how (on-call pages); without any, the event alone says it."""

from __future__ import annotations

from collections.abc import Callable

from watchfloor.ledger.writer import Writer
from watchfloor.policy.models import PolicyVersion

Teller = Callable[[Writer, PolicyVersion], None]
_tellers: list[Teller] = []


def told_by(teller: Teller) -> Teller:
    """Register a teller (in an app's ``ready``); it is called once for each ending, in the transaction that says so."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def tell(w: Writer, version: PolicyVersion) -> None:
    """A version in force ends within ``domain.states.WARN_DAYS``."""
    for teller in _tellers:
        teller(w, version)
