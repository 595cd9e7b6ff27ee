"""What can happen to a received row, as the ledger keeps it (its content never enters the ledger)."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class RowQuarantined(LedgerEvent, frozen=True, tag="intake.quarantined"):
    """A row could not be worked, time and again, and was put aside. ``error`` is the kind of the error, not its text."""

    kind: str
    source: str
    error: str
    attempts: int


class RowReplayed(LedgerEvent, frozen=True, tag="intake.replayed"):
    """Someone put a quarantined row back into the line."""

    kind: str
    source: str


class RowDiscarded(LedgerEvent, frozen=True, tag="intake.discarded"):
    """Someone decided that a quarantined row will never be worked; its content was erased."""

    kind: str
    source: str
