"""Around appeals: their terms, what was handed in with them, who uses them badly, and what bodies and courts outside decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class AppealTerms(Projected):
    """A version of the terms of appeals: ``document`` as ``domain.appeal_terms.read`` takes it."""

    number = models.IntegerField(unique=True)
    document = models.JSONField()
    live = models.BooleanField(default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "review_appeal_terms"


class AppealText(Projected):
    """A text handed in with an appeal, or after it. Only text is taken: nothing here is ever opened or rendered."""

    appeal = models.ForeignKey("review.Appeal", on_delete=models.PROTECT, related_name="texts")
    name = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "text"})

    class Meta:
        db_table = "review_appeal_text"


class ComplaintMeasure(Projected):
    """A warning to somebody whose appeals are plainly unfounded again and again, or their suspension (DSA, Article 23(2) and (3))."""

    class Kind(models.TextChoices):
        WARNING = "warning"
        SUSPENSION = "suspension"

    kind = models.CharField(max_length=10, choices=Kind)
    side = models.CharField(max_length=10)  # author | reporter
    appellant = models.CharField(max_length=250)
    decided = models.IntegerField()  # appeals in the look-back then: the absolute number,
    unfounded = models.IntegerField()  # and those without any ground: the proportion
    gravity = models.TextField(blank=True)  # of what was misused, and its consequences
    intent = models.TextField(blank=True)  # where it can be told
    why = models.TextField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=120, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"appellant", "gravity", "intent", "why"})

    class Meta:
        db_table = "review_complaint_measure"
        indexes = [models.Index(fields=["appellant", "side", "at"], name="review_measure_of")]


class Dispute(Projected):
    """A decision before an out-of-court body (DSA, Article 21) or a court; its outcome is carried out here."""

    class Outcome(models.TextChoices):
        PENDING = "pending"
        UPHELD = "upheld"
        OVERTURNED = "overturned"
        MODIFIED = "modified"
        SETTLED = "settled"
        WITHDRAWN = "withdrawn"

    decision = models.ForeignKey("review.Decision", on_delete=models.PROTECT, related_name="disputes")
    case = models.ForeignKey("review.Case", on_delete=models.PROTECT, related_name="disputes")
    kind = models.CharField(max_length=14)  # out_of_court | court
    body = models.CharField(max_length=160)
    case_number = models.CharField(max_length=80)
    by = models.CharField(max_length=10)  # author | reporter: who brought it
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # a court has no such time
    extended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.PENDING)
    decided_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)
    outcome_decision_id = models.UUIDField(null=True)
    cost_cents = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    note = models.TextField(blank=True)
    recorded_by = models.CharField(max_length=120)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"note"})

    class Meta:
        db_table = "review_dispute"
        constraints = [models.UniqueConstraint(fields=["body", "case_number"], name="review_dispute_number")]
        indexes = [models.Index(fields=["decision", "opened_at"], name="review_dispute_decision")]
