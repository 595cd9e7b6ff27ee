"""Policies, their versions, violation types and report reasons. Shipped as data (policy/defaults), edited by a team."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected


class Policy(Projected):
    """A rule of the platform. ``harm_group`` is what cases are opened under; ``severity`` 0 (nuisance) to 5 (threat to life)."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    names = models.JSONField(default=dict)  # {"es": ..., "ja": ...}: for notices; English is ``name``
    harm_group = models.SlugField(max_length=40)
    severity = models.SmallIntegerField(default=2)
    clearance = models.CharField(max_length=40, blank=True)  # e.g. "child_safety": only for those who are cleared
    target_hours = models.FloatField(default=24)  # service target: from first report to decision
    dsa_category = models.CharField(max_length=80, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "policy_policy"


class PolicyVersion(Projected):
    """The text in force for a time; decisions name the version they were made under."""

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        SCHEDULED = "scheduled"
        IN_FORCE = "in_force"
        SUPERSEDED = "superseded"

    policy_key = models.CharField(max_length=60, db_index=True)
    number = models.IntegerField()
    state = models.CharField(max_length=12, choices=State)
    summary = models.TextField()
    text = models.TextField()
    questions = models.JSONField(default=list)  # how to tell, in order: [{"ask", "yes", "no"}]
    overlays = models.JSONField(default=dict)  # {market: what is different there}
    decision_tree = models.JSONField(
        null=True
    )  # see policy.tree; null: made from the questions, else from the violation types
    in_force_from = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    written_by = models.CharField(max_length=120)
    approved_by = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "policy_version"
        constraints = [models.UniqueConstraint(fields=["policy_key", "number"], name="policy_version_number")]


class ViolationType(Projected):
    """What a reviewer picks: a clause of a policy, with severity, default actions and strike points."""

    key = models.SlugField(max_length=80, unique=True)
    policy_key = models.CharField(max_length=60, db_index=True)
    clause = models.CharField(max_length=20)
    name = models.CharField(max_length=160)
    help = models.TextField(blank=True)
    severity = models.SmallIntegerField()
    points = models.SmallIntegerField(default=1)
    actions = ArrayField(models.CharField(max_length=60), default=list)
    markets = ArrayField(models.CharField(max_length=12), null=True)  # null = everywhere; else only there (overlay)
    position = models.IntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "policy_violation_type"


class Reason(Projected):
    """What a reporter may say; leads to the policy a case is opened under, and maps to outside vocabularies."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    policy_key = models.CharField(max_length=60)
    atproto = ArrayField(models.CharField(max_length=120), default=list)
    dsa_category = models.CharField(max_length=80, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "policy_reason"
