"""Tables of well-being: what a person was shown (theirs alone, erased after weeks), their choices, the house's budgets, published cells.

``Exposure``, ``Touch``, ``Pace`` and ``Rest`` are telemetry like presence: not projections of the ledger, so that nobody who reads the
ledger reads a person's week out of it. What is told of groups is in ``WeekCell``.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class Exposure(models.Model):
    """What a person was shown in one quarter of an hour: every time zone's midnight lies on one."""

    reviewer_id = models.UUIDField()
    quarter = models.DateTimeField()
    severity = models.SmallIntegerField()
    kind = models.CharField(max_length=8)
    vendor_key = models.CharField(max_length=40, blank=True)
    team = models.CharField(max_length=60, blank=True)
    ms = models.BigIntegerField(default=0)
    filtered_ms = models.BigIntegerField(default=0)  # of it with any filter on
    reveals = models.IntegerField(default=0)

    class Meta:
        db_table = "workforce_exposure"
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer_id", "quarter", "severity", "kind", "vendor_key", "team"],
                name="workforce_exposure_once",
            )
        ]
        indexes = [models.Index(fields=["quarter"], name="workforce_exposure_quarter")]


class Touch(models.Model):
    """One reviewer's present hold on one job: what its pages have shown so far. Becomes one event when it ends."""

    job_id = models.UUIDField()
    token = models.BigIntegerField()
    reviewer_id = models.UUIDField()
    facts = models.JSONField()  # the job's dimensions as they were when it was opened
    pages = models.JSONField(default=dict)  # {page: {key: [ms, reveals]}}
    worked = models.JSONField(default=dict)  # {page: ms}
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "workforce_touch"
        constraints = [models.UniqueConstraint(fields=["job_id", "token"], name="workforce_touch_once")]
        indexes = [models.Index(fields=["seen_at"], name="workforce_touch_seen")]


class Pace(models.Model):
    """What a person has done since they last rested."""

    reviewer_id = models.UUIDField(primary_key=True)
    worked_ms = models.BigIntegerField(default=0)
    severe_ms = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "workforce_pace"


class Rest(models.Model):
    """A break that was planned or due, and whether it was taken; or a step back, which asks for nothing."""

    class Kind(models.TextChoices):
        PLANNED = "planned"
        DUE = "due"
        OWN = "own"  # taken without being asked
        STEP_BACK = "step_back"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reviewer_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    minutes = models.SmallIntegerField(default=0)
    vendor_key = models.CharField(max_length=40, blank=True)
    team = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workforce_rest"
        indexes = [models.Index(fields=["reviewer_id", "at"], name="workforce_rest_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer_id", "at"], condition=models.Q(kind="planned"), name="workforce_rest_planned_once"
            )
        ]


class Choices(Projected):
    """What a person chose for themself; the ledger knows that they chose, never what. ``id`` is the user's id."""

    avoid = ArrayField(models.CharField(max_length=60), default=list)  # policy keys; nobody asks why
    agreed = ArrayField(models.CharField(max_length=60), default=list)  # policy keys of severe work they said yes to
    budget = models.JSONField(default=dict)  # their own, lower one: {"day": {"4": 30}, ...}
    filters = models.JSONField(default=dict)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"avoid", "agreed", "budget", "filters"})

    class Meta:
        db_table = "workforce_choices"


class BudgetRow(Projected):
    """A budget of the house. ``scope``: default | vendor:KEY | team:VENDOR/TEAM."""

    scope = models.CharField(max_length=120, unique=True)
    budget = models.JSONField(default=dict)
    filters = models.JSONField(default=dict)
    hold_filters = models.BooleanField(default=False)  # people may only be stricter
    ask_from = models.SmallIntegerField(default=4)  # severity from which people are told and asked first; 6: never
    support = models.TextField(blank=True)  # whom to talk to, in the words of the house

    class Meta:
        db_table = "workforce_budget"


class WeekCell(Projected):
    """One published figure of a whole week: it stands for five people or more (``domain.suppression``)."""

    week = models.DateField()  # its Monday, UTC
    measure = models.CharField(max_length=24)
    severity = models.SmallIntegerField(default=0)
    vendor = models.CharField(max_length=40)
    team = models.CharField(max_length=60, blank=True)
    amount = models.BigIntegerField()
    people = models.IntegerField()

    class Meta:
        db_table = "workforce_week_cell"
        constraints = [
            models.UniqueConstraint(
                fields=["week", "measure", "severity", "vendor", "team"], name="workforce_week_cell_once"
            )
        ]


class PublishedWeek(Projected):
    """A week whose cells were published: they are never computed again."""

    week = models.DateField(unique=True)

    class Meta:
        db_table = "workforce_published_week"
