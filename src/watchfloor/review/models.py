"""Cases, what came in on them, jobs and leases, decisions, appeals."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Cast, Right

from watchfloor.items.models import Item
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal

ID_TAIL = Right(Cast("id", models.TextField()), 7)


class Queue(Projected):
    """Where jobs wait. ``target_minutes`` overrides the policy's service target when set."""

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=12, default="review")  # review | appeal | escalation
    markets = ArrayField(models.CharField(max_length=12), null=True)
    languages = ArrayField(models.CharField(max_length=12), null=True)
    clearance = models.CharField(max_length=40, blank=True)
    target_minutes = models.IntegerField(null=True)
    paused = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    archived_at = models.DateTimeField(null=True)
    overflow_to = models.CharField(max_length=80, blank=True)  # whose people may take from here, too,
    overflow_after = models.IntegerField(null=True)  # what has waited for so many seconds
    push = models.BooleanField(default=False)  # jobs are put before free people; else they take the next themselves
    weight = models.FloatField(default=1.0)  # of one job beside an ordinary review, see ``domain.workload``

    class Meta:
        db_table = "review_queue"


class RoutingTable(Projected):
    """A version of the ordered routing rules (``engines.routing.rules`` says how they are written); first match wins.

    One at a time may be a ``draft``, which is still written; one is ``live``; the others were live once.
    """

    number = models.IntegerField(unique=True)
    rules = models.JSONField()
    live = models.BooleanField(default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    draft = models.BooleanField(default=False)
    base = models.IntegerField(null=True)  # the version it was begun from
    edits = models.IntegerField(default=0)  # of the draft; who saves an older one is told
    changed_by = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    live_by = models.CharField(max_length=120, blank=True)
    why = models.CharField(max_length=200, blank=True)  # it went live
    backtest_id = models.UUIDField(null=True)  # of this very text, if there was one

    class Meta:
        db_table = "review_routing"


class RoutingBacktest(models.Model):
    """A draft on history: asked for on its page, done by a worker, kept as evidence (``found`` is ``engines.routing.RoutingBacktest``)."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.IntegerField()  # of the version, and
    fingerprint = models.CharField(max_length=64)  # of its text then
    against = models.IntegerField(null=True)  # the version that was live then
    days = models.SmallIntegerField()
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State)
    seen_at = models.DateTimeField(null=True)  # the worker's last sign of life
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    rules = models.JSONField(default=list)
    found = models.JSONField(null=True)

    class Meta:
        db_table = "review_routing_backtest"
        indexes = [models.Index(fields=["fingerprint", "-asked_at"], name="review_backtest_text")]


class Case(Projected):
    """All open work about one item under one harm group."""

    class State(models.TextChoices):
        OPEN = "open"
        ESCALATED = "escalated"
        CLOSED = "closed"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="cases")
    harm_group = models.CharField(max_length=40)
    policy_key = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State)
    item_version = models.CharField(max_length=64, blank=True)  # the newest that was reported or flagged
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    surface = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=20)  # of what opened it: user | trusted_flagger | email | api | rule | ...
    severity = models.SmallIntegerField()
    clearance = models.CharField(max_length=40, blank=True)
    reach = models.BigIntegerField(default=0)
    report_count = models.IntegerField(default=0)  # one per reporter
    trusted_count = models.IntegerField(default=0)  # of them, by trusted flaggers and authorities
    signal_count = models.IntegerField(default=0)
    opened_at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_how = models.CharField(max_length=20, blank=True)  # manual | auto | bulk | duplicate | withdrawn | muted
    last_decision_id = models.UUIDField(null=True)
    duplicate_of = models.UUIDField(null=True)  # the case this one was joined to
    tags = ArrayField(models.CharField(max_length=40), default=list)  # internal
    credit = models.FloatField(default=0)  # the counted reporters' points, added up (engines.agreement)

    class Meta:
        db_table = "review_case"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "harm_group"], name="review_case_one_open", condition=~models.Q(state="closed")
            )
        ]
        indexes = [
            models.Index(fields=["state", "opened_at", "id"], name="review_case_state"),
            models.Index(fields=["opened_at", "id"], name="review_case_opened"),
            models.Index(fields=["item", "harm_group"], name="review_case_item"),
            models.Index(fields=["closed_at"], name="review_case_closed", condition=models.Q(closed_at__isnull=False)),
            models.Index(fields=["policy_key", "id"], name="review_case_policy"),
            GinIndex(fields=["tags"], name="review_case_tags"),
            models.Index(
                ID_TAIL, name="review_case_short"
            ),  # what a person says aloud (kernel.ids.short) is the id's end
        ]


class Report(Projected):
    """A notice from a person or body about an item version. ``id`` is the receipt the sender got."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="reports")
    item_version = models.CharField(max_length=64)
    source = models.CharField(max_length=60)
    channel = models.CharField(max_length=20)
    reporter_kind = models.CharField(
        max_length=20
    )  # user | trusted_flagger | government | law_enforcement | platform | anonymous
    reporter = models.CharField(max_length=250, blank=True)
    reason_key = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    market = models.CharField(max_length=12, blank=True)
    received_at = models.DateTimeField()
    counted = models.BooleanField(default=True)  # false: the same reporter had reported this case before
    outcome = models.CharField(max_length=20, blank=True)  # upheld | rejected | muted
    representative = models.UUIDField(null=True)  # the authorised contact of a protected account whose report this is
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"reporter", "note"})

    class Meta:
        db_table = "review_report"
        indexes = [
            models.Index(fields=["case", "received_at"], name="review_report_case"),
            models.Index(fields=["case", "reporter"], name="review_report_reporter"),
            models.Index(fields=["reporter", "received_at"], name="review_report_by", condition=~models.Q(reporter="")),
            models.Index(fields=["item", "received_at"], name="review_report_item"),
        ]


class Signal(Projected):
    """What detection said of an item version on a case: ``source`` is ``rule:NAME``, ``model:NAME`` or ``match:BANK``."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="signals")
    item_version = models.CharField(max_length=64)
    source = models.CharField(max_length=120)
    policy_key = models.CharField(max_length=60, blank=True)
    score = models.FloatField(null=True)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()
    seal = Seal()

    # Reasons quote the content; the ledger keeps their digest.
    private: ClassVar[frozenset[str]] = frozenset({"reason", "details"})

    class Meta:
        db_table = "review_signal"
        indexes = [models.Index(fields=["case", "at"], name="review_signal_case")]


class Job(Projected):
    """One unit of human work on a case, in one queue. The lease is part of the row: one claim is one statement."""

    class State(models.TextChoices):
        READY = "ready"
        LEASED = "leased"
        WAITING = "waiting"  # for someone outside: its clock stands still, and nobody is given it
        DECIDED = "decided"
        CANCELLED = "cancelled"
        SUPERSEDED = "superseded"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="jobs")
    queue_key = models.CharField(max_length=80)
    kind = models.CharField(
        max_length=12, default="review"
    )  # review | second | appeal | escalation | cluster | qa | golden
    state = models.CharField(max_length=12, choices=State)
    priority = models.FloatField(default=0)
    priority_parts = models.JSONField(default=dict)
    routed_by = models.CharField(max_length=120, blank=True)  # the routing rule's name, to explain "why here"
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    policy_key = models.CharField(max_length=60)
    severity = models.SmallIntegerField()
    clearance = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    cause = models.CharField(max_length=12, default="new")  # new | reopened | transfer | appeal | escalation | second
    opened_at = models.DateTimeField()  # when the case's present work began: the start of the age that AAS averages
    due_at = models.DateTimeField()
    ready_at = models.DateTimeField()
    appeal_id = models.UUIDField(null=True)
    excluded = ArrayField(
        models.UUIDField(), default=list
    )  # reviewers who must not get it (decided before, skipped it)
    needs = ArrayField(models.CharField(max_length=60), default=list)  # extra skills beside the policy's
    relax_at = models.DateTimeField(null=True)  # when they are waived; None: never
    lease_holder = models.UUIDField(null=True)
    lease_token = models.BigIntegerField(default=0)  # fencing: grows with each lease
    lease_until = models.DateTimeField(null=True)
    leased_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # the holder's last sign of life
    focus_at = models.DateTimeField(null=True)  # when the holder's focus last grew
    accept_by = models.DateTimeField(null=True)  # a job that was offered, not taken, and is not accepted yet
    touch_ms = models.BigIntegerField(default=0)  # focus time of the present touch so far
    active_ms = models.BigIntegerField(
        default=0
    )  # focus time of everyone who touched it, up to the last touch that ended
    touches = models.IntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    plan = models.IntegerField(default=0)  # the version of the service plan that its due time and points are of
    boost = models.FloatField(default=0)  # points given by people for a time
    warned_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_for = models.CharField(max_length=20, blank=True)

    # Heartbeats extend a lease every few seconds: telemetry, not history.
    untracked: ClassVar[frozenset[str]] = frozenset({"lease_until", "seen_at", "focus_at", "accept_by", "touch_ms"})

    class Meta:
        db_table = "review_job"
        constraints = [
            models.UniqueConstraint(
                fields=["lease_holder"], name="review_job_one_lease", condition=models.Q(state="leased")
            )
        ]
        indexes = [
            models.Index(
                fields=["queue_key", "-priority", "due_at", "id"],
                name="review_job_claim",
                condition=models.Q(state="ready"),
            ),
            models.Index(
                fields=["queue_key", "due_at", "id"], name="review_job_by_due", condition=models.Q(state="ready")
            ),
            models.Index(fields=["lease_until"], name="review_job_lease", condition=models.Q(state="leased")),
            models.Index(
                fields=["due_at"],
                name="review_job_due",
                condition=models.Q(state__in=["ready", "leased"], breached_at__isnull=True),
            ),
            models.Index(  # the floor's backlog, read from the index alone
                fields=["queue_key", "market", "severity", "clearance"],
                include=["due_at", "ready_at", "breached_at"],
                name="review_job_backlog",
                condition=models.Q(state__in=["ready", "leased"]),
            ),
            models.Index(fields=["ready_at"], name="review_job_ready"),
            models.Index(fields=["decided_at"], name="review_job_decided", condition=models.Q(state="decided")),
        ]


class Decision(Projected):
    """An immutable finding under a policy version. Changed only by another that names it in ``supersedes``."""

    class Verdict(models.TextChoices):
        VIOLATING = "violating"
        CLEAN = "clean"
        UNSURE = "unsure"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="decisions")
    item_version = models.CharField(max_length=64)
    policy_version_id = models.UUIDField(null=True)
    policy_key = models.CharField(max_length=60)
    violation_key = models.CharField(max_length=80, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict)
    origin = models.CharField(max_length=12)  # human | rule | appeal | undo
    decider = models.CharField(max_length=120)  # actor text
    rationale = models.TextField(blank=True)
    at = models.DateTimeField()
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    superseded_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"rationale"})

    class Meta:
        db_table = "review_decision"
        indexes = [
            models.Index(fields=["case", "at"], name="review_decision_case"),
            models.Index(fields=["at"], name="review_decision_at"),
            models.Index(
                fields=["violation_key", "at"],
                name="review_decision_precedent",
                condition=models.Q(verdict="violating", superseded_at__isnull=True),
            ),
            models.Index(fields=["decider", "at"], name="review_decision_decider"),
        ]


class Appeal(Projected):
    """An objection to a decision by the affected user or the reporter."""

    class State(models.TextChoices):
        FILED = "filed"
        INELIGIBLE = "ineligible"
        QUEUED = "queued"
        UPHELD = "upheld"
        OVERTURNED = "overturned"
        MODIFIED = "modified"
        REMEDIED = "remedied"
        WITHDRAWN = "withdrawn"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    by = models.CharField(max_length=10)  # author | reporter
    appellant = models.CharField(max_length=250)
    grounds = models.TextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=12, choices=State)
    why = models.CharField(max_length=200, blank=True)  # why ineligible, in a sentence
    why_code = models.CharField(max_length=20, blank=True)  # domain.appeal_terms.REASONS
    notice_id = models.UUIDField(null=True)  # the notice whose link was used
    terms = models.IntegerField(default=0)  # the version it was judged eligible by
    filed_by = models.CharField(max_length=120, blank=True)
    unfounded = models.BooleanField(null=True)  # plainly, as whoever heard it said
    filed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    outcome_decision_id = models.UUIDField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"appellant", "grounds"})

    class Meta:
        db_table = "review_appeal"
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "by"], name="review_appeal_once", condition=~models.Q(state="ineligible")
            )
        ]
        indexes = [
            models.Index(
                fields=["decided_at"],
                name="review_appeal_unremedied",
                condition=models.Q(state__in=["overturned", "modified"]),
            ),
            models.Index(fields=["-filed_at", "-id"], name="review_appeal_filed"),
            models.Index(fields=["appellant", "by"], name="review_appeal_of"),
        ]


class Note(Projected):
    """What a person wrote on a case, for colleagues."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.CharField(max_length=120)
    text = models.TextField()
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "review_note"


class Escalation(Projected):
    """A case handed up, with a clock for the acknowledgement."""

    class State(models.TextChoices):
        RAISED = "raised"
        ACKNOWLEDGED = "acknowledged"
        RESOLVED = "resolved"
        HANDED_BACK = "handed_back"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    job_id = models.UUIDField(null=True)
    from_queue = models.CharField(max_length=80, blank=True)
    to_queue = models.CharField(max_length=80)
    level = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=14, choices=State)
    reason = models.CharField(max_length=200)
    raised_by = models.CharField(max_length=120)
    raised_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "review_escalation"


from watchfloor.review.models_appeals import AppealTerms, AppealText, ComplaintMeasure, Dispute  # noqa: E402
from watchfloor.review.models_bench import DecisionPath, Inquiry, Macro  # noqa: E402
from watchfloor.review.models_floor import Boost, Move, Playbook, ServicePlan, Surge  # noqa: E402
from watchfloor.review.models_many import (  # noqa: E402
    Batch,
    BatchRow,
    Cluster,
    ClusterItem,
    EdgeCase,
    Joining,
    ReporterMute,
    ReporterTally,
)
from watchfloor.review.models_special import Mark, Release  # noqa: E402

__all__ = [
    "ID_TAIL",
    "Appeal",
    "AppealTerms",
    "AppealText",
    "Batch",
    "BatchRow",
    "Boost",
    "Case",
    "Cluster",
    "ClusterItem",
    "ComplaintMeasure",
    "Decision",
    "DecisionPath",
    "Dispute",
    "EdgeCase",
    "Escalation",
    "Inquiry",
    "Job",
    "Joining",
    "Macro",
    "Mark",
    "Move",
    "Note",
    "Playbook",
    "Queue",
    "Release",
    "Report",
    "ReporterMute",
    "ReporterTally",
    "RoutingTable",
    "ServicePlan",
    "Signal",
    "Surge",
]  # fmt: skip
