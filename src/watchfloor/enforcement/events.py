"""What can happen in enforcement. Dimensions are as they were at that moment: facts are made of events alone."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class OfAction(LedgerEvent, frozen=True, kw_only=True, tag="action.base"):
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


class ActionTaken(OfAction, frozen=True, kw_only=True, tag="action.taken"):
    """A decision took an action; ``held`` until a second person agrees; ``until`` when it ends by itself ("" = never).

    ``starts``: it begins then ("" = at once). ``held_for``: kind, protected, mass or automation.
    """

    held: bool
    until: str
    starts: str = ""
    held_for: str = ""


class ActionStarted(OfAction, frozen=True, kw_only=True, tag="action.started"):
    """A scheduled action began; ``until`` when it ends by itself ("" = never)."""

    until: str


class ActionWithheld(OfAction, frozen=True, kw_only=True, tag="action.withheld"):
    """Automatic actions were stopped before this one was confirmed: it waits for a second person. ``tried``: it may have arrived."""

    tried: bool


class ActionApproved(OfAction, frozen=True, kw_only=True, tag="action.approved"):
    """A second person agreed to a held action."""

    until: str


class ActionRejected(OfAction, frozen=True, kw_only=True, tag="action.rejected"):
    """A held action will not be taken: a second person said no, or its decision fell."""

    why: str  # refused | decision_fell | taken_back


class ActionReversed(OfAction, frozen=True, kw_only=True, tag="action.reversed"):
    """An action is undone; ``sent`` is whether the platform must hear of it (another action may hold the same effect)."""

    why: str  # appeal | undo | ladder | person | fixed
    sent: bool


class ActionExpired(OfAction, frozen=True, kw_only=True, tag="action.expired"):
    """A temporary action ended by itself."""

    sent: bool


class InverseTaken(OfAction, frozen=True, kw_only=True, tag="action.inverse"):
    """The platform is asked to take an effect back."""

    inverse_of: str
    why: str


class ActionConfirmed(OfAction, frozen=True, kw_only=True, tag="action.confirmed"):
    """The platform has it. ``seconds`` from the decision (or the approval) to here."""

    seconds: float


class ActionFailed(OfAction, frozen=True, kw_only=True, tag="action.failed"):
    """A delivery failed for the first time; it will be tried again."""

    error: str


class ActionDead(OfAction, frozen=True, kw_only=True, tag="action.dead"):
    """Delivery was given up; it may be replayed."""

    error: str


class ActionReplayed(OfAction, frozen=True, kw_only=True, tag="action.replayed"):
    """A dead delivery is tried again."""


class StrikeGiven(LedgerEvent, frozen=True, kw_only=True, tag="strike.given"):
    """An account got points; ``total`` active points after it."""

    points: int
    total: int
    policy: str
    severity: int
    market: str
    origin: str


class StrikeVoided(LedgerEvent, frozen=True, kw_only=True, tag="strike.voided"):
    """A strike's decision fell; ``total`` active points after it."""

    points: int
    total: int
    policy: str
    severity: int
    market: str
    why: str


class StrikeExpired(LedgerEvent, frozen=True, kw_only=True, tag="strike.expired"):
    """A strike has lived its time."""

    points: int
    total: int
    policy: str
    severity: int
    market: str


class NoticeWritten(LedgerEvent, frozen=True, kw_only=True, tag="notice.written"):
    """Someone is told: the author (statement of reasons) or a reporter."""

    to: str
    template: str
    template_version: int
    language: str
    policy: str
    market: str
    automated: bool


class CatalogueSaved(LedgerEvent, frozen=True, kw_only=True, tag="action_kind.saved"):
    """An entry of the action catalogue was made or changed."""

    kind: str
    enabled: bool


class LadderSaved(LedgerEvent, frozen=True, kw_only=True, tag="ladder_step.saved"):
    """A step of the ladder was made or changed."""

    points: int
    kind: str


class TemplateSaved(LedgerEvent, frozen=True, kw_only=True, tag="notice_template.saved"):
    """The words of a notice were written."""

    template: str
    language: str
    version: int
    made_from: int = 0  # the English version it follows


class NoticeResent(LedgerEvent, frozen=True, kw_only=True, tag="notice.resent"):
    """A notice goes out once more, as it was written; ``times`` counts the repeats."""

    to: str
    template: str
    language: str
    times: int


class EndpointSaved(LedgerEvent, frozen=True, kw_only=True, tag="endpoint.saved"):
    """An endpoint was made or changed, or its key turned."""

    name: str
    enabled: bool
    rotated: bool = False


class EndpointDisabled(LedgerEvent, frozen=True, kw_only=True, tag="endpoint.disabled"):
    """An endpoint failed for so long that nothing is sent to it until someone turns it on again."""

    name: str
    failing_since: str


class OfStatement(LedgerEvent, frozen=True, kw_only=True, tag="statement.base"):
    """The dimensions of everything that happens to a statement of reasons; ``actions`` are the action classes it states."""

    decision: str
    number: int
    policy: str
    violation: str
    category: str
    ground: str  # illegal | terms
    source: str
    decided: str  # fully | partially | not_automated
    detected_automatically: bool
    market: str
    actions: list[str]


class StatementWaiting(OfStatement, frozen=True, kw_only=True, tag="statement.waiting"):
    """A decision restricts only when a second person agrees; until then there is nothing to state."""


class StatementMade(OfStatement, frozen=True, kw_only=True, tag="statement.made"):
    """The affected user is owed these reasons (DSA, Article 17)."""


class StatementCorrected(OfStatement, frozen=True, kw_only=True, tag="statement.corrected"):
    """What was stated no longer held, or was said in other words; ``overridden`` are kinds of personal data let through on purpose."""

    overridden: list[str] = []


class StatementWithdrawn(OfStatement, frozen=True, kw_only=True, tag="statement.withdrawn"):
    """Every restriction it stated was taken back."""

    why: str  # appeal | undo | ladder


class StatementEnded(OfStatement, frozen=True, kw_only=True, tag="statement.ended"):
    """Every restriction it stated has run out, as it said."""


class StatementGroundSaved(LedgerEvent, frozen=True, kw_only=True, tag="statement_ground.saved"):
    """What a violation type means in law was written down."""

    violation: str
    ground: str
    exempt: bool


class EndpointRecovered(LedgerEvent, frozen=True, kw_only=True, tag="endpoint.recovered"):
    """An endpoint that was turned off by itself answered a test and is called again."""

    name: str
    off_ms: int


class AutomationStopped(LedgerEvent, frozen=True, kw_only=True, tag="automation.stopped"):
    """From now on nothing that a rule decided goes to the platform."""


class AutomationResumed(LedgerEvent, frozen=True, kw_only=True, tag="automation.resumed"):
    """What rules decide goes to the platform again; what was held meanwhile still waits for a person."""

    stopped_ms: int


class ControlsSaved(LedgerEvent, frozen=True, kw_only=True, tag="enforcement_controls.saved"):
    """The limits that hold mass actions were changed."""

    mass_limit: int
    rule_limit: int
    mass_minutes: int


class LadderStepRemoved(LedgerEvent, frozen=True, kw_only=True, tag="ladder_step.removed"):
    """The ladder has one step less."""

    points: int


class ReconciliationBegan(LedgerEvent, frozen=True, kw_only=True, tag="reconciliation.began"):
    """The platform's list is being compared with ours."""

    how: str


class ReconciliationDone(LedgerEvent, frozen=True, kw_only=True, tag="reconciliation.done"):
    """The comparison is complete: how many effects either side names, and where they differ."""

    how: str
    theirs: int
    ours: int
    missing: int
    extra: int
    different: int


class ReconciliationFailed(LedgerEvent, frozen=True, kw_only=True, tag="reconciliation.failed"):
    """The platform's list could not be had."""

    how: str


class DriftFound(LedgerEvent, frozen=True, kw_only=True, tag="drift.found"):
    """The platform and we do not agree about one effect on one item. ``new``: it was not so at the last comparison."""

    kind: str
    effect: str
    policy: str
    market: str
    new: bool


class DriftGone(LedgerEvent, frozen=True, kw_only=True, tag="drift.gone"):
    """Both sides agree again."""

    kind: str
    effect: str


class DriftJudged(LedgerEvent, frozen=True, kw_only=True, tag="drift.judged"):
    """Somebody said what to do about it: told again, or accepted as it is."""

    kind: str
    effect: str
    answer: str  # sent | accepted


class HeldOrderBegun(LedgerEvent, frozen=True, kw_only=True, tag="held_order.begun"):
    """A second person answers many held actions at once. ``digest`` is the sha256 over which. ``verb``: approve | refuse."""

    verb: str
    count: int
    digest: str


class HeldOrderReversal(LedgerEvent, frozen=True, kw_only=True, tag="held_order.reversal"):
    """Somebody takes such an answer back, as far as it was carried out; what still waited stays held."""

    verb: str
    count: int


class HeldOrderEnded(LedgerEvent, frozen=True, kw_only=True, tag="held_order.ended"):
    """Nothing of it is left to do. ``kept`` could not be taken back. ``step``: done | stopped | reversed."""

    verb: str
    step: str
    done: int
    skipped: int
    kept: int = 0
