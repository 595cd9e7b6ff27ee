"""What is kept of boards: the boards and their versions, targets, notes at moments, schedules and what was sent, saved SQL."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Board(Projected):
    """A board as it is now. ``owner`` is ``user:...``, or empty for one of the house; ``key`` names a shipped one.

    A shared board is for everyone who may see numbers; each sees on it what their own rights allow.
    """

    key = models.SlugField(max_length=60, blank=True)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=300, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    shared = models.BooleanField(default=False)
    roles = ArrayField(models.CharField(max_length=40), default=list)  # for whom it is the first board
    version = models.IntegerField(default=1)
    document = models.JSONField(default=dict)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_board"
        constraints = [
            models.UniqueConstraint(fields=["key"], name="insight_board_key", condition=~models.Q(key="")),
        ]
        indexes = [models.Index(fields=["owner"], name="insight_board_owner")]


class BoardVersion(Projected):
    """A board as it was saved once."""

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    name = models.CharField(max_length=120)
    document = models.JSONField(default=dict)
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "insight_board_version"
        constraints = [models.UniqueConstraint(fields=["board", "number"], name="insight_board_version_once")]


class BoardDraft(models.Model):
    """Edits of one person that are not saved yet, with those before them (for undo). Decides nothing; not in the ledger."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE)
    user_id = models.UUIDField()
    based_on = models.IntegerField()  # the version it began with
    history = models.JSONField(default=dict)
    touched_at = models.DateTimeField()

    class Meta:
        db_table = "insight_board_draft"
        constraints = [models.UniqueConstraint(fields=["board", "user_id"], name="insight_board_draft_one")]


class Target(Projected):
    """What a metric should be within a scope, from a day on until another target of the same scope begins or it is ended."""

    metric = models.CharField(max_length=60)
    scope = models.JSONField(default=dict)  # {dimension: value}
    value = models.FloatField()  # in the metric's unit
    begins_on = models.DateField()
    ended_on = models.DateField(null=True)
    set_by = models.CharField(max_length=120)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "insight_target"
        indexes = [models.Index(fields=["metric"], name="insight_target_metric")]


class Annotation(Projected):
    """A remark at a moment, by hand, drawn on every line whose filters it concerns. Its words are private."""

    at = models.DateTimeField()
    text = models.CharField(max_length=200)
    scope = models.JSONField(default=dict)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "insight_annotation"
        indexes = [models.Index(fields=["at"], name="insight_annotation_at")]


class Schedule(Projected):
    """A board that is sent by itself, with its owner's rights at the time. ``kind``: mail | webhook."""

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="schedules")
    owner = models.UUIDField()
    kind = models.CharField(max_length=10)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=120, blank=True)
    every = models.CharField(max_length=10)
    minute = models.IntegerField()
    zone = models.CharField(max_length=60)
    language = models.CharField(max_length=12)
    query = models.CharField(max_length=1000, blank=True)  # the board's filters, as in its address
    next_at = models.DateTimeField(null=True)  # None: stopped
    stopped_why = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"address", "secret"})

    class Meta:
        db_table = "insight_schedule"
        indexes = [
            models.Index(fields=["next_at"], name="insight_schedule_due", condition=models.Q(archived_at__isnull=True)),
        ]


class Sending(Projected):
    """One sending of a schedule: at most one for each moment it was due. Its id is the message's, so a second try is the same message."""

    class State(models.TextChoices):
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="sendings")
    due_at = models.DateTimeField()
    test = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLAIMED)
    tries = models.IntegerField(default=0)
    try_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "insight_sending"
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="insight_sending_once")]
        indexes = [
            models.Index(fields=["try_at"], name="insight_sending_open", condition=models.Q(state="claimed")),
        ]


class SqlQuestion(Projected):
    """SQL that somebody asked (their history), or kept under a name. Its text is private."""

    owner = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True)
    shared = models.BooleanField(default=False)
    text = models.TextField()
    days = models.IntegerField(default=28)
    asked_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "insight_sql_question"
        indexes = [models.Index(fields=["owner", "-asked_at"], name="insight_sql_mine")]
