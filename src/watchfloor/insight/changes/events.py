"""What happens to the change log itself."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ChangeRecorded(LedgerEvent, frozen=True, tag="change.recorded"):
    """A change was written down, or one that was written down before is told anew (its words are not here)."""

    kind: str
    scope: dict[str, list[str]]
    starts_at: str
    source: str


class ChangeUndone(LedgerEvent, frozen=True, tag="change.undone"):
    """A change that was written down is taken out of the log."""

    kind: str


class ChangePutBack(LedgerEvent, frozen=True, tag="change.put_back"):
    """A change that was taken out is in the log again."""

    kind: str
