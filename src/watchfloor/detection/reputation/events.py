"""What happens to restrictions, as the ledger says it. Values are not in it: an address or a mailbox is personal."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class RestrictionSaved(LedgerEvent, frozen=True, tag="restriction.saved"):
    """A restriction was made or changed; ``state`` waiting: it is wide, and a second person must agree."""

    subject: str
    effect: str
    actions: list[str]
    state: str
    version: int


class RestrictionStateChanged(LedgerEvent, frozen=True, tag="restriction.state_changed"):
    """It was agreed to, refused, lifted or put back."""

    before: str
    after: str
    version: int
