"""What happens in quality, as the ledger says it. What people write to each other stays out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class PlanMade(LedgerEvent, frozen=True, tag="quality.plan_made"):
    """A sampling plan went live, in place of the one before."""

    number: int
    weekly: int
    how: str


class LookWork(LedgerEvent, frozen=True, tag="quality.look_work"):
    """The dimensions of the decision that is looked at, as they were then (never used itself)."""

    policy: str
    market: str
    language: str
    vendor: str
    severity: int
    queue: str
    purpose: str
    origin: str
    verdict: str
    violation: str
    probability: float


class LookDrawn(LookWork, frozen=True, tag="quality.look_drawn"):
    """A decision was drawn to be looked at again, or an answer that is known was put among the work."""

    plan: int
    stratum: str


class LookAnswered(LookWork, frozen=True, tag="quality.look_answered"):
    """Someone looked. ``state``: agreed, differs, settled or void."""

    state: str
    found: str
    found_violation: str


class LookSettled(LookWork, frozen=True, tag="quality.look_settled"):
    """It was settled what is right (``settled``). ``wrong``: the decision was not."""

    settled: str
    settled_violation: str
    wrong: bool
    critical: bool
    cause: str


class LookDisputed(LedgerEvent, frozen=True, tag="quality.look_disputed"):
    """Whoever decided does not agree with what was settled."""


class LookCorrected(LedgerEvent, frozen=True, tag="quality.look_corrected"):
    """The wrong decision was taken back; the case waits for a fresh look by people."""

    by: str


class Coached(LedgerEvent, frozen=True, tag="quality.coached"):
    """Something was given to a person to look at, or (``done``) they have."""

    done: bool = False
