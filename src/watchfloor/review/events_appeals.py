"""What happens around appeals: terms, lessons, measures against abuse, disputes outside."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent
from watchfloor.review.events import Work


class AppealTermsSaved(LedgerEvent, frozen=True, kw_only=True, tag="appeal_terms.saved"):
    """A version of the terms went live; ``restores`` is the number of the one it brings back (0: none)."""

    number: int
    days: int
    windows: int
    restores: int = 0


class AppealTextAdded(Work, frozen=True, tag="appeal.text"):
    """A text was handed in with an appeal; ``characters`` long."""

    by: str
    characters: int


class AppealKeptFrom(Work, frozen=True, tag="appeal.kept_from"):
    """Somebody decided on the case, or agreed to what was done, since the appeal was filed: they are not handed it."""

    queue: str


class AppealLesson(Work, frozen=True, tag="appeal.lesson"):
    """A decision fell on appeal (or outside): what had pointed at it, and how it was decided. For precision, quality and policy.

    ``how``: appeal | out_of_court | court. ``sources`` are signals (``rule:NAME``, ``model:NAME``); ``reporters`` how many were told
    right and were not (or the other way round).
    """

    how: str
    outcome: str  # overturned | modified
    first_origin: str
    first_decider: str
    first_verdict: str
    first_violation: str
    verdict: str
    violation: str
    sources: list[str]
    reporters: int
    age_ms: int


class AppealUnfounded(Work, frozen=True, tag="appeal.unfounded"):
    """Whoever heard it found it plainly unfounded, or took that back (``plainly`` False)."""

    by: str
    plainly: bool


class ComplainantWarned(LedgerEvent, frozen=True, kw_only=True, tag="complainant.warned"):
    """Somebody was told that their appeals are plainly unfounded again and again."""

    side: str
    decided: int
    unfounded: int


class ComplainantSuspended(LedgerEvent, frozen=True, kw_only=True, tag="complainant.suspended"):
    """Appeals of somebody are not taken for so many days (DSA, Article 23(2))."""

    side: str
    decided: int
    unfounded: int
    days: int


class ComplainantFree(LedgerEvent, frozen=True, kw_only=True, tag="complainant.lifted"):
    """A suspension was lifted before its end."""

    side: str


class DisputeOpened(Work, frozen=True, tag="dispute.opened"):
    """A decision is before an out-of-court body or a court; ``by`` who brought it there."""

    kind: str
    body: str
    by: str
    after_ms: int


class DisputeExtended(Work, frozen=True, tag="dispute.extended"):
    """The body takes longer; ``days`` more."""

    kind: str
    body: str
    days: int


class DisputeDecided(Work, frozen=True, tag="dispute.decided"):
    """What came of it; ``in_time`` against the body's own time. ``carried_out`` when we changed what we had done."""

    kind: str
    body: str
    by: str
    outcome: str
    age_ms: int
    in_time: bool
    carried_out: bool
    cost_cents: int
    currency: str
