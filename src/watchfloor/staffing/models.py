"""Tables of staffing: bases and runs (computed, so no part of the ledger), and what people plan: what-ifs, rosters, wishes, swaps, asks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class BaseRow(models.Model):
    """A floor read from its history (``domain.base.Base``); a new one each day and whenever somebody asks."""

    id = models.UUIDField(primary_key=True, default=new_id)
    made_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
    document = models.JSONField(null=True)

    class Meta:
        db_table = "staffing_base"
        indexes = [models.Index(fields=["-made_at"], name="staffing_base_made")]


class WhatIf(Projected):
    """A named "what if": fields as the form has them (``domain.whatif.Fields``), and the base it was asked of."""

    name = models.CharField(max_length=120)
    fields = models.JSONField(default=dict)
    base_id = models.UUIDField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staffing_whatif"


class Run(models.Model):
    """A what-if or a roster that a worker computes: asked for, on its way, done."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=8)  # whatif | roster
    subject = models.UUIDField()
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    seen_at = models.DateTimeField(null=True)  # the worker's last sign of life
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    found = models.JSONField(null=True)

    class Meta:
        db_table = "staffing_run"
        indexes = [models.Index(fields=["kind", "subject", "-asked_at"], name="staffing_run_of")]


class RosterRow(Projected):
    """A week of a vendor's people. ``problem`` and ``roster`` as ``engines.staffing.roster`` has them, people by their id."""

    vendor_key = models.CharField(max_length=40)
    week = models.DateField()  # its Monday
    number = models.IntegerField()  # of the vendor's week: 1, 2, ...
    state = models.CharField(max_length=12)  # asked | draft | published | superseded | dropped
    problem = models.JSONField(default=dict)
    roster = models.JSONField(null=True)
    edits = models.IntegerField(default=0)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    published_by = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)  # published although a rule is broken

    class Meta:
        db_table = "staffing_roster"
        constraints = [
            models.UniqueConstraint(fields=["vendor_key", "week", "number"], name="staffing_roster_once"),
            models.UniqueConstraint(
                fields=["vendor_key", "week"], condition=models.Q(state="published"), name="staffing_roster_one"
            ),
        ]


class Wishes(Projected):
    """What a person would rather work, and days they cannot. ``id`` is the user's id. Theirs: the ledger knows that, not what."""

    starts = models.JSONField(default=list)  # ["06:00", ...]
    days_off = models.JSONField(default=list)  # ["Sat", ...]
    away = models.JSONField(default=list)  # ["2026-12-24", ...]
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"starts", "days_off", "away"})

    class Meta:
        db_table = "staffing_wishes"


class Swap(Projected):
    """A shift somebody offers; another takes it by giving one of theirs, or for nothing (a bid)."""

    vendor_key = models.CharField(max_length=40)
    week = models.DateField()
    asker = models.UUIDField()
    begin = models.IntegerField()  # of the shift, in hours from the start of the week
    taker = models.UUIDField(null=True)
    given = models.IntegerField(null=True)  # the shift the taker gives for it
    state = models.CharField(max_length=12)  # open | done | withdrawn
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staffing_swap"
        constraints = [
            models.UniqueConstraint(
                fields=["week", "asker", "begin"], condition=models.Q(state="open"), name="staffing_swap_open"
            )
        ]


class Ask(Projected):
    """Somebody is asked to work longer today, or to come in; it counts when they agree. Shifts as [first hour of the week, hours]."""

    vendor_key = models.CharField(max_length=40)
    week = models.DateField()
    person = models.UUIDField()
    was = models.JSONField(null=True)  # null: called in
    now = models.JSONField()
    state = models.CharField(max_length=12)  # open | agreed | declined | withdrawn
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staffing_ask"
        constraints = [
            models.UniqueConstraint(
                fields=["week", "person"], condition=models.Q(state="open"), name="staffing_ask_open"
            )
        ]
