"""What can happen on the paths of new people."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class PathSaved(LedgerEvent, frozen=True, tag="training.path_saved"):
    """A path was written, changed, closed or opened: for which market and vendor (empty: any), with how many steps."""

    market: str
    vendor: str
    total: int


class PathJoined(LedgerEvent, frozen=True, tag="training.path_joined"):
    """Somebody began a path (``state`` on) or was taken off it (off)."""

    vendor: str
    state: str


class PathStepSaid(LedgerEvent, frozen=True, tag="training.path_step"):
    """Somebody said how far a step is that leaves no trace of its own: ``kind`` read or shadow."""

    kind: str
    policy: str
    vendor: str
