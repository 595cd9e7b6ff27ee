"""One answer to very many held actions: an order that a worker works row by row, so that nobody waits for two thousand at a button."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class HeldOrder(Projected):
    """Yes or no to many held actions at once, worked in the background, stopped or taken back as a whole."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        REVERSING = "reversing"
        REVERSED = "reversed"

    verb = models.CharField(max_length=12)  # approve | refuse
    count = models.IntegerField()
    digest = models.CharField(max_length=64)  # sha256 over the actions' ids, in order
    state = models.CharField(max_length=10, choices=State)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reversed_by = models.CharField(max_length=120, blank=True)
    reverse_why = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "enforcement_held_order"
        indexes = [
            models.Index(fields=["at"], name="enforcement_held_order_at"),
            models.Index(
                fields=["state"],
                name="enforcement_held_order_live",
                condition=models.Q(state__in=["running", "reversing"]),
            ),
        ]


class HeldOrderRow(models.Model):
    """One line of such an order's work list. What was done is in the ledger with the action; this says what is left to do."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        SKIPPED = "skipped"
        REVERSED = "reversed"
        KEPT = "kept"  # was not taken back, and stands

    order = models.ForeignKey(HeldOrder, on_delete=models.CASCADE, related_name="rows")
    place = models.IntegerField()
    action = models.ForeignKey("enforcement.Action", on_delete=models.PROTECT, related_name="held_rows")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(max_length=40, blank=True)  # a code: pages have the words

    class Meta:
        db_table = "enforcement_held_order_row"
        indexes = [models.Index(fields=["order", "state", "place"], name="enforcement_held_row_next")]
