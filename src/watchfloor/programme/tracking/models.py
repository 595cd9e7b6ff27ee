"""What is kept of the work: initiatives, milestones, actions, each change of a due time, who watches, what is said.

``market`` and ``vendor_key`` limit who may know of a row: without a market it is everywhere's, without a vendor the house's own.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from watchfloor.ledger.models import Projected, Seal


class Initiative(Projected):
    """Work with an aim, made of milestones and actions. ``about`` names what it belongs to, where that is kept elsewhere."""

    kind = models.CharField(max_length=20)  # domain.states.KINDS
    title = models.TextField()
    aim = models.TextField(blank=True)
    owner = models.UUIDField(null=True)
    sponsor = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="planned")  # domain.states.INITIATIVE
    zone = models.CharField(max_length=60, default="UTC")  # whose clock its due times are written by
    about = models.CharField(max_length=120, blank=True)
    objective = models.UUIDField(null=True)
    market = models.CharField(max_length=12, null=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64, null=True, unique=True)  # digest of the sender's idempotency key
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "aim"})

    class Meta:
        db_table = "programme_initiative"
        indexes = [models.Index(fields=["about"], name="programme_initiative_about", condition=~Q(about=""))]


class Milestone(Projected):
    """A day by which part of an initiative stands."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="milestones")
    title = models.TextField()
    due = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title"})

    class Meta:
        db_table = "programme_milestone"
        indexes = [models.Index(fields=["initiative", "due"], name="programme_milestones")]


class Action(Projected):
    """Something one person does until a moment. It may stand alone, ``about`` something kept elsewhere; it may wait for others."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, related_name="actions")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, null=True, related_name="actions")
    title = models.TextField()
    text = models.TextField(blank=True)
    owner = models.UUIDField(null=True)
    due = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default="open")  # domain.states.ACTION
    depends_on = ArrayField(models.UUIDField(), default=list)
    about = models.CharField(max_length=120, blank=True)
    market = models.CharField(max_length=12, null=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # when its state last changed
    done_at = models.DateTimeField(null=True)
    slips = models.IntegerField(default=0)
    key = models.CharField(max_length=64, null=True, unique=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "text"})

    class Meta:
        db_table = "programme_action"
        indexes = [
            models.Index(fields=["about"], name="programme_action_about", condition=~Q(about="")),
            models.Index(fields=["owner", "state"], name="programme_action_owner"),
            models.Index(fields=["state", "due"], name="programme_action_due"),
        ]


class Slip(Projected):
    """One change of a due time, and why. ``was`` and ``now`` None: there was none, there is none."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, related_name="slip_history")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, null=True, related_name="slip_history")
    was = models.DateTimeField(null=True)
    now = models.DateTimeField(null=True)
    why = models.TextField(blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why"})

    class Meta:
        db_table = "programme_slip"
        indexes = [models.Index(fields=["action", "at"], name="programme_slips")]


class Watch(Projected):
    """That a person wants to be told what happens to something (``action:<id>``, ``initiative:<id>``)."""

    about = models.CharField(max_length=120)
    person = models.UUIDField()
    on = models.BooleanField(default=True)

    class Meta:
        db_table = "programme_watch"
        constraints = [models.UniqueConstraint(fields=["about", "person"], name="programme_watch_once")]


class Comment(Projected):
    """What somebody said about something. ``origin``: the system it came from, where it was not said here."""

    about = models.CharField(max_length=120)
    text = models.TextField()
    mentions = ArrayField(models.UUIDField(), default=list)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    origin = models.CharField(max_length=40, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "programme_comment"
        indexes = [models.Index(fields=["about", "at"], name="programme_comments")]


class Digest(Projected):
    """When a person gets their digest, by their own clock. ``of``: mine (own work and what one watches) | all (all one may see)."""

    person = models.UUIDField(unique=True)
    every = models.CharField(max_length=5)  # never | day | week
    weekday = models.SmallIntegerField(default=0)  # of a weekly one; Monday is 0
    minute = models.IntegerField(default=480)  # of the day
    zone = models.CharField(max_length=60, default="UTC")
    of = models.CharField(max_length=5, default="mine")
    next_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "programme_digest"
        indexes = [models.Index(fields=["next_at"], name="programme_digest_due", condition=Q(next_at__isnull=False))]
