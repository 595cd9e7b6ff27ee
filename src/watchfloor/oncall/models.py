"""Schedules, escalation policies, pages and calls; the tables of incidents stand in a file of their own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal
from watchfloor.oncall.models_incidents import Audience, CorrectiveAction, Incident, IncidentLine
from watchfloor.oncall.models_outside import PagerCheck, RoutingKey

__all__ = [
    "Audience",
    "Call", "Contact", "CorrectiveAction", "EscalationPolicy", "FeedAddress", "Incident", "IncidentLine", "Matrix", "Override", "Page",
    "PagerCheck", "RoutingKey", "Schedule", "Swap",
]  # fmt: skip


class Schedule(Projected):
    """Who takes turns; ``layers`` as ``domain.schedule.Layer``, ``rules`` as ``domain.rest.Rules``."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=60)
    layers = models.JSONField(default=list)
    rules = models.JSONField(default=dict)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oncall_schedule"


class Override(Projected):
    """One person instead of whoever it would be, for a while."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="overrides")
    user_id = models.UUIDField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oncall_override"
        indexes = [models.Index(fields=["schedule", "ends_at"], name="oncall_override_span")]


class Swap(Projected):
    """One person asks another to take a span of theirs, for nothing or for a span of the other's; accepted, it is overrides."""

    class State(models.TextChoices):
        ASKED = "asked"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="swaps")
    asker_id = models.UUIDField()
    other_id = models.UUIDField()
    gives_start = models.DateTimeField()
    gives_end = models.DateTimeField()
    takes_start = models.DateTimeField(null=True)
    takes_end = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oncall_swap"
        indexes = [
            models.Index(
                fields=["other_id", "gives_start"], name="oncall_swap_asked", condition=models.Q(state="asked")
            )
        ]


class FeedAddress(Projected):
    """How often a person has had the address of their calendars renewed; an address of an earlier turn is dead."""

    user_id = models.UUIDField(unique=True)
    turn = models.IntegerField(default=0)
    renewed_at = models.DateTimeField()

    class Meta:
        db_table = "oncall_feed_address"


class EscalationPolicy(Projected):
    """Whom to page, one step after the other; ``steps`` as ``domain.paging.Step``."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    steps = models.JSONField(default=list)
    repeat = models.SmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oncall_policy"


class Matrix(Projected):
    """The escalation matrix of the house, one row: what pages by which escalation policy; ``lines`` as ``domain.matrix.Line``."""

    lines = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "oncall_matrix"


class Contact(Projected):
    """Where a person (or, without one, the house) is reached by a pager beside the console: an address, a key."""

    user_id = models.UUIDField(null=True)
    pager = models.CharField(max_length=40)  # a name of the entry point group watchfloor.pagers
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "address", "secret"})

    class Meta:
        db_table = "oncall_contact"
        indexes = [models.Index(fields=["user_id"], name="oncall_contact_user")]


class Page(Projected):
    """Somebody must look at something now. Says what it is about by severity, policy and market; content is never in it."""

    class State(models.TextChoices):
        RAISED = "raised"
        ACKNOWLEDGED = "acknowledged"
        RESOLVED = "resolved"

    key = models.CharField(max_length=200)  # of what it is about: one live page for each
    about = models.CharField(max_length=20)  # one of actions.paging.ABOUT
    state = models.CharField(max_length=12, choices=State)
    words = models.CharField(max_length=200, blank=True)  # of who paged, for those who may open it
    case_id = models.UUIDField(null=True)
    policy_key = models.CharField(max_length=60, blank=True)
    market = models.CharField(max_length=12, null=True)
    severity = models.SmallIntegerField(default=3)
    clearance = models.CharField(max_length=40, blank=True)
    escalation_policy = models.CharField(max_length=60)  # its key, and what it said when the page was raised:
    steps = models.JSONField(default=list)
    repeat = models.SmallIntegerField(default=0)
    round = models.SmallIntegerField(default=0)
    first_round = models.SmallIntegerField(default=0)  # that it began with: 0, or where it was given back
    step = models.SmallIntegerField(default=0)  # the next to be taken
    next_at = models.DateTimeField(null=True)  # when; None: answered, or all was tried
    times = models.IntegerField(default=1)  # how often it was asked for while live
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=120)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)
    resolved_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"words"})

    class Meta:
        db_table = "oncall_page"
        constraints = [
            models.UniqueConstraint(fields=["key"], name="oncall_page_one_live", condition=~models.Q(state="resolved"))
        ]
        indexes = [
            models.Index(fields=["next_at"], name="oncall_page_due", condition=models.Q(state="raised")),
            models.Index(fields=["-raised_at"], name="oncall_page_raised"),
            models.Index(fields=["case_id"], name="oncall_page_case"),
        ]


class Call(Projected):
    """One try to reach one person (or house contact) by one pager: made in the transaction of its step, so it exists once.

    ``what``: trigger, and for pagers that follow a page also acknowledge and resolve. Attempts are telemetry.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="calls")
    what = models.CharField(max_length=12, default="trigger")
    round = models.SmallIntegerField(default=0)
    step = models.SmallIntegerField(default=0)
    user_id = models.UUIDField(null=True)
    contact_id = models.UUIDField(null=True)
    pager = models.CharField(max_length=40)
    key = models.CharField(max_length=250, unique=True)
    state = models.CharField(max_length=8, choices=State)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    untracked: ClassVar[frozenset[str]] = frozenset({"attempts", "next_at", "error"})

    class Meta:
        db_table = "oncall_call"
        indexes = [
            models.Index(fields=["next_at"], name="oncall_call_due", condition=models.Q(state="pending")),
            models.Index(fields=["page", "made_at"], name="oncall_call_page"),
            models.Index(fields=["user_id", "made_at"], name="oncall_call_user"),
        ]
