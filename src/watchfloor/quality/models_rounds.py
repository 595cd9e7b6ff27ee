"""What is kept of scorecards and calibration sessions."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Scorecard(Projected):
    """A version of the scorecard (``domain.cards.Card``). One at a time is live; decisions keep the version they were marked by."""

    number = models.IntegerField(unique=True)
    document = models.JSONField()
    live = models.BooleanField(default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "quality_card"


class Marked(Projected):
    """The marks of one look's decision. ``marks``: key of a part -> step, or ``-``."""

    look_id = models.UUIDField(unique=True)
    card = models.IntegerField()
    marks = models.JSONField()
    score = models.FloatField()
    failed = models.BooleanField(default=False)
    passed = models.BooleanField(default=False)
    marked_by = models.CharField(max_length=120)
    marked_at = models.DateTimeField()

    class Meta:
        db_table = "quality_marked"


class Round(Projected):
    """A calibration session: the same items to the same people, each alone, until it is closed and looked at together."""

    title = models.CharField(max_length=120)
    state = models.CharField(max_length=8, default="open")  # open | closed
    vendors = ArrayField(models.CharField(max_length=40), default=list)
    people = ArrayField(models.UUIDField(), default=list)
    due_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    minutes = models.TextField(blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "minutes"})

    class Meta:
        db_table = "quality_round"
        indexes = [models.Index(fields=["-made_at"], name="quality_round_made")]


class RoundItem(Projected):
    """One item of a session, as it was; what is right, where it is known."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="items")
    number = models.SmallIntegerField()
    case_id = models.UUIDField()
    item_version = models.CharField(max_length=64)
    policy_key = models.CharField(max_length=60)
    market = models.CharField(max_length=12, blank=True)
    severity = models.SmallIntegerField()
    right_verdict = models.CharField(max_length=12, blank=True)
    right_violation = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField(null=True)  # put to policy as a question

    class Meta:
        db_table = "quality_round_item"
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="quality_round_item_once")]


class RoundAnswer(Projected):
    """What one person found of one item. ``site`` is their vendor then."""

    item = models.ForeignKey(RoundItem, on_delete=models.PROTECT, related_name="answers")
    person = models.UUIDField()
    site = models.CharField(max_length=60, blank=True)
    verdict = models.CharField(max_length=12)
    violation_key = models.CharField(max_length=80, blank=True)
    policy_version_id = models.UUIDField(null=True)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why"})

    class Meta:
        db_table = "quality_round_answer"
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="quality_round_answer_once")]
