"""What is kept of quality: plans, looks at decisions, coaching, and how far the drawing has come."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class SamplingPlan(Projected):
    """A version of what is drawn (``domain.plans.Document``). One at a time is live; the others were."""

    number = models.IntegerField(unique=True)
    document = models.JSONField()
    seed = models.CharField(max_length=32)
    live = models.BooleanField(default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "quality_plan"


class Look(Projected):
    """One look at one decision, with the decision's dimensions as they were, and the chance it was drawn with.

    ``found_*`` is what the look says, ``right_*`` what counts: the same where both agree, else what was settled. For a known answer
    (purpose ``gold``) the decision that is judged is the answer itself: ``decider`` and ``verdict`` are of whoever gave it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        AGREED = "agreed"
        DIFFERS = "differs"
        SETTLED = "settled"
        DISPUTED = "disputed"
        VOID = "void"  # the item has changed, or the decision fell, before it was looked at

    decision_id = models.UUIDField()
    case_id = models.UUIDField()
    job_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=State)
    plan = models.IntegerField(default=0)
    stratum = models.CharField(max_length=250, blank=True)
    probability = models.FloatField(default=1.0)
    drawn_at = models.DateTimeField()
    policy_key = models.CharField(max_length=60)
    policy_version_id = models.UUIDField(null=True)
    item_version = models.CharField(max_length=64, blank=True)
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    vendor = models.CharField(max_length=60, blank=True)
    queue_key = models.CharField(max_length=80, blank=True)
    severity = models.SmallIntegerField()
    clearance = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=12)
    decider = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField()
    verdict = models.CharField(max_length=12, blank=True)
    violation_key = models.CharField(max_length=80, blank=True)
    found_by = models.CharField(max_length=120, blank=True)
    found_at = models.DateTimeField(null=True)
    found_verdict = models.CharField(max_length=12, blank=True)
    found_violation = models.CharField(max_length=80, blank=True)
    found_version_id = models.UUIDField(null=True)
    found_why = models.TextField(blank=True)
    right_verdict = models.CharField(max_length=12, blank=True)
    right_violation = models.CharField(max_length=80, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)
    critical = models.BooleanField(default=False)
    cause = models.CharField(max_length=20, blank=True)
    said = models.TextField(blank=True)  # to whoever decided
    dispute = models.TextField(blank=True)
    disputed_at = models.DateTimeField(null=True)
    corrected_by_id = models.UUIDField(null=True)  # the decision that took the wrong one back
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"found_why", "said", "dispute"})

    class Meta:
        db_table = "quality_look"
        constraints = [
            models.UniqueConstraint(
                fields=["decision_id"], name="quality_look_once", condition=models.Q(purpose="sample")
            )
        ]
        indexes = [
            models.Index(fields=["job_id"], name="quality_look_job"),
            models.Index(fields=["decided_at", "id"], name="quality_look_decided"),
            models.Index(fields=["decider", "-decided_at"], name="quality_look_decider"),
            models.Index(
                fields=["found_at"], name="quality_look_open", condition=models.Q(state__in=["differs", "disputed"])
            ),
        ]


class Coaching(Projected):
    """Something for one person to look at, out of a wrong decision of theirs."""

    look = models.ForeignKey(Look, on_delete=models.PROTECT, related_name="coaching")
    person = models.CharField(max_length=120)
    text = models.TextField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "quality_coaching"
        indexes = [models.Index(fields=["person", "-made_at"], name="quality_coaching_of")]


class Drawn(models.Model):
    """How far the drawing has come: decisions up to here were drawn or not. One row; it can be set back, looks are made once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    decision_id = models.UUIDField()

    class Meta:
        db_table = "quality_drawn"


# The tables of scorecards and calibration stand in a file of their own; Django looks for them here.
from watchfloor.quality.models_rounds import Marked, Round, RoundAnswer, RoundItem, Scorecard  # noqa: E402

__all__ = ["Coaching", "Drawn", "Look", "Marked", "Round", "RoundAnswer", "RoundItem", "SamplingPlan", "Scorecard"]
