"""What is kept of API apps: developers, apps, their applications, decisions, steps against them, and the talk with developers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from watchfloor.ledger.models import Projected, Seal


class Developer(Projected):
    """Who owns apps, by the platform's own id."""

    external_id = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)
    is_verified = models.BooleanField(default=False)
    first_seen = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"external_id", "name"})

    class Meta:
        db_table = "appreview_developer"


class AppCatalogue(Projected):
    """A version of what apps may ask for (``domain.catalogue``): the highest number is in force; without any, the shipped one is."""

    number = models.PositiveIntegerField(unique=True)
    scopes = models.JSONField()
    tiers = models.JSONField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "appreview_catalogue"


class ApiApp(Projected):
    """A developer's app. ``scopes`` and ``daily_limit`` are what it has now; ``mix`` and ``volume`` what it declared for them.

    ``step`` is the gravest step in force against it, "" for none. ``link_turn`` makes older developer links void when it moves.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        WAITING = "waiting"  # its first application is open
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    external_id = models.CharField(max_length=200, unique=True)
    developer = models.ForeignKey(Developer, on_delete=models.PROTECT, related_name="apps")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State)
    tier = models.CharField(max_length=20)
    scopes = models.JSONField(default=list)
    daily_limit = models.BigIntegerField(null=True)
    conditions = models.TextField(blank=True)
    mix = models.JSONField(default=dict)
    volume = models.BigIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    link_turn = models.SmallIntegerField(default=1)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"external_id", "name", "conditions"})

    class Meta:
        db_table = "appreview_app"


class Application(Projected):
    """One version of what a developer asks for, or one re-review of an app that runs (``trigger`` other than new and resubmitted).

    ``content`` is ``checks.Asked``; ``findings`` and ``weights`` are what the checks and the risk said when it came in;
    ``evidence`` is why a running app was reopened: ``[{"figure", "declared", "before", "seen", ...}]``.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        IN_REVIEW = "in_review"
        MORE_ASKED = "more_asked"
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    app = models.ForeignKey(ApiApp, on_delete=models.PROTECT, related_name="applications")
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=State)
    trigger = models.CharField(max_length=20, default="new")
    tier = models.CharField(max_length=20)
    content = models.JSONField()
    findings = models.JSONField(default=list)
    weights = models.JSONField(default=list)
    risk = models.IntegerField(default=0)
    evidence = models.JSONField(default=list)
    submitted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    catalogue = models.PositiveIntegerField(default=0)  # the version of scopes and tiers it was checked by
    reviewer = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"content", "findings"})

    class Meta:
        db_table = "appreview_application"
        constraints = [
            models.UniqueConstraint(fields=["app", "number"], name="appreview_application_once"),
            models.UniqueConstraint(
                fields=["app"],
                name="appreview_one_open",
                condition=Q(state__in=["draft", "submitted", "in_review", "more_asked"]),
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="appreview_queue")]


class AppDecision(Projected):
    """What was decided about an application, and what the developer was told."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20)
    scopes = models.JSONField(default=list)
    daily_limit = models.BigIntegerField(null=True)
    violations = models.JSONField(default=list)
    conditions = models.TextField(blank=True)
    words = models.TextField(blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"conditions", "words"})

    class Meta:
        db_table = "appreview_decision"


class AppStep(Projected):
    """A step against an app or one of its tokens, and its inverse once it was taken back. ``limit``: writes a day."""

    app = models.ForeignKey(ApiApp, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20)
    token = models.CharField(max_length=200, blank=True)
    limit = models.BigIntegerField(null=True)
    violations = models.JSONField(default=list)
    why = models.TextField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True)
    undone_why = models.TextField(blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"token", "why", "undone_why"})

    class Meta:
        db_table = "appreview_step"
        indexes = [models.Index(fields=["app", "at"], name="appreview_steps")]


class AppMessage(Projected):
    """A sentence between the developer and us, in either direction; both read it on the developer's page."""

    app = models.ForeignKey(ApiApp, on_delete=models.PROTECT, related_name="messages")
    from_developer = models.BooleanField()
    text = models.TextField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "appreview_message"
        indexes = [models.Index(fields=["app", "at"], name="appreview_messages")]


class AppDay(models.Model):
    """An app's day (UTC) in figures, as ``domain.telemetry.Day`` has them. Counted from the events, so it can be counted again."""

    id = models.BigAutoField(primary_key=True)
    app = models.ForeignKey(ApiApp, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    figures = models.JSONField()
    alarms = models.JSONField(default=list)
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "appreview_day"
        constraints = [models.UniqueConstraint(fields=["app", "day"], name="appreview_day_once")]
