"""What runs the day: the service plan's versions, boosts, moves by filter, playbooks and surges. Split off from ``models`` for length."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected


class ServicePlan(Projected):
    """A version of due times, calendars and weights: ``document`` as ``domain.service.read`` takes it.

    Jobs are brought up to the live version in batches, in the order of their ids: ``settled_upto`` is how far that is.
    """

    number = models.IntegerField(unique=True)
    document = models.JSONField()
    live = models.BooleanField(default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_upto = models.UUIDField(null=True)
    moved = models.IntegerField(default=0)  # due times that changed

    untracked: ClassVar[frozenset[str]] = frozenset({"settled_upto", "moved"})

    class Meta:
        db_table = "review_service_plan"


class Boost(Projected):
    """Points for the open jobs that fit ``filters``, until ``until``. Every change of it is settled in batches, like a plan's."""

    filters = models.JSONField(default=dict)
    points = models.FloatField()
    why = models.CharField(max_length=200)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)
    surge_id = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_upto = models.UUIDField(null=True)

    untracked: ClassVar[frozenset[str]] = frozenset({"settled_upto"})

    class Meta:
        db_table = "review_boost"
        indexes = [
            models.Index(fields=["until"], name="review_boost_live", condition=models.Q(ended_at__isnull=True)),
        ]


class Move(Projected):
    """Waiting jobs that a person moved by filter; can be undone while they still wait. Its events name it as ``batch``."""

    filters = models.JSONField(default=dict)
    to_queue = models.CharField(max_length=80)
    why = models.CharField(max_length=200)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    moved = models.IntegerField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True)
    put_back = models.IntegerField(default=0)

    class Meta:
        db_table = "review_move"


class Playbook(Projected):
    """What to do in a surge, agreed beforehand: ``steps`` as ``surge.steps`` reads them; ``hours`` it usually lasts."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    steps = models.JSONField(default=list)
    hours = models.FloatField(default=4)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "review_playbook"


class Surge(Projected):
    """A playbook that was started: its steps as they were then, and for each what must be put back (``undo``)."""

    playbook = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    steps = models.JSONField(default=list)
    undo = models.JSONField(default=list)
    why = models.CharField(max_length=200)
    started_by = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "review_surge"
        constraints = [
            models.UniqueConstraint(
                fields=["playbook"], name="review_surge_one_on", condition=models.Q(ended_at__isnull=True)
            )
        ]
