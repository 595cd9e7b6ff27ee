"""Changes that somebody wrote down; what the ledger knows by itself is not copied here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class ChangeRow(Projected):
    """One change by hand, by API, from a file or from a calendar of holidays. ``key`` names it for whoever sent it."""

    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    scope = models.JSONField(default=dict)
    link = models.CharField(max_length=500, blank=True)
    effect = models.CharField(max_length=8, blank=True)
    source = models.CharField(max_length=12)
    key = models.CharField(max_length=200, null=True, unique=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    undone_by = models.CharField(max_length=120, blank=True)
    undone_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"title", "link"})

    class Meta:
        app_label = "insight_spikes"
        db_table = "insight_change"
        indexes = [models.Index(fields=["starts_at"], name="insight_change_starts")]
