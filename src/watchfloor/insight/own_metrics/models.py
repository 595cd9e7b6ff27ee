"""Teams' own metrics and dimensions, as they are and as they were."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class OwnMetric(Projected):
    """A metric as it is now: ``definition.Definition`` as JSON; with the example it was proved on."""

    key = models.CharField(max_length=40, unique=True)
    number = models.IntegerField(default=1)
    body = models.JSONField(default=dict)
    rows = models.TextField()
    expected = models.CharField(max_length=40)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "insight"
        db_table = "insight_own_metric"


class OwnMetricVersion(Projected):
    """A metric as it was saved once."""

    key = models.CharField(max_length=40)
    number = models.IntegerField()
    body = models.JSONField(default=dict)
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField()

    class Meta:
        app_label = "insight"
        db_table = "insight_own_metric_version"
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="insight_own_metric_once")]


class OwnDimension(Projected):
    """Groups of the values of a dimension: ``groups`` is ``{value: group}``, ``otherwise`` what every other value belongs to."""

    key = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    base = models.CharField(max_length=40)
    groups = models.JSONField(default=dict)
    otherwise = models.CharField(max_length=80, blank=True)
    number = models.IntegerField(default=1)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "insight"
        db_table = "insight_own_dimension"
