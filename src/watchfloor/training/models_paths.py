"""What is kept of onboarding: paths as data, who goes one, and what people say of steps that leave no trace of their own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class OnboardingPath(Projected):
    """The steps that new people of a role, a market or a vendor go. ``steps = [{"kind", "policy", "count"}, ...]`` in their order."""

    name = models.TextField()
    role_key = models.CharField(max_length=40, blank=True)  # for whom; empty: any
    market = models.CharField(max_length=12, blank=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    steps = models.JSONField()
    stuck_days = models.SmallIntegerField(default=5)  # without anything going on
    closed_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name"})

    class Meta:
        db_table = "training_path"


class PathPerson(Projected):
    """Somebody on a path."""

    path = models.ForeignKey(OnboardingPath, on_delete=models.PROTECT, related_name="people")
    reviewer_id = models.UUIDField()
    began_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "training_path_person"
        constraints = [models.UniqueConstraint(fields=["path", "reviewer_id"], name="training_path_person_once")]
        indexes = [models.Index(fields=["reviewer_id"], name="training_path_person_of")]


class StepSaid(Projected):
    """That a unit was read (its reader says so) or how many decisions were watched (a trainer does)."""

    person = models.ForeignKey(PathPerson, on_delete=models.PROTECT, related_name="said")
    step = models.CharField(max_length=80)
    count = models.IntegerField()
    said_by = models.CharField(max_length=120)
    said_at = models.DateTimeField()

    class Meta:
        db_table = "training_path_said"
        constraints = [models.UniqueConstraint(fields=["person", "step"], name="training_path_said_once")]
