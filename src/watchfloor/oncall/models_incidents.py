"""Incidents: the room, what is written into it by hand, and what is done afterwards so that it does not happen again."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Incident(Projected):
    """Something that more than one person must work on now. The timeline is the ledger's; ``roles`` names users by role."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    number = models.IntegerField(unique=True)
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=8, choices=State)
    severity = models.SmallIntegerField()
    market = models.CharField(max_length=12, null=True)
    clearance = models.CharField(max_length=40, blank=True)
    cause = models.CharField(max_length=20)  # page | case | spike | manual: what it was opened from
    spike = models.CharField(max_length=200, blank=True)  # the address of its page
    pages = ArrayField(models.UUIDField(), default=list)
    cases = ArrayField(models.UUIDField(), default=list)
    items = ArrayField(
        models.UUIDField(), default=list
    )  # of those cases: while evidence is held nothing of them is erased
    roles = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    held_at = models.DateTimeField(null=True)  # evidence is to be kept since
    held_by = models.CharField(max_length=120, blank=True)
    held_why = models.CharField(max_length=500, blank=True)
    happened = models.TextField(blank=True)  # the review afterwards
    causes = models.TextField(blank=True)
    learned = models.TextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=120, blank=True)
    check_on = models.DateField(null=True)  # has it come back?
    recurred = models.BooleanField(null=True)
    checked_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "held_why", "happened", "causes", "learned"})

    class Meta:
        db_table = "oncall_incident"
        indexes = [models.Index(fields=["state", "-opened_at"], name="oncall_incident_state")]


class IncidentLine(Projected):
    """What people write into the room: a note for it, or an update for an audience, which is a draft until it is approved."""

    class State(models.TextChoices):
        SAID = "said"  # notes
        DRAFT = "draft"
        APPROVED = "approved"
        SENT = "sent"
        FAILED = "failed"
        DROPPED = "dropped"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="lines")
    audience = models.CharField(max_length=20)  # room | internal | stakeholders
    text = models.TextField()
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.SAID)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})
    untracked: ClassVar[frozenset[str]] = frozenset({"attempts", "next_at", "error"})

    class Meta:
        db_table = "oncall_incident_line"
        indexes = [
            models.Index(fields=["incident", "at"], name="oncall_line_incident"),
            models.Index(fields=["next_at"], name="oncall_line_due", condition=models.Q(state="approved")),
        ]


class Audience(Projected):
    """Where updates for an audience are sent: e-mail addresses, one a line."""

    key = models.CharField(max_length=20, unique=True)
    addresses = models.TextField(blank=True)
    changed_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"addresses"})

    class Meta:
        db_table = "oncall_audience"


class CorrectiveAction(Projected):
    """What will be changed, by whom, until when."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="corrections")
    text = models.CharField(max_length=500)
    owner_id = models.UUIDField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "oncall_correction"
        indexes = [models.Index(fields=["incident", "due_on"], name="oncall_correction_due")]
