"""Tables of what is done with more than one case or item: joining, reporters, clusters, batches, edge cases."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected, Seal


class Joining(Projected):
    """One case went into another, or a part of one was taken out: what moved, and whether it was undone."""

    class Kind(models.TextChoices):
        JOIN = "join"
        SPLIT = "split"

    kind = models.CharField(max_length=6, choices=Kind)
    source_id = models.UUIDField(db_index=True)  # the case things moved out of
    target_id = models.UUIDField(db_index=True)  # the case they moved into
    made_target = models.BooleanField(default=False)  # a split that opened (or reopened) its target
    reports = models.IntegerField(default=0)
    signals = models.IntegerField(default=0)
    notes = models.IntegerField(default=0)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True)
    moved = models.JSONField(default=dict)  # {"reports": [...], "signals": [...], "notes": [...]}

    # Which rows moved is in the changes of the event itself.
    untracked: ClassVar[frozenset[str]] = frozenset({"moved"})

    class Meta:
        db_table = "review_joining"


class ReporterTally(models.Model):
    """How many of a reporter's decided reports were upheld, by channel and policy. Derived from reports; not a projection.

    ``who`` stands for (kind, reporter) in addresses: a keyed hash, for platform ids are personal.
    """

    who = models.CharField(max_length=32)
    channel = models.CharField(max_length=20)
    policy_key = models.CharField(max_length=60)
    reporter_kind = models.CharField(max_length=20)
    reporter = models.CharField(max_length=250)
    upheld = models.IntegerField(default=0)
    decided = models.IntegerField(default=0)

    class Meta:
        db_table = "review_reporter_tally"
        constraints = [models.UniqueConstraint(fields=["who", "channel", "policy_key"], name="review_tally_once")]
        indexes = [models.Index(fields=["channel", "policy_key", "who"], name="review_tally_population")]


class ReporterMute(Projected):
    """A person decided that a reporter's reports no longer open or hurry cases; they are still received and kept."""

    who = models.CharField(max_length=32)
    reporter_kind = models.CharField(max_length=20)
    reporter = models.CharField(max_length=250)
    upheld = models.IntegerField()
    decided = models.IntegerField()
    high = models.FloatField()  # the upper end of the 95 % interval on the share that is right, at that time
    by = models.CharField(max_length=120)
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"reporter"})

    class Meta:
        db_table = "review_reporter_mute"
        constraints = [
            models.UniqueConstraint(fields=["who"], name="review_mute_once", condition=models.Q(undone_at__isnull=True))
        ]


class Cluster(Projected):
    """Many items judged together: a stated sample of them is read, then one decision is made for all."""

    class State(models.TextChoices):
        READING = "reading"
        DECIDED = "decided"
        REVERSED = "reversed"
        DROPPED = "dropped"

    name = models.CharField(max_length=120)
    policy_key = models.CharField(max_length=60)
    case_id = models.UUIDField(null=True, db_index=True)  # the case it was made from
    source = models.CharField(max_length=20)  # related | query | csv | search | campaign
    about = models.CharField(max_length=500, blank=True)
    count = models.IntegerField()
    digest = models.CharField(max_length=64)  # sha256 over the sorted item ids: says exactly which items
    state = models.CharField(max_length=10, choices=State)
    share = models.FloatField()  # the sample is large enough to show at most this share wrong ...
    confidence = models.FloatField()  # ... with this confidence, when none of it is
    seed = models.CharField(max_length=32)
    sample_size = models.IntegerField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    batch_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True, db_index=True)  # the one job by which it waits in a queue

    class Meta:
        db_table = "review_cluster"
        indexes = [models.Index(fields=["made_at"], name="review_cluster_made")]


class ClusterItem(models.Model):
    """An item of a cluster. Which items they are is in the cluster's digest, what was read of them in its events."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="clusters")
    place = models.IntegerField()  # in the order of the draw: the sample is the first ``sample_size``
    verdict = models.CharField(max_length=12, blank=True)  # of those read: violating | clean | unsure
    read_by = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "review_cluster_item"
        constraints = [models.UniqueConstraint(fields=["cluster", "item"], name="review_cluster_item_once")]
        indexes = [models.Index(fields=["cluster", "place"], name="review_cluster_item_place")]


class Batch(Projected):
    """One order over many cases or items, worked in the background in chunks, and taken back as a whole."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        REVERSING = "reversing"
        REVERSED = "reversed"

    verb = models.CharField(max_length=12)  # decide | close | duplicate | transfer | escalate | tag | untag
    params = models.JSONField(default=dict)
    cluster_id = models.UUIDField(null=True)
    source = models.CharField(max_length=20)  # cluster | sweep | search | csv
    about = models.CharField(max_length=500, blank=True)
    count = models.IntegerField()
    digest = models.CharField(max_length=64)  # sha256 over what it is done to, in order
    state = models.CharField(max_length=10, choices=State)
    by = models.CharField(max_length=120)
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reversed_by = models.CharField(max_length=120, blank=True)
    reverse_why = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "review_batch"
        indexes = [
            models.Index(fields=["at"], name="review_batch_at"),
            models.Index(
                fields=["state"], name="review_batch_live", condition=models.Q(state__in=["running", "reversing"])
            ),
        ]


class BatchRow(models.Model):
    """One line of a batch's work list. What was done is in the ledger with the case; this says what is left to do."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        SKIPPED = "skipped"
        REVERSED = "reversed"
        KEPT = "kept"  # could not be taken back: something came after it

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    place = models.IntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="batch_rows")
    case_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(max_length=200, blank=True)
    decision_id = models.UUIDField(null=True)
    before = models.JSONField(default=dict)  # what taking it back must know

    class Meta:
        db_table = "review_batch_row"
        indexes = [models.Index(fields=["batch", "state", "place"], name="review_batch_row_next")]


class EdgeCase(Projected):
    """A question a case raises that the policy does not answer, and what policy says to it: a precedent from then on."""

    class State(models.TextChoices):
        OPEN = "open"
        RULED = "ruled"
        WITHDRAWN = "withdrawn"

    case = models.ForeignKey("review.Case", on_delete=models.PROTECT, related_name="edge_cases")
    policy_key = models.CharField(max_length=60)
    question = models.TextField()
    state = models.CharField(max_length=10, choices=State)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    verdict = models.CharField(max_length=12, blank=True)
    violation_key = models.CharField(max_length=80, blank=True)
    ruling = models.TextField(blank=True)
    ruled_by = models.CharField(max_length=120, blank=True)
    ruled_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"question", "ruling"})

    class Meta:
        db_table = "review_edge_case"
        indexes = [
            models.Index(fields=["state", "asked_at"], name="review_edge_state"),
            models.Index(fields=["policy_key", "ruled_at"], name="review_edge_policy"),
        ]


__all__ = [
    "Batch", "BatchRow", "Cluster", "ClusterItem", "EdgeCase", "Joining", "ReporterMute", "ReporterTally",
]  # fmt: skip
