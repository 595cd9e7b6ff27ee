"""What can happen on the special floors. No free text of people, no names of accounts."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent
from watchfloor.review.events import Work


class MarkMade(Work, frozen=True, tag="mark.made"):
    """A point in a video or stream was marked; ``length`` of the note in characters."""

    at_ms: int
    length: int


class MarkRemoved(Work, frozen=True, tag="mark.removed"):
    """A mark was taken off by who made it."""

    at_ms: int
