"""What can happen to a sender. What it sends has events of its own."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class SenderSaved(LedgerEvent, frozen=True, kw_only=True, tag="sender.saved"):
    """A system was named that may send, given another secret, or turned on or off."""

    kind: str
    enabled: bool
