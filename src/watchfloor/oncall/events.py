"""What can happen to schedules, pages and incidents. Free text and addresses stay in the rows; why is the event's reason."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ScheduleSaved(LedgerEvent, frozen=True, tag="schedule.saved"):
    """Who takes turns was said, or changed, or the schedule was archived."""

    key: str
    archived: bool = False


class OverrideSet(LedgerEvent, frozen=True, tag="schedule.overridden"):
    """Somebody else is on for a while, or that was taken back."""

    schedule: str
    user: str
    removed: bool = False


class SwapAsked(LedgerEvent, frozen=True, tag="swap.asked"):
    """Somebody asked somebody else to take a span of theirs. ``both``: for one of the other's."""

    schedule: str
    asker: str
    other: str
    both: bool


class SwapAnswered(LedgerEvent, frozen=True, tag="swap.answered"):
    """A swap was accepted, declined or withdrawn."""

    schedule: str
    state: str


class FeedRenewed(LedgerEvent, frozen=True, tag="feed.renewed"):
    """A person's calendar addresses were renewed; the earlier ones are dead."""

    user: str
    turn: int


class EscalationPolicySaved(LedgerEvent, frozen=True, tag="escalation_policy.saved"):
    """Whom to page, step by step, was said, changed or archived."""

    key: str
    archived: bool = False


class MatrixSaved(LedgerEvent, frozen=True, tag="escalation_matrix.saved"):
    """What pages whom was said anew."""

    lines: int


class ContactSaved(LedgerEvent, frozen=True, tag="contact.saved"):
    """A way to reach a person or the house was added or removed."""

    pager: str
    removed: bool = False


class RoutingKeySaved(LedgerEvent, frozen=True, tag="routing_key.saved"):
    """A key by which the outside may page was made or removed."""

    name: str
    removed: bool = False


class PagerCheckSaved(LedgerEvent, frozen=True, tag="pager_check.saved"):
    """How often paging itself is checked was said; 0 minutes: not at all."""

    every_minutes: int
    answer_minutes: int


class PagerChecked(LedgerEvent, frozen=True, tag="pager_check.done"):
    """A check was asked, answered in time, or nobody answered. ``state``: waiting, resting or silent."""

    state: str


class Paged(LedgerEvent, frozen=True, kw_only=True):
    """What every event of a page says of it."""

    about: str
    severity: int
    policy: str = ""
    market: str = ""


class PageRaised(Paged, frozen=True, tag="page.raised"):
    """Somebody must look now. ``escalation_policy`` is whose steps are gone through."""

    escalation_policy: str


class PageRepeated(Paged, frozen=True, tag="page.repeated"):
    """The same was asked for again while the page is live."""

    times: int


class PageFired(Paged, frozen=True, tag="page.fired"):
    """A step was taken: so many people (or house contacts) were called. ``late_ms`` after its time."""

    round: int
    step: int
    people: int
    late_ms: int
    exhausted: bool = False


class PageAcknowledged(Paged, frozen=True, tag="page.acknowledged"):
    """Somebody has it. ``after_ms`` since it was raised, ``steps`` taken until then."""

    after_ms: int
    steps: int


class PageHandedBack(Paged, frozen=True, tag="page.handed_back"):
    """Who had it gave it back: the steps begin anew."""


class PageResolved(Paged, frozen=True, tag="page.resolved"):
    """It is over."""

    after_ms: int


class CallDone(LedgerEvent, frozen=True, tag="call.done"):
    """A pager took a call, or could not be made to. ``state``: sent or failed."""

    pager: str
    what: str
    state: str
    attempts: int


class IncidentOpened(LedgerEvent, frozen=True, tag="incident.opened"):
    """A room was opened."""

    number: int
    severity: int
    cause: str


class IncidentChanged(LedgerEvent, frozen=True, tag="incident.changed"):
    """Title, severity, or what belongs to it."""

    number: int
    what: str


class IncidentRole(LedgerEvent, frozen=True, tag="incident.role"):
    """Somebody took a role in it (``user`` empty: nobody has it)."""

    number: int
    role: str
    user: str


class IncidentUpdated(LedgerEvent, frozen=True, tag="incident.updated"):
    """Something was written: into the room, or as an update for an audience. ``state`` of an update: draft, approved, sent, failed
    or dropped; empty: a note, or an update of a time when they were sent by hand."""

    number: int
    audience: str
    state: str = ""


class AudienceSaved(LedgerEvent, frozen=True, tag="audience.saved"):
    """Where updates for an audience go was said."""

    audience: str
    addresses: int


class EvidenceHeld(LedgerEvent, frozen=True, tag="incident.evidence_held"):
    """What belongs to the incident's cases is to be kept, or need no longer be."""

    number: int
    cases: int
    lifted: bool = False


class IncidentClosed(LedgerEvent, frozen=True, tag="incident.closed"):
    """It is over."""

    number: int
    after_ms: int


class IncidentReopened(LedgerEvent, frozen=True, tag="incident.reopened"):
    """It was not over."""

    number: int


class IncidentReviewed(LedgerEvent, frozen=True, tag="incident.reviewed"):
    """What happened, why, and what was learned is written down."""

    number: int
    corrections: int


class CorrectionSaved(LedgerEvent, frozen=True, tag="incident.correction"):
    """A corrective action was agreed, or is done."""

    number: int
    owner: str
    due: str
    done: bool = False


class RecurrenceChecked(LedgerEvent, frozen=True, tag="incident.recurrence_checked"):
    """Somebody looked whether it came back."""

    number: int
    recurred: bool
