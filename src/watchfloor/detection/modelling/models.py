"""What is kept around the models: plans of the sample, what was drawn, scores counted by day, pauses."""

from __future__ import annotations

from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected
from watchfloor.review.models import Case

BINS = 20  # of the scores, each as wide


class Plan(Projected):
    """The sample that measures a policy's model. ``language`` empty: of all languages that have no plan of their own."""

    policy_key = models.CharField(max_length=60)
    language = models.CharField(max_length=20, blank=True)
    per_day = models.IntegerField()
    uniform = models.FloatField()  # share of the budget that is drawn whatever the score
    target = models.FloatField()  # precision
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)

    class Meta:
        db_table = "detection_model_plan"
        constraints = [models.UniqueConstraint(fields=["policy_key", "language"], name="detection_model_plan_once")]


class Draw(Projected):
    """An unreported item that went into review with a known chance. What people found is the standing decision on its case."""

    class Stratum(models.TextChoices):
        UNIFORM = "uniform"
        NEAR = "near"  # at and above the score from which cases are opened, and somewhat below
        OPENED = "opened"  # the model opened the case itself: all of these are reviewed

    policy_key = models.CharField(max_length=60)
    language = models.CharField(max_length=20, blank=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    item_version = models.CharField(max_length=64)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=8, choices=Stratum)
    chance = models.FloatField()
    score = models.FloatField(null=True)  # what the model said before anybody decided; null: none was at work
    model_version = models.IntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "detection_model_draw"
        constraints = [models.UniqueConstraint(fields=["policy_key", "item"], name="detection_model_draw_once")]
        indexes = [models.Index(fields=["policy_key", "-at"], name="detection_model_draw_recent")]


class Pause(Projected):
    """A model that drifted opens no case until a person has looked."""

    policy_key = models.CharField(max_length=60)
    kind = models.CharField(max_length=8)  # scores or labels
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=120, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "detection_model_pause"
        constraints = [
            models.UniqueConstraint(
                fields=["policy_key"], condition=models.Q(lifted_at__isnull=True), name="detection_model_pause_once"
            )
        ]


class ScoreCount(models.Model):
    """How many items nobody had reported got a score in a bin on a day (UTC); bin -1 counts those no model was at work for."""

    pk = models.CompositePrimaryKey("policy_key", "day", "language", "bin")
    policy_key = models.CharField(max_length=60)
    day = models.DateField()
    language = models.CharField(max_length=20)
    bin = models.SmallIntegerField()
    items = models.IntegerField(default=0)

    class Meta:
        db_table = "detection_model_scores"


from watchfloor.detection.modelling.models_asked import HeldDeed, PolicyAnswer, PolicyModel  # noqa: E402

__all__ = ["BINS", "Draw", "HeldDeed", "Pause", "Plan", "PolicyAnswer", "PolicyModel", "ScoreCount"]
