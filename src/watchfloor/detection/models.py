"""Rules as a team keeps them, and trained models."""

from __future__ import annotations

from django.db import models

from watchfloor.items.models import Item
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
    next_leaf = models.BigIntegerField(default=0)  # the first leaf of the ledger it has not read
    report = models.JSONField(default=dict)  # what was measured on decisions before they were learned
    live = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "detection_text_model"
        constraints = [models.UniqueConstraint(fields=["policy_key", "version"], name="detection_model_version")]


class RuleHits(models.Model):
    """How often a rule fired in one hour: with effects, without (shadow, or outside its share), or could not be decided."""

    pk = models.CompositePrimaryKey("rule", "hour")
    rule = models.CharField(max_length=120)
    hour = models.DateTimeField()
    acted = models.IntegerField(default=0)
    shadow = models.IntegerField(default=0)
    errors = models.IntegerField(default=0)

    class Meta:
        db_table = "detection_rule_hits"
        indexes = [models.Index(fields=["hour"], name="detection_hits_hour")]


class RuleSample(models.Model):
    """One of the newest things a rule fired on, so that its author can read what it does. A couple of hundred are kept."""

    id = models.BigAutoField(primary_key=True)
    rule = models.CharField(max_length=120)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    item_version = models.CharField(max_length=64)
    acted = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "detection_rule_sample"
        indexes = [models.Index(fields=["rule", "-id"], name="detection_sample_rule")]


from watchfloor.detection.models_investigate import LabelBatch, SavedQuery  # noqa: E402

__all__ = ["LabelBatch", "Rule", "RuleFile", "RuleHits", "RuleSample", "SavedQuery", "TextModel"]
