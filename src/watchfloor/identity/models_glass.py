"""Break-glass: rights taken in an emergency, for a short time, with a reason; heard of at once, reviewed afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal


class BreakGlass(Projected):
    """One breaking of the glass. In force from ``broken_at`` until ``expires_at`` or ``ended_at``; due for review after that."""

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified"
        NOT_JUSTIFIED = "not_justified"

    user_id = models.UUIDField(db_index=True)
    reason = models.TextField()
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    clearances = ArrayField(models.CharField(max_length=40), default=list)
    markets = ArrayField(models.CharField(max_length=12), null=True)
    broken_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # by hand, before the time was over
    review_by = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    finding = models.TextField(blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"reason", "finding"})

    class Meta:
        db_table = "identity_break_glass"
        indexes = [
            models.Index(fields=["review_by"], name="identity_glass_open", condition=models.Q(reviewed_at__isnull=True))
        ]
