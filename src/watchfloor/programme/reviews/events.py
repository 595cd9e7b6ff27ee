"""What people and the program do with reviews; the words stay in the review."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ReviewComposed(LedgerEvent, frozen=True, tag="review_document.composed"):
    """A review wrote itself over a span; a person goes on from there."""

    template: str
    blocks: int
    facts: int
    vendor: str = ""


class ReviewKept(LedgerEvent, frozen=True, tag="review_document.kept"):
    """A further version of a review was kept."""

    number: int
    blocks: int


class ReviewPublished(LedgerEvent, frozen=True, tag="review_document.published"):
    """A version of a review is read from now on (0: none any more)."""

    number: int
    vendor: str = ""


class ReviewArchived(LedgerEvent, frozen=True, tag="review_document.archived"):
    """A review was put away, or (``back``) taken out again."""

    back: bool = False


class ReviewScheduled(LedgerEvent, frozen=True, tag="review_schedule.saved"):
    """A review is composed by itself from now on (its addresses are not here)."""

    template: str
    every: str


class ReviewScheduleStopped(LedgerEvent, frozen=True, tag="review_schedule.stopped"):
    """A schedule ended: by hand, or because its owner may not compose it any more."""

    because: str


class ReviewRunClaimed(LedgerEvent, frozen=True, tag="review_run.claimed"):
    """A scheduled review is due and is one process's to make."""

    template: str


class ReviewRunDone(LedgerEvent, frozen=True, tag="review_run.done"):
    """A scheduled review was tried: made and sent, or will be tried again, or was given up."""

    state: str
    tries: int
