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
    """Someone looked. ``state``: agreed, differs, settled or void. ``weight``: so many decisions it stands for, once it is known
    whether the decision is right, ``weight_right`` of which are and ``weight_grave`` gravely are not."""

    state: str
    found: str
    found_violation: str
    weight: float = 0.0
    weight_right: float = 0.0
    weight_grave: float = 0.0


class LookSettled(LookWork, frozen=True, tag="quality.look_settled"):
    """It was settled what is right (``settled``). ``wrong``: the decision was not."""

    settled: str
    settled_violation: str
    wrong: bool
    critical: bool
    cause: str
    weight: float = 0.0
    weight_right: float = 0.0
    weight_grave: float = 0.0


class LookDisputed(LedgerEvent, frozen=True, tag="quality.look_disputed"):
    """Whoever decided does not agree with what was settled."""


class LookCorrected(LedgerEvent, frozen=True, tag="quality.look_corrected"):
    """The wrong decision was taken back; the case waits for a fresh look by people."""

    by: str


class Coached(LedgerEvent, frozen=True, tag="quality.coached"):
    """Something was given to a person to look at, or (``done``) they have."""

    done: bool = False


class CardMade(LedgerEvent, frozen=True, tag="quality.card_made"):
    """A scorecard went live, in place of the one before."""

    number: int


class CardMarked(LookWork, frozen=True, tag="quality.card_marked"):
    """A decision was marked by the scorecard."""

    score: float
    failed: bool


class RoundOpened(LedgerEvent, frozen=True, tag="quality.round_opened"):
    """A calibration session began: so many items for so many people."""

    items: int
    people: int


class RoundAnswered(LedgerEvent, frozen=True, tag="quality.round_answered"):
    """Somebody said what they find of one item; no case is touched by it."""

    policy: str
    market: str
    severity: int
    vendor: str
    verdict: str
    violation: str


class RoundClosed(LedgerEvent, frozen=True, tag="quality.round_closed"):
    """Nobody answers any more; the session is looked at together."""

    answers: int


class RoundNoted(LedgerEvent, frozen=True, tag="quality.round_noted"):
    """What the session came to was written down, or an item's question was put to policy (``asked``)."""

    asked: int = 0
