"""Rules as a team keeps them, and trained models."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class RuleFile(Projected):
    """A source file of the rule set, in the rule language (engines/sml)."""

    path = models.CharField(max_length=200, unique=True)
    text = models.TextField()
    revision = models.IntegerField(default=1)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_rule_file"


class Rule(Projected):
    """The life of one named rule of the set."""

    class State(models.TextChoices):
        DRAFT = "draft"
        BACKTESTED = "backtested"
        SHADOW = "shadow"
        PARTIAL = "partial"
        ON = "on"
        PAUSED = "paused"
        RETIRED = "retired"

    name = models.CharField(max_length=120, unique=True)
    path = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    policy_key = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=State)
    percent = models.SmallIntegerField(default=100)
    owner = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "detection_rule"


class TextModel(models.Model):
    """A trained text classifier: versions are kept so that one can go back."""

    id = models.BigAutoField(primary_key=True)
    policy_key = models.CharField(max_length=60)
    version = models.IntegerField()
    blob = models.BinaryField()
    learned = models.IntegerField(default=0)  # decisions learned from
    last_ordinal = models.BigIntegerField(default=0)  # ledger position it has learned up to
    report = models.JSONField(default=dict)  # precision, recall, intervals measured before learning
    live = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "detection_text_model"
        constraints = [models.UniqueConstraint(fields=["policy_key", "version"], name="detection_model_version")]
