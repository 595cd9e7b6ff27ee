"""Policy models: models of others that are asked, by HTTP, what they think of a text under a policy; and what they answered."""

from __future__ import annotations

from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected
from watchfloor.review.models import Case


class PolicyModel(Projected):
    """One of them as it is set now; each change of ``spec`` is a new ``version``, whose figures begin anew.

    ``spec``: kind (chat or labels), url, model, timeout, instructions, labels, price_in and price_out for a million tokens.
    """

    class Mode(models.TextChoices):
        OFF = "off"
        DRAFT = "draft"  # what it says stands beside the case
        VETO = "veto"
        CONSENSUS = "consensus"

    key = models.CharField(max_length=40, unique=True)
    policy_key = models.CharField(max_length=60)
    language = models.CharField(max_length=20, blank=True)  # empty: all
    spec = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.OFF)
    per_day = models.IntegerField(default=0)  # calls
    replay_left = models.IntegerField(default=0)  # decided cases it is still to be asked about
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)

    untracked = frozenset({"replay_left"})

    class Meta:
        db_table = "detection_policy_model"


class PolicyAnswer(models.Model):
    """One call: what came back, how long it took, what it cost. No text of it is kept here: its reasons are on the case's signal."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered"
        REFUSED = "refused"  # it does not fit the form
        LATE = "late"
        FAILED = "failed"

    model = models.ForeignKey(PolicyModel, on_delete=models.CASCADE, related_name="answers")
    version = models.IntegerField()
    policy_version = models.UUIDField(null=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    item_version = models.CharField(max_length=64)
    language = models.CharField(max_length=20, blank=True)
    replayed = models.BooleanField(default=False)  # the decision was made before
    outcome = models.CharField(max_length=8, choices=Outcome)
    label = models.CharField(max_length=10, blank=True)
    score = models.FloatField(null=True)
    clause = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    milliseconds = models.IntegerField(default=0)
    tokens_in = models.IntegerField(default=0)
    tokens_out = models.IntegerField(default=0)
    cost = models.FloatField(default=0.0)

    class Meta:
        db_table = "detection_policy_answer"
        constraints = [
            models.UniqueConstraint(
                fields=["model", "version", "case", "item_version"], name="detection_policy_answer_once"
            )
        ]
        indexes = [models.Index(fields=["model", "-at"], name="detection_policy_answer_recent")]


class HeldDeed(models.Model):
    """What a rule would have done at once, until a policy model with a veto has answered or its time is over; people may come first."""

    model = models.ForeignKey(PolicyModel, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=120)
    finding = models.JSONField()  # review.contracts.DecisionIn
    at = models.DateTimeField()

    class Meta:
        db_table = "detection_held_deed"
        constraints = [models.UniqueConstraint(fields=["case"], name="detection_held_deed_once")]
