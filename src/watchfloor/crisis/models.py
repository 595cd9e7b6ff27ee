"""What is kept of a crisis."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class Crisis(Projected):
    """The protocol an incident is run by. ``level``: see ``domain.LEVELS``, set at ``level_at``. Who sees the incident sees it."""

    incident_id = models.UUIDField(unique=True)
    level = models.SmallIntegerField()
    level_at = models.DateTimeField()
    bank_key = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "crisis_crisis"
