"""What happens to facts."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class FactFrozen(LedgerEvent, frozen=True, tag="fact.frozen"):
    """A number was kept as it was; the number itself is in the row."""

    metric: str
    about: str
    cells: int
