"""Which fact files exist and how far the ledger is exported (one transaction, so facts are exact), and what the floor keeps."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class FactCursor(models.Model):
    """One row: the number of the next ledger leaf to export, and which columns the facts have (``schema.DIGEST``)."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    leaf = models.BigIntegerField(default=0)
    exported_at = models.DateTimeField(null=True)
    columns = models.CharField(max_length=16, default="")
    # The last time facts came of hours that had been counted already: so many, the earliest of this hour.
    late_at = models.DateTimeField(null=True)
    late_from = models.DateTimeField(null=True)
    late_facts = models.IntegerField(default=0)

    class Meta:
        db_table = "insight_cursor"


class FactFile(models.Model):
    """A Parquet file of facts of one hour. Readers take the files listed here; a file not listed was never finished.

    ``first`` and ``last`` are the leaf range it was cut from (for a compacted file: of all its parts); ``replaced_at`` is set
    when compaction put its rows into another file, and the file is removed some time after, when no reader holds it.
    """

    hour = models.DateTimeField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    rows = models.IntegerField()
    path = models.CharField(max_length=200, unique=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_fact_file"
        indexes = [
            models.Index(fields=["hour"], name="insight_file_live", condition=models.Q(replaced_at__isnull=True)),
            models.Index(
                fields=["replaced_at"], name="insight_file_dead", condition=models.Q(replaced_at__isnull=False)
            ),
        ]


class Generation(models.Model):
    """A finished folder of roll-ups (see ``rollups``). Readers take the newest that is not replaced.

    ``leaf``: facts below it are in it. ``shape``: of what it holds; another release may want another. ``late_hours`` of the past, the
    first of them ``late_from``, were counted anew for it.
    """

    leaf = models.BigIntegerField()
    shape = models.CharField(max_length=16)
    path = models.CharField(max_length=200, unique=True)
    made_at = models.DateTimeField()
    took_ms = models.BigIntegerField()
    rows = models.BigIntegerField()
    size = models.BigIntegerField()
    late_hours = models.IntegerField(default=0)
    late_from = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_generation"


class WallState(models.Model):
    """One row: the wall of a big floor as last counted (``wall.Wall`` as JSON), and when somebody last asked for it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    took_ms = models.IntegerField(default=0)
    body = models.BinaryField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "insight_wall"


class SolvePlan(Projected):
    """How many jobs a queue is planned to solve in each hour of the week (UTC): 168 numbers, Monday 00:00 first."""

    queue_key = models.CharField(max_length=80, unique=True)
    week = models.JSONField(default=list)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "insight_solve_plan"


class HandoverNote(Projected):
    """What one shift tells the next at a site: facts that wrote themselves, and a person's own words apart from them."""

    site = models.CharField(max_length=80, blank=True)
    shift_from = models.DateTimeField()
    shift_to = models.DateTimeField()
    facts = models.JSONField(default=list)
    text = models.TextField(blank=True)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    signed_by = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"text"})

    class Meta:
        db_table = "insight_handover"
        indexes = [models.Index(fields=["site", "-shift_to"], name="insight_handover_site")]


# Teams' own metrics stand in a file of their own.
from watchfloor.insight.own_metrics import models as _own  # noqa: E402, F401
