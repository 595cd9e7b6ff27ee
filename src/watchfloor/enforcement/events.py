"""What can happen in enforcement. Dimensions are as they were at that moment: facts are made of events alone."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class OfAction(LedgerEvent, tag="action.base"):
    """The dimensions of everything that happens to an action."""

    kind: str
    target: str  # item | author
    policy: str
    violation: str
    severity: int
    market: str
    language: str
    origin: str  # human | rule | appeal | undo | expiry
    from_ladder: bool


class ActionTaken(OfAction, tag="action.taken"):
    """A decision took an action; ``held`` until a second person agrees; ``until`` when it ends by itself ("" = never)."""

    held: bool
    until: str


class ActionApproved(OfAction, tag="action.approved"):
    """A second person agreed to a held action."""

    until: str


class ActionRejected(OfAction, tag="action.rejected"):
    """A held action will not be taken: a second person said no, or its decision fell."""

    why: str  # refused | decision_fell


class ActionReversed(OfAction, tag="action.reversed"):
    """An action is undone; ``sent`` is whether the platform must hear of it (another action may hold the same effect)."""

    why: str  # appeal | undo | ladder
    sent: bool


class ActionExpired(OfAction, tag="action.expired"):
    """A temporary action ended by itself."""

    sent: bool


class InverseTaken(OfAction, tag="action.inverse"):
    """The platform is asked to take an effect back."""

    inverse_of: str
    why: str


class ActionConfirmed(OfAction, tag="action.confirmed"):
    """The platform has it. ``seconds`` from the decision (or the approval) to here."""

    seconds: float


class ActionFailed(OfAction, tag="action.failed"):
    """A delivery failed for the first time; it will be tried again."""

    error: str


class ActionDead(OfAction, tag="action.dead"):
    """Delivery was given up; it may be replayed."""

    error: str


class ActionReplayed(OfAction, tag="action.replayed"):
    """A dead delivery is tried again."""


class StrikeGiven(LedgerEvent, tag="strike.given"):
    """An account got points; ``total`` active points after it."""

    points: int
    total: int
    policy: str
    severity: int
    market: str
    origin: str


class StrikeVoided(LedgerEvent, tag="strike.voided"):
    """A strike's decision fell; ``total`` active points after it."""

    points: int
    total: int
    policy: str
    severity: int
    market: str
    why: str


class StrikeExpired(LedgerEvent, tag="strike.expired"):
    """A strike has lived its time."""

    points: int
    total: int
    policy: str
    severity: int
    market: str


class NoticeWritten(LedgerEvent, tag="notice.written"):
    """Someone is told: the author (statement of reasons) or a reporter."""

    to: str
    template: str
    template_version: int
    language: str
    policy: str
    market: str
    automated: bool


class CatalogueSaved(LedgerEvent, tag="action_kind.saved"):
    """An entry of the action catalogue was made or changed."""

    kind: str
    enabled: bool


class LadderSaved(LedgerEvent, tag="ladder_step.saved"):
    """A step of the ladder was made or changed."""

    points: int
    kind: str


class TemplateSaved(LedgerEvent, tag="notice_template.saved"):
    """The words of a notice were written."""

    template: str
    language: str
    version: int


class EndpointSaved(LedgerEvent, tag="endpoint.saved"):
    """An endpoint was made or changed, or its key turned."""

    name: str
    enabled: bool
    rotated: bool = False


class EndpointDisabled(LedgerEvent, tag="endpoint.disabled"):
    """An endpoint failed for so long that nothing is sent to it until someone turns it on again."""

    name: str
    failing_since: str
