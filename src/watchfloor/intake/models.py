"""The spool: what was received, byte for byte, until it is processed."""

from __future__ import annotations

from django.db import models


class Spooled(models.Model):
    """One received report or event. ``id`` is the receipt. Rows are kept (without ``body``) so that a key is honoured for ever."""

    class Kind(models.TextChoices):
        REPORT = "report"
        EVENT = "event"

    class State(models.TextChoices):
        WAITING = "waiting"
        STREAMED = "streamed"  # an event that a broker hands to the rules workers
        DONE = "done"
        QUARANTINED = "quarantined"
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=6, choices=Kind)
    source = models.CharField(max_length=60)
    key = models.CharField(max_length=200, null=True)  # idempotency key
    body_hash = models.BinaryField()
    lane = models.SmallIntegerField(default=1)  # 0 = never shed (child safety, terrorism, threat to life), 1 = ordinary
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    received_at = models.DateTimeField()
    body = models.BinaryField(null=True)
    attempts = models.SmallIntegerField(default=0)
    begun = models.SmallIntegerField(default=0, db_default=0)  # work on it was begun and its process never came back
    next_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "intake_spool"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "key"], name="intake_spool_key", condition=models.Q(key__isnull=False)
            )
        ]
        indexes = [
            models.Index(fields=["lane", "id"], name="intake_spool_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["id"], name="intake_spool_quarantine", condition=models.Q(state="quarantined")),
            models.Index(fields=["id"], name="intake_spool_streamed", condition=models.Q(state="streamed")),
            # Rows that are worked but not yet in the lake still have their body.
            models.Index(
                fields=["id"],
                name="intake_spool_lake",
                condition=models.Q(state="done", body__isnull=False),
            ),
        ]
