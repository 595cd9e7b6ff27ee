"""What happens in a crisis, as the ledger says it; why stands in the event's reason."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class CrisisLevel(LedgerEvent, frozen=True, tag="crisis.level"):
    """The protocol's level was set; ``before`` 0: the crisis began, ``level`` 0: it is over."""

    incident: str
    level: int
    before: int


class CrisisBank(LedgerEvent, frozen=True, tag="crisis.bank"):
    """A bank of hashes was named for the crisis."""

    incident: str
    bank: str
    made: bool
