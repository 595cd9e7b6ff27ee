"""What is kept of launches: the launch, its gates, what people said of them, decisions, stages."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal
from watchfloor.programme.launches.domain import states


class Launch(Projected):
    """Something that is to go live. ``document`` is ``domain.document.Document``; ``baseline`` is ``baselines.Baseline`` once frozen.

    ``policy_key``, ``markets`` and ``vendors`` stand here, too, because who may see a launch goes by them.
    """

    number = models.IntegerField(unique=True)
    kind = models.CharField(max_length=10)
    title = models.TextField()
    owner = models.CharField(max_length=120)
    zone = models.CharField(max_length=60, default="UTC")
    state = models.CharField(max_length=12, default=states.PLANNED)
    policy_key = models.CharField(max_length=60, blank=True)
    markets = ArrayField(models.CharField(max_length=12), default=list)
    vendors = ArrayField(models.CharField(max_length=40), default=list)
    document = models.JSONField(default=dict)
    revision = models.IntegerField(default=1)
    baseline = models.JSONField(null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)  # the first stage
    ended_at = models.DateTimeField(null=True)  # closed, dropped or rolled back
    stopped_by = models.CharField(max_length=120, blank=True)
    stopped_why = models.TextField(blank=True)
    stopped_by_guard = models.JSONField(null=True)  # which guard, its value and interval then
    undone = models.JSONField(default=list)  # what the roll-back took back, and what is left to people
    lessons = models.TextField(blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "document", "stopped_why", "undone", "lessons"})

    class Meta:
        db_table = "programme_launch"
        indexes = [models.Index(fields=["state"], name="programme_launch_state")]


class GateRow(Projected):
    """How a gate stands, since when, and whether somebody waived it. This is what changed; facts are always computed."""

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="gates")
    key = models.CharField(max_length=20)
    verdict = models.CharField(max_length=10)
    since = models.DateTimeField()
    measured = models.FloatField(null=True)
    need = models.FloatField()
    waived_by = models.CharField(max_length=120, blank=True)
    waived_at = models.DateTimeField(null=True)
    waived_why = models.TextField(blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"waived_why"})

    class Meta:
        db_table = "programme_launch_gate"
        constraints = [models.UniqueConstraint(fields=["launch", "key"], name="programme_launch_gate_once")]


class Said(Projected):
    """What a person says of a gate that facts alone cannot tell. It counts while what it was said of is the same (``digest``)."""

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="said")
    gate = models.CharField(max_length=20)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    digest = models.CharField(max_length=16)
    holds = models.BooleanField()  # False: they say that it does not
    words = models.TextField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"words"})

    class Meta:
        db_table = "programme_launch_said"
        indexes = [models.Index(fields=["launch", "gate", "-at"], name="programme_launch_said_of")]


class GoNoGo(Projected):
    """A go or a no-go: who, when, why, and how every gate stood then. Never changed."""

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="decisions")
    number = models.IntegerField()
    go = models.BooleanField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    why = models.TextField()
    revision = models.IntegerField()  # of the document that was decided on
    gates = models.JSONField()  # [{"key", "verdict", "measured", "need", "say", "waived_by", "waived_why"}]
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why", "gates"})

    class Meta:
        db_table = "programme_launch_decision"
        constraints = [models.UniqueConstraint(fields=["launch", "number"], name="programme_launch_decision_number")]


class Stage(Projected):
    """A step of the roll-out that was decided on. The last one of a policy's launch puts the version in force."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ON = "on"
        OFF = "off"  # taken back

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="stages")
    number = models.IntegerField()
    markets = ArrayField(models.CharField(max_length=12), default=list)
    percent = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    in_force = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    on_at = models.DateTimeField(null=True)
    on_by = models.CharField(max_length=120, blank=True)
    off_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)  # why it could not begin at its hour

    class Meta:
        db_table = "programme_launch_stage"
        constraints = [models.UniqueConstraint(fields=["launch", "number"], name="programme_launch_stage_number")]
