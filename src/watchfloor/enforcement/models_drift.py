"""What the platform says is in force, compared with what we say: one comparison, what it found, and what was said meanwhile."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected, Seal


class Reconciliation(Projected):
    """One comparison of the platform's list with ours."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    how = models.CharField(max_length=10)  # pull | push | file
    endpoint = models.ForeignKey(
        "enforcement.Endpoint", null=True, on_delete=models.SET_NULL, related_name="reconciliations"
    )
    state = models.CharField(max_length=10, choices=State)
    by = models.CharField(max_length=120)
    as_of = models.DateTimeField()  # the moment the platform's list is true for
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    theirs = models.IntegerField(default=0)
    ours = models.IntegerField(default=0)
    in_flight = models.IntegerField(default=0)  # not compared: a message about it is on its way
    missing = models.IntegerField(default=0)
    extra = models.IntegerField(default=0)
    different = models.IntegerField(default=0)

    class Meta:
        db_table = "enforcement_reconciliation"
        indexes = [models.Index(fields=["-began_at"], name="enforcement_reconciliation_new")]


class Drift(Projected):
    """One effect on one item about which the platform and we do not agree, as long as it is so."""

    class State(models.TextChoices):
        OPEN = "open"
        SENT = "sent"  # told again; the next comparison says whether it helped
        ACCEPTED = "accepted"  # somebody said that it is right so
        GONE = "gone"  # the next comparison found both sides agree

    kind = models.CharField(max_length=10)  # missing (there) | extra (there) | different
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="drifts")
    item_type = models.CharField(max_length=60)
    external_id = models.CharField(max_length=250)
    effect = models.CharField(max_length=120)
    action_id = models.UUIDField(null=True)  # ours: the one that keeps the effect up, or the last that did
    our_until = models.DateTimeField(null=True)
    their_until = models.DateTimeField(null=True)
    their_since = models.DateTimeField(null=True)
    why = models.CharField(max_length=20)  # given_up | unknown_item | ended | never | until | lost
    state = models.CharField(max_length=10, choices=State)
    times = models.IntegerField(default=1)  # comparisons that found it
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.PROTECT, related_name="drifts"
    )  # the last that found it
    judged_by = models.CharField(max_length=120, blank=True)
    judged_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    market = models.CharField(max_length=12, blank=True)
    policy_key = models.CharField(max_length=60, blank=True)
    severity = models.SmallIntegerField(default=0)
    queue_key = models.CharField(max_length=80, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"external_id"})
    untracked: ClassVar[frozenset[str]] = frozenset({"times", "last_at", "reconciliation"})

    class Meta:
        db_table = "enforcement_drift"
        constraints = [
            models.UniqueConstraint(
                fields=["item_type", "external_id", "effect"],
                name="enforcement_drift_live",
                condition=~models.Q(state="gone"),
            )
        ]


class Said(models.Model):
    """One line of the platform's list, kept while it is compared."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="said")
    item_type = models.CharField(max_length=60)
    external_id = models.CharField(max_length=250)
    effect = models.CharField(max_length=120)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    says_until = models.BooleanField(default=False)  # False: the platform does not say how long

    class Meta:
        db_table = "enforcement_said"
        indexes = [models.Index(fields=["reconciliation", "item_type", "external_id"], name="enforcement_said_run")]
