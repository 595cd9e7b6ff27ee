"""Spikes with their plans, what was found about them, and what people said of alarms."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.insight.changes.models import ChangeRow as ChangeRow
from watchfloor.ledger.models import Projected, Seal


class Spike(Projected):
    """One unusual movement of a metric and its story. ``where`` is the slice, ``{}`` for everywhere.

    ``expected`` and ``value`` are of ``starts_at`` to ``last_at``. The evidence is in ``Investigation``, by version.
    """

    class State(models.TextChoices):
        OPEN = "open"  # nobody has said what will be done
        PLANNED = "planned"  # there is a plan, its day has not come
        REVERSED = "reversed"
        PARTLY = "partly"  # it turned, by less than was expected
        NOT_REVERSED = "not_reversed"
        UNKNOWN = "unknown"  # what came after cannot be told from what would have come
        DISMISSED = "dismissed"  # not a spike
        JOINED = "joined"
        OVER = "over"  # it went back without a plan

    metric = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)  # spike | dip | step | trend | distribution
    where = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    last_at = models.DateTimeField()  # the end of the last closed hour that was unusual
    base_from = models.DateTimeField(null=True)  # by hand: what it is compared with
    base_to = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    found_by = models.CharField(max_length=120)
    value = models.FloatField()
    expected = models.FloatField()
    p = models.FloatField(default=1.0)
    version = models.IntegerField(default=0)  # of the newest investigation
    verdict = models.CharField(max_length=12, blank=True)  # localised | everywhere | none | data
    cause = models.CharField(max_length=80, blank=True)  # id of the most likely change
    cause_p = models.FloatField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    joined_into = models.UUIDField(null=True)
    paged = models.BooleanField(default=False)
    incident_id = models.UUIDField(null=True)
    owner = models.CharField(max_length=120, blank=True)
    hypothesis = models.TextField(blank=True)
    action = models.TextField(blank=True)
    acted_at = models.DateTimeField(null=True)
    expected_change = models.FloatField(null=True)  # -0.6: sixty per cent less than before the action
    due_at = models.DateTimeField(null=True)
    planned_by = models.CharField(max_length=120, blank=True)
    planned_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    why = models.TextField(blank=True)  # it was closed or dismissed
    closed_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"hypothesis", "action", "why"})

    class Meta:
        db_table = "insight_spike"
        indexes = [
            models.Index(fields=["state", "-starts_at"], name="insight_spike_state"),
            models.Index(fields=["-found_at"], name="insight_spike_found"),
        ]


class Investigation(models.Model):
    """What was found about a spike, as it was found; a later one stands beside it, never in its place."""

    spike = models.ForeignKey(Spike, on_delete=models.CASCADE, related_name="investigations")
    version = models.IntegerField()
    at = models.DateTimeField()
    why = models.CharField(max_length=20)  # alarm | goes_on | late_facts | asked
    leaf = models.BigIntegerField(default=0)  # how far the facts reached
    digest = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        db_table = "insight_investigation"
        constraints = [models.UniqueConstraint(fields=["spike", "version"], name="insight_investigation_version")]


class WatchState(models.Model):
    """One row: the closed hour that was watched last."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    hour = models.DateTimeField()
    at = models.DateTimeField()
    took_ms = models.IntegerField(default=0)
    slices = models.IntegerField(default=0)

    class Meta:
        db_table = "insight_watch"


class WatchDay(models.Model):
    """How many slices were looked at on a day, and how unlikely the unlikely ones were: what the day's false alarms are held by."""

    day = models.DateField(primary_key=True)
    looks = models.IntegerField(default=0)
    ps = models.JSONField(default=list)  # the small ones

    class Meta:
        db_table = "insight_watch_day"


class Mute(Projected):
    """No alarms about a metric (empty: any) in a scope until a moment."""

    metric = models.CharField(max_length=80, blank=True)
    where = models.JSONField(default=dict)
    until = models.DateTimeField()
    why = models.TextField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why"})

    class Meta:
        db_table = "insight_mute"


class Feedback(Projected):
    """What somebody thought of an alarm; the newest of each person and spike counts."""

    spike = models.ForeignKey(Spike, on_delete=models.PROTECT, related_name="feedback")
    person = models.CharField(max_length=120)
    verdict = models.CharField(max_length=8)  # useful | noise | known
    metric = models.CharField(max_length=80)
    where = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "insight_spike_feedback"
        constraints = [models.UniqueConstraint(fields=["spike", "person"], name="insight_spike_feedback_once")]


class Notified(models.Model):
    """News that a person was told of (``telling``), by itself or (``digest``) in the day's summary."""

    about = models.CharField(max_length=12)  # spike | topic | study
    subject = models.CharField(max_length=80)
    person = models.CharField(max_length=120)
    at = models.DateTimeField()
    day = models.DateField()
    digest = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_notified"
        constraints = [
            models.UniqueConstraint(fields=["about", "subject", "person", "day"], name="insight_notified_once")
        ]
        indexes = [models.Index(fields=["person", "day"], name="insight_notified_day")]
