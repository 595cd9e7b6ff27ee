"""What goes to which endpoint and how far it got; the switch that stops automatic actions; the limits that hold mass actions."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class Delivery(models.Model):
    """One message of the outbox on its way to one endpoint. Each endpoint has lanes of its own: one that is away holds up no other."""

    class State(models.TextChoices):
        PENDING = "pending"
        FAILED = "failed"  # will be tried again at ``next_at``
        CONFIRMED = "confirmed"
        DEAD = "dead"

    outbox_id = models.UUIDField()
    endpoint = models.ForeignKey("enforcement.Endpoint", on_delete=models.CASCADE, related_name="deliveries")
    lane = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "enforcement_delivery"
        constraints = [models.UniqueConstraint(fields=["outbox_id", "endpoint"], name="enforcement_delivery_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_at"], name="enforcement_delivery_due",
                condition=models.Q(state__in=["pending", "failed"]),
            ),
            models.Index(
                fields=["endpoint", "lane", "outbox_id"], name="enforcement_delivery_lane",
                condition=models.Q(state__in=["pending", "failed"]),
            ),
        ]  # fmt: skip


class AutomationStop(Projected):
    """While one stands, nothing that a rule decided goes to the platform: it is held for a person."""

    why = models.CharField(max_length=200)
    put_by = models.CharField(max_length=120)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "enforcement_automation_stop"


class Controls(Projected):
    """How many actions of one kind one order, or one rule within the time, may take before the rest waits for a second person."""

    mass_limit = models.IntegerField(default=100)  # of one order over many: all of it is held
    rule_limit = models.IntegerField(default=5000)  # of one rule within the minutes: what goes beyond is held
    mass_minutes = models.IntegerField(default=60)

    class Meta:
        db_table = "enforcement_controls"
