"""What happens to banks and what they do, as the ledger says it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class BankSaved(LedgerEvent, frozen=True, tag="bank.saved"):
    """A bank was made, or its settings are others: the version says which. ``restores``: an earlier one came back."""

    bank: str
    version: int
    restores: int | None = None


class BankArchived(LedgerEvent, frozen=True, tag="bank.archived"):
    """A bank matches no more (``back``: it does again)."""

    bank: str
    back: bool = False


class BankEntriesChanged(LedgerEvent, frozen=True, tag="bank.entries_changed"):
    """Entries came, went, or changed their state. ``digest`` is SHA-256 over the keys and what became of them, in order."""

    bank: str
    how: str  # added | removed | released | enabled | disabled
    count: int
    digest: str
    source: str = ""


class BankMatched(LedgerEvent, frozen=True, tag="bank.matched"):
    """An item version was found to be known, and what followed. A restricted bank is not named (``bank`` is "restricted")."""

    bank: str
    kind: str
    policy: str
    severity: int
    market: str
    distance: float
    margin: float
    did: str
    sampled: bool = False
    views_avoided: int = 0  # 1: decided, and nobody had to look


class BankJudged(LedgerEvent, frozen=True, tag="bank.judged"):
    """A match turned out right (``confirmed``) or wrong."""

    bank: str
    kind: str
    policy: str
    market: str
    confirmed: bool
    by_appeal: bool = False


class BankQuarantined(LedgerEvent, frozen=True, tag="bank.quarantined"):
    """An entry hit far more than is usual for it, and stopped at once."""

    bank: str
    hits: int
    limit: int
    acted: int


class RetroAsked(LedgerEvent, frozen=True, tag="bank.retro"):
    """Entries are held against the last days: ``state`` as it is now, ``items`` found or done so far."""

    bank: str
    state: str
    days: int
    items: int = 0
