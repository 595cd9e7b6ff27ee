"""What people learn from and are examined by: practice cases and questions, exam rules, sittings and answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class TrainingItem(Projected):
    """A synthetic case with its right finding, or a question with options. Stamped with the policy text it was written for.

    ``content`` is what is shown: ``{"text", "author", "kind", "market", "language", "question"}``, all texts, all but ``text``
    optional. Without ``options`` the answer is a finding: a violation type's key or ``clean``; with them it is one of them.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        RETIRED = "retired"

    key = models.SlugField(max_length=80, unique=True)
    use = models.CharField(max_length=10)  # practice | exam
    policy_key = models.CharField(max_length=60)
    topic = models.CharField(max_length=80)  # a violation type's key, "clean" or "general"
    difficulty = models.SmallIntegerField(default=2)  # 1 easy, 2 medium, 3 hard, as its writer judges
    content = models.JSONField()
    options = models.JSONField(default=list)
    answer = models.TextField()
    why = models.TextField()  # the explanation shown after practice, and to approvers
    state = models.CharField(max_length=10, choices=State)
    revision = models.IntegerField(default=1)
    policy_version = models.IntegerField()
    text_digest = models.CharField(max_length=64)  # of the policy text it was written for; see domain.stamps
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"content", "options", "answer", "why"})

    class Meta:
        db_table = "training_item"
        indexes = [models.Index(fields=["policy_key", "use", "state"], name="training_item_of")]


class Exam(Projected):
    """The rules of a policy's exam, as data. ``blueprint = [{"topic", "difficulty" (0 any), "count"}]``."""

    policy_key = models.CharField(max_length=60, unique=True)
    blueprint = models.JSONField()
    forms = models.SmallIntegerField(default=4)  # parallel forms; the next attempt gets the next one
    minutes = models.IntegerField(default=20)
    cut = models.FloatField(default=0.8)  # share of right answers from which it is passed
    wait_hours = models.FloatField(default=24)  # after an attempt that failed
    practice_right = models.IntegerField(default=0)  # practice cases answered right before the first attempt
    valid_days = models.IntegerField(null=True)  # how long a certificate lasts at most; null: until the policy changes
    level = models.SmallIntegerField(default=1)
    own_forms = models.BooleanField(default=False)  # a form drawn for each person instead of the rotating ones
    most_uses = models.IntegerField(default=0)  # then: how often a question is asked at most; 0: as often as you like

    class Meta:
        db_table = "training_exam"


class Sitting(Projected):
    """One person's attempt at one form. ``items = [[item id, revision], ...]`` in the order asked."""

    class State(models.TextChoices):
        OPEN = "open"
        PASSED = "passed"
        FAILED = "failed"
        VOID = "void"

    reviewer_id = models.UUIDField()
    policy_key = models.CharField(max_length=60)
    policy_version = models.IntegerField()
    text_digest = models.CharField(max_length=64)
    attempt = models.IntegerField()
    form = models.SmallIntegerField()
    items = models.JSONField()
    cut = models.FloatField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State)
    right = models.IntegerField(default=0)
    certificate_id = models.UUIDField(null=True)

    class Meta:
        db_table = "training_sitting"
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer_id"], name="training_sitting_one_open", condition=models.Q(state="open")
            )
        ]
        indexes = [models.Index(fields=["reviewer_id", "policy_key", "started_at"], name="training_sitting_of")]


class Answer(Projected):
    """What somebody answered: in a sitting, or (``sitting`` null) in the sandbox, where each try is a row."""

    sitting = models.ForeignKey(Sitting, null=True, on_delete=models.PROTECT, related_name="answers")
    item = models.ForeignKey(TrainingItem, on_delete=models.PROTECT, related_name="answers")
    revision = models.IntegerField()
    reviewer_id = models.UUIDField()
    given = models.TextField()
    right = models.BooleanField()
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"given", "right"})

    class Meta:
        db_table = "training_answer"
        constraints = [models.UniqueConstraint(fields=["sitting", "item"], name="training_answer_once")]
        indexes = [models.Index(fields=["reviewer_id", "item"], name="training_answer_of")]


# The tables of units, of delivery and of judging stand in files of their own; Django looks for them here.
from watchfloor.training.models_cohorts import (  # noqa: E402
    Attendance,
    Cohort,
    Letter,
    Member,
    Trainer,
    TrainingSession,
)
from watchfloor.training.models_judging import (  # noqa: E402
    AngoffRound,
    BarChoice,
    ExamGrade,
    ExtraTime,
    Judgement,
)
from watchfloor.training.models_paths import OnboardingPath, PathPerson, StepSaid  # noqa: E402
from watchfloor.training.models_records import RecordStore  # noqa: E402
from watchfloor.training.models_units import TrainingUnit, UnitBuild, UnitProduct, UnitVersion  # noqa: E402

__all__ = [
    "AngoffRound", "Answer", "Attendance", "BarChoice", "Cohort", "Exam", "ExamGrade", "ExtraTime", "Judgement", "Letter", "Member",
    "OnboardingPath", "PathPerson", "RecordStore", "Sitting", "StepSaid", "Trainer", "TrainingItem", "TrainingSession", "TrainingUnit",
    "UnitBuild", "UnitProduct", "UnitVersion",
]  # fmt: skip
