"""What can happen at the workbench besides decisions. No event carries what somebody wrote."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent
from watchfloor.review.events import Work


class MacroSaved(LedgerEvent, frozen=True, kw_only=True, tag="macro.saved"):
    """A ready text was made, changed or put away."""

    shared: bool
    policy: str = ""
    queue: str = ""
    archived: bool = False


class InquiryAsked(Work, frozen=True, kw_only=True, tag="inquiry.asked"):
    """A reviewer asked a specialist. ``to`` is a role's or a person's name in the ledger's form, "" anyone who may answer."""

    queue: str
    to: str
    waits: bool


class InquiryAnswered(Work, frozen=True, kw_only=True, tag="inquiry.answered"):
    """A specialist answered. ``took_ms`` since it was asked; ``precedent``: kept for later cases of the policy."""

    queue: str
    took_ms: int
    precedent: bool


class InquiryWithdrawn(Work, frozen=True, kw_only=True, tag="inquiry.withdrawn"):
    """The asker no longer needs an answer."""

    queue: str


class DecisionPathKept(Work, frozen=True, kw_only=True, tag="decision_path.kept"):
    """The way through the decision tree that came before a decision."""

    questions: int
    ends: str
    followed: bool
