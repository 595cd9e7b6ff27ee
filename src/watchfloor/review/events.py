"""What can happen on the floor. Every number of the floor is computed from these alone, so they carry their dimensions.

For those who compute: of every queue and interval, exactly,

    backlog after = backlog before + job.ready + job.transferred in - job.transferred out - job.decided - job.cancelled

(``job.leased``, ``job.released``, ``job.paused``, ``job.resumed``, ``job.rescheduled`` and
``job.breached`` move nothing). Incoming total is ``case.opened`` + ``case.reopened``; incoming
manual is ``job.ready`` with cause ``new`` or ``reopened``; solved total is ``case.closed``, solved manual ``case.closed`` with how
``manual``; AAS is the mean of ``case.closed.age_ms`` (or ``job.decided.age_ms`` by queue); AHT of a set of jobs is the sum of
``active_ms`` over their ``job.decided``, ``job.released`` and ``job.cancelled`` divided by the number of ``job.decided``. Durations are
whole milliseconds; the moment of everything is the event's own ``at``. No event carries free text of people.
"""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class Work(LedgerEvent, frozen=True, tag="review.work"):
    """The dimensions all floor events share, as they were then (never used itself). ``market`` and ``language`` may be ``""``."""

    policy: str
    market: str
    language: str
    severity: int
    channel: str  # of what opened the case


class JobWork(Work, frozen=True, tag="review.job_work"):
    """What all job events share (never used itself). ``kind``: review | second | appeal | escalation | qa | golden."""

    queue: str
    kind: str


class ReportReceived(Work, frozen=True, tag="report.received"):
    """A report joined a case. ``joined``: opened | reopened | open | cooling (the case had just been closed and stays so) |
    muted (by a muted reporter: kept, moves nothing).

    ``channel`` is the report's own here. ``counted`` is false for a further report of the same reporter on the same case.
    ``wait_ms``: from the sender's receipt until the case knew.
    """

    reason: str
    reporter_kind: str
    source: str
    joined: str
    counted: bool
    wait_ms: int = 0


class SignalReceived(Work, frozen=True, tag="signal.received"):
    """Findings of detection joined a case; ``sources`` as ``rule:NAME`` or ``model:NAME``. ``joined`` as in report.received."""

    sources: list[str]
    joined: str


class CaseOpened(Work, frozen=True, tag="case.opened"):
    """Incoming: an item entered the floor. ``by``: report | signal. ``manual``: a job for people follows at once."""

    by: str
    harm_group: str = ""
    reporter_kind: str = ""
    surface: str = ""
    manual: bool = True


class CaseReopened(Work, frozen=True, tag="case.reopened"):
    """Incoming again. ``why``: report | signal | undo | split; ``since_closed_ms`` for the reopen rate, whose cohort is ``closed_how``."""

    why: str
    since_closed_ms: int
    closed_how: str
    manual: bool = True


class CaseClosed(Work, frozen=True, tag="case.closed"):
    """Solved. ``how``: manual | auto | bulk, or without a finding: duplicate | withdrawn | muted.

    ``age_ms`` since opened or last reopened (AAS), ``total_ms`` since first opened.
    """

    how: str
    verdict: str
    violation: str
    age_ms: int
    total_ms: int
    reports: int
    in_time: bool


class JobReady(JobWork, frozen=True, tag="job.ready"):
    """Work entered a queue. ``cause``: new | reopened | transfer | appeal | escalation | second.

    ``routed_by`` is the name of the routing rule; ``allowed_ms`` the time until it is due. ``transfer`` here means work made for
    another queue because it was handed back; a job that is moved says ``job.transferred``.
    """

    cause: str
    routed_by: str
    allowed_ms: int


class JobTransferred(JobWork, frozen=True, tag="job.transferred"):
    """A waiting job moved: out of ``queue``, into ``to_queue``."""

    to_queue: str
    routed_by: str = ""
    batch: str = ""  # the id of the move by filter that it was part of


class JobLeased(JobWork, frozen=True, tag="job.leased"):
    """A reviewer took it. ``wait_ms`` since it was ready, ``age_ms`` since the case opened; ``touch`` counts from 1.

    ``pushed``: it was offered, not asked for. ``off_shift``: outside the reviewer's working hours. ``waived``: needs of the job that the
    reviewer does not meet and that were waived by time. ``overflow``: it came over from a queue that is not one of theirs.
    """

    reviewer: str
    vendor: str
    wait_ms: int
    age_ms: int
    touch: int
    pushed: bool = False
    off_shift: bool = False
    waived: bool = False
    overflow: bool = False


class JobReleased(JobWork, frozen=True, tag="job.released"):
    """A lease ended without a decision. ``detail`` is the skip reason's key.

    ``why``: released | skipped | stepped_back | expired | idle | unaccepted. A step back counts against nobody: it carries neither
    the reviewer nor any time.

    ``active_ms`` is the focus time of this touch, ``held_ms`` how long it was held.
    """

    reviewer: str
    vendor: str
    why: str
    detail: str = ""
    active_ms: int = 0
    held_ms: int = 0


class JobDecided(JobWork, frozen=True, tag="job.decided"):
    """A job is done by a person. ``solves``: it closed its case (false for unsure, and for appeals).

    ``active_ms`` is this touch, ``active_total_ms`` everyone's; ``wait_ms`` since ready, ``age_ms`` since the case opened or reopened.
    ``late_ms`` is 0 when in time.
    """

    reviewer: str
    vendor: str
    verdict: str
    violation: str
    solves: bool
    active_ms: int
    active_total_ms: int
    touches: int
    held_ms: int
    wait_ms: int
    age_ms: int
    late_ms: int


class JobCancelled(JobWork, frozen=True, tag="job.cancelled"):
    """A job left its queue undecided. ``why``: decided_elsewhere | escalated | handed_back | auto | undone | restricted |
    joined | bulk | withdrawn.

    ``active_ms`` is the focus time of the touch that this ended, by ``reviewer`` (``""`` when nobody held it).
    """

    why: str
    reviewer: str = ""
    vendor: str = ""
    active_ms: int = 0


class JobBreached(JobWork, frozen=True, tag="job.breached"):
    """Its due time passed while it waited or was held. Said once a job; ``due_at`` (ISO 8601) is when."""

    due_at: str
    held: bool


class JobDueSoon(JobWork, frozen=True, tag="job.due_soon"):
    """Its due time is near and it is not decided. Said once a due time; ``due_at`` (ISO 8601) is when."""

    due_at: str
    held: bool


class JobRescheduled(JobWork, frozen=True, tag="job.rescheduled"):
    """Its due time moved: by a version of the service plan, or because its clock stood still.

    ``allowed_ms`` from this event until it is due (negative when that is past); ``moved_ms`` later than before, or sooner when
    negative; ``by``: plan | pause; ``number`` of the plan's version.
    """

    allowed_ms: int
    moved_ms: int
    by: str
    number: int = 0


class JobPaused(JobWork, frozen=True, tag="job.paused"):
    """It waits for someone outside and its clock stands still. ``waits_for`` is a key of ``domain.findings.WAITS_FOR``.

    ``reviewer``, ``vendor`` and ``active_ms`` are of the lease that this ended, if there was one.
    """

    waits_for: str
    reviewer: str = ""
    vendor: str = ""
    active_ms: int = 0


class JobResumed(JobWork, frozen=True, tag="job.resumed"):
    """The clock runs again after ``paused_ms``."""

    paused_ms: int
    waits_for: str


class ServicePlanSaved(LedgerEvent, frozen=True, tag="service_plan.saved"):
    """A version of due times, calendars and weights went live; ``restores`` is the number of the version it repeats, or 0."""

    number: int
    targets: int
    calendars: int
    restores: int = 0


class ServicePlanSettled(LedgerEvent, frozen=True, tag="service_plan.settled"):
    """Every open job is on the plan's version; ``moved`` due times changed."""

    number: int
    moved: int


class BoostMade(LedgerEvent, frozen=True, tag="boost.made"):
    """Open jobs that fit get points until then."""

    points: float
    filters: dict[str, str]
    until: str


class BoostEnded(LedgerEvent, frozen=True, tag="boost.ended"):
    """The points are taken back. ``how``: expired | by_hand | surge."""

    points: float
    how: str


class BoostSettled(LedgerEvent, frozen=True, tag="boost.settled"):
    """Points of waiting jobs were brought up to date; its changes are in it."""

    jobs: int
    done: bool


class JobsMoved(LedgerEvent, frozen=True, tag="move.made"):
    """Waiting jobs were moved by filter; each says ``job.transferred`` too."""

    to_queue: str
    moved: int


class JobsMovedBack(LedgerEvent, frozen=True, tag="move.undone"):
    """Of the jobs moved, those that still waited went back."""

    to_queue: str
    put_back: int


class PlaybookSaved(LedgerEvent, frozen=True, tag="playbook.saved"):
    """What to do in a surge was written or changed."""

    key: str
    steps: int


class SurgeStarted(LedgerEvent, frozen=True, tag="surge.started"):
    """A playbook is on, until then at the latest."""

    playbook: str
    steps: list[str]
    until: str


class SurgePrepared(LedgerEvent, frozen=True, tag="surge.prepared"):
    """All steps of a surge are done; what to put back is in its changes."""

    playbook: str


class SurgeEnded(LedgerEvent, frozen=True, tag="surge.ended"):
    """Everything it changed is put back. ``how``: expired | by_hand."""

    playbook: str
    how: str
    lasted_ms: int


class DecisionMade(Work, frozen=True, tag="decision.made"):
    """A finding. ``origin``: human | rule | appeal | undo. ``decider`` is the actor's text, ``rule:NAME`` for a rule.

    ``supersedes`` is the id of the decision that fell, or ``""``; ``enforced``: actions followed (false for clean, and when the
    same finding was already in force). ``batch``: the id of the order over many that it belongs to, or ``""``.
    """

    origin: str
    verdict: str
    violation: str
    decider: str
    vendor: str = ""
    queue: str = ""
    kind: str = ""
    supersedes: str = ""
    enforced: bool = False
    batch: str = ""


class DecisionSuperseded(Work, frozen=True, tag="decision.superseded"):
    """A decision no longer stands. ``by`` is the id of the one that says so; ``why``: appeal | undo | clean."""

    by: str
    why: str
    verdict: str
    violation: str
    decider: str


class AppealFiled(Work, frozen=True, tag="appeal.filed"):
    """Somebody objects. ``by``: author | reporter; ``after_ms`` since the decision; ``origin`` of that decision."""

    by: str
    after_ms: int
    origin: str
    verdict: str
    violation: str


class AppealRefused(Work, frozen=True, tag="appeal.ineligible"):
    """It cannot be heard; why is in the event's reason."""

    by: str


class AppealQueued(Work, frozen=True, tag="appeal.queued"):
    """It can be heard, and a job for another reviewer is ready."""

    by: str
    queue: str


class AppealDecided(Work, frozen=True, tag="appeal.decided"):
    """``outcome``: upheld | overturned | modified. ``age_ms`` since filed; ``first_decider`` and ``first_origin`` of what was appealed."""

    by: str
    outcome: str
    age_ms: int
    in_time: bool
    first_origin: str
    first_decider: str
    first_violation: str
    vendor: str = ""


class AppealRemedied(Work, frozen=True, tag="appeal.remedied"):
    """Everything the fallen decision did is undone on the platform, too. ``after_ms`` since the appeal was decided."""

    by: str
    after_ms: int


class AppealWithdrawn(Work, frozen=True, tag="appeal.withdrawn"):
    """The appellant took it back."""

    by: str


class EscalationRaised(Work, frozen=True, tag="escalation.raised"):
    """A case was handed up from ``queue`` to ``to_queue``; ``cause``: reviewer | unsure."""

    queue: str
    to_queue: str
    level: int
    cause: str


class EscalationAcknowledged(Work, frozen=True, tag="escalation.acknowledged"):
    """Somebody has it. ``after_ms`` since raised (MTTA); ``in_time`` against the acknowledgement clock."""

    queue: str
    after_ms: int
    in_time: bool


class EscalationResolved(Work, frozen=True, tag="escalation.resolved"):
    """Decided. ``after_ms`` since raised (MTTR)."""

    queue: str
    after_ms: int


class EscalationHandedBack(Work, frozen=True, tag="escalation.handed_back"):
    """Given back to the floor undecided. ``after_ms`` since raised."""

    queue: str
    after_ms: int


class NoteAdded(Work, frozen=True, tag="note.added"):
    """A colleague wrote a note (its text is not here)."""

    length: int


class QueueSaved(LedgerEvent, frozen=True, tag="queue.saved"):
    """A queue was made or changed."""

    key: str


class RoutingSaved(LedgerEvent, frozen=True, tag="routing.saved"):
    """A version of the routing table went live. Why is the event's reason; ``backtest`` is the id of its evidence, or ``""``.

    ``base`` is the version it was made from, ``restored`` the one whose text it has again (0: none).
    """

    number: int
    rules: int
    base: int = 0
    restored: int = 0
    backtest: str = ""


class RoutingDrafted(LedgerEvent, frozen=True, tag="routing.drafted"):
    """The draft of a routing table was begun or changed. ``step``: begun | added | edited | moved | removed | imported."""

    number: int
    rules: int
    step: str
    rule: str = ""


class RoutingDropped(LedgerEvent, frozen=True, tag="routing.dropped"):
    """The draft was put aside without going live."""

    number: int
