"""What is kept of setting an exam's bar: what judges say of questions, examiners of sittings, bars that wait; and who has more time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class AngoffRound(Projected):
    """A round in which judges say how likely somebody who just about knows the policy answers each question. A person sets the bar."""

    policy_key = models.CharField(max_length=60)
    items = models.JSONField()  # [[item id, revision], ...]
    began_by = models.CharField(max_length=120)
    began_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    suggested = models.FloatField(null=True)
    cut = models.FloatField(null=True)  # what was set, if any was
    set_by = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "training_angoff"
        constraints = [
            models.UniqueConstraint(
                fields=["policy_key"], name="training_angoff_one_open", condition=models.Q(closed_at=None)
            )
        ]


class Judgement(Projected):
    """What one judge says of one question: 0 to 1. Others see it once the round is closed."""

    round = models.ForeignKey(AngoffRound, on_delete=models.PROTECT, related_name="judgements")
    judge = models.CharField(max_length=120)
    item_id = models.UUIDField()
    share = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        db_table = "training_judgement"
        constraints = [models.UniqueConstraint(fields=["round", "judge", "item_id"], name="training_judgement_once")]


class ExtraTime(Projected):
    """That somebody has more time in exams: ``factor`` 1.25 is a quarter more. The reason is between them and who granted it."""

    reviewer_id = models.UUIDField(unique=True)
    factor = models.FloatField()
    why = models.TextField(blank=True)
    said_by = models.CharField(max_length=120)
    said_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"factor", "why"})

    class Meta:
        db_table = "training_extra_time"


class ExamGrade(Projected):
    """What an examiner finds of somebody's answers without knowing the score: 0 below the bar, 1 just at it, 2 above it."""

    sitting = models.ForeignKey("training.Sitting", on_delete=models.PROTECT, related_name="grades")
    examiner = models.CharField(max_length=120)
    grade = models.SmallIntegerField()
    share = models.FloatField()  # right answers of all that count, as they were marked when this was said
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"grade", "share"})

    class Meta:
        db_table = "training_exam_grade"
        constraints = [models.UniqueConstraint(fields=["sitting", "examiner"], name="training_exam_grade_once")]


class BarChoice(Projected):
    """A bar that somebody chose, by which method and why; it holds once a second person agrees."""

    policy_key = models.CharField(max_length=60)
    method = models.CharField(max_length=24)  # angoff | borderline_group | borderline_regression
    suggested = models.FloatField()  # as shares of what one can have
    error = models.FloatField(null=True)
    cut = models.FloatField()
    why = models.TextField()
    state = models.CharField(max_length=10, default="waiting")  # waiting | set | dropped
    said_by = models.CharField(max_length=120)
    said_at = models.DateTimeField()
    settled_by = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why"})

    class Meta:
        db_table = "training_bar_choice"
        constraints = [
            models.UniqueConstraint(
                fields=["policy_key"], name="training_bar_one_waiting", condition=models.Q(state="waiting")
            )
        ]
