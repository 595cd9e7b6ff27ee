"""What happens in staffing, as the ledger says it. Names of persons are not in the events."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class WhatIfSaved(LedgerEvent, frozen=True, tag="staffing.whatif"):
    """A what-if was saved, or put away (``archived``)."""

    name: str
    archived: bool = False


class RosterSaved(LedgerEvent, frozen=True, tag="staffing.roster"):
    """A roster was asked for, made, edited, published or dropped: ``state`` is what it is now."""

    vendor: str
    week: str
    number: int
    state: str
    uncovered: int = 0
    broken: int = 0


class WishesSaved(LedgerEvent, frozen=True, tag="staffing.wishes"):
    """Somebody said what they would rather work; what, is theirs."""


class SwapAsked(LedgerEvent, frozen=True, tag="staffing.swap"):
    """A shift was offered, taken or no longer offered: ``state`` is what the offer is now."""

    vendor: str
    week: str
    state: str


class ShiftAsked(LedgerEvent, frozen=True, tag="staffing.ask"):
    """Somebody was asked for overtime or to come in, agreed, declined, or is asked no more: ``state`` is what the ask is now."""

    vendor: str
    week: str
    state: str
