"""What is kept of risks, their controls and indicators, of the horizon, the calendar and the practices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Risk(Projected):
    """One risk. Likelihood and impact (1 to 5, see ``scales.toml``) as they would be without controls, and what is left with them.

    ``market`` and ``vendor`` null: the whole house.
    """

    number = models.IntegerField(unique=True)
    title = models.CharField(max_length=200)
    cause = models.TextField(blank=True)
    event = models.TextField()
    effect = models.TextField(blank=True)
    likelihood = models.SmallIntegerField()
    impact = models.SmallIntegerField()
    residual_likelihood = models.SmallIntegerField()
    residual_impact = models.SmallIntegerField()
    treatment = models.CharField(max_length=10)
    plan = models.TextField(blank=True)
    owner = models.UUIDField(null=True)
    market = models.CharField(max_length=12, null=True)
    vendor_key = models.CharField(max_length=40, null=True)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    why_closed = models.TextField(blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "cause", "event", "effect", "plan", "why_closed"})

    class Meta:
        db_table = "programme_risk"


class RiskVersion(Projected):
    """A risk as it was after each change: its history. ``said``: what somebody wrote at a review."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    likelihood = models.SmallIntegerField()
    impact = models.SmallIntegerField()
    residual_likelihood = models.SmallIntegerField()
    residual_impact = models.SmallIntegerField()
    treatment = models.CharField(max_length=10)
    what = models.CharField(max_length=12)  # written | changed | reviewed | closed | reopened
    said = models.TextField(blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"said"})

    class Meta:
        db_table = "programme_risk_version"
        constraints = [models.UniqueConstraint(fields=["risk", "number"], name="programme_risk_version_number")]


class Control(Projected):
    """What keeps a risk small, whose it is, when it was tried last and what that showed."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="controls")
    text = models.TextField()
    owner = models.UUIDField(null=True)
    works = models.CharField(max_length=10)  # untested | works | partly | fails
    tested_on = models.DateField(null=True)
    test_by = models.DateField(null=True)
    removed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "programme_risk_control"


class Indicator(Projected):
    """A live metric that tells whether a risk comes nearer. ``value`` and ``course`` are recomputed at will."""

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="indicators")
    metric = models.CharField(max_length=80)
    filters = models.JSONField(default=dict)
    span = models.CharField(max_length=4)
    amber = models.FloatField()
    red = models.FloatField()
    page = models.BooleanField(default=False)  # whoever is on call, when it turns red
    state = models.CharField(max_length=8, default="unknown")
    since = models.DateTimeField(null=True)
    value = models.FloatField(null=True)
    course = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=120)

    untracked: ClassVar[frozenset[str]] = frozenset({"value", "course", "checked_at"})

    class Meta:
        db_table = "programme_risk_indicator"


class Horizon(Projected):
    """Something that comes nearer: a law, a tactic of abusers, an event; what it would mean and what is done about it."""

    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=500, blank=True)  # where it is written
    impact = models.TextField(blank=True)
    action = models.TextField(blank=True)
    market = models.CharField(max_length=12, null=True)
    on = models.DateField(null=True)  # it takes effect, or is expected
    owner = models.UUIDField(null=True)
    review_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "source", "impact", "action"})

    class Meta:
        db_table = "programme_horizon"


class CalendarEvent(Projected):
    """An election, a holiday, a match: what is coming to a market, and how much more work is expected of it."""

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    market = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    uplift = models.FloatField(default=0.0)
    note = models.TextField(blank=True)
    cancelled_at = models.DateTimeField(null=True)
    change_id = models.UUIDField(null=True)  # its line in the change log
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "note"})

    class Meta:
        db_table = "programme_calendar_event"
        indexes = [models.Index(fields=["starts_at"], name="programme_calendar_starts")]


class PracticeLevel(Projected):
    """How far a practice is lived here: 0 not yet, 1 done, 2 written down and done, 3 measured and improved; with the evidence."""

    practice = models.CharField(max_length=60, unique=True)
    level = models.SmallIntegerField(default=0)
    evidence = models.TextField(blank=True)
    gap = models.TextField(blank=True)
    assessed_on = models.DateField()
    assessed_by = models.CharField(max_length=120)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"evidence", "gap"})

    class Meta:
        db_table = "programme_practice"
