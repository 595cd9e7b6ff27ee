"""Who wants to know that a match turned out right or wrong (exchanges that give it back to where the entry came from)."""

from __future__ import annotations

from collections.abc import Callable

from watchfloor.detection.banks.contracts import Judgement
from watchfloor.ledger.writer import Writer

Listener = Callable[[Writer, Judgement], object]
_listeners: list[Listener] = []


def on_verdict(listener: Listener) -> Listener:
    """Register (in an app's ``ready``): called in the transaction that judges a match, with its writer."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(w: Writer, judgement: Judgement) -> None:
    """Tell everyone."""
    for listener in list(_listeners):
        listener(w, judgement)
