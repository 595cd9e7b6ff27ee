"""What Investigate keeps: saved queries, and labels that were put on many items at once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class SavedQuery(Projected):
    """A question under a name. ``address`` is the page's query string: opening it asks the question again."""

    name = models.CharField(max_length=120)
    address = models.TextField()
    owner = models.CharField(max_length=120)
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "address"})

    class Meta:
        db_table = "detection_saved_query"
        indexes = [models.Index(fields=["owner"], name="detection_saved_owner")]


class LabelBatch(Projected):
    """One label put on the items a query found. The labels themselves have ``source`` of this batch (``bulk.source_of``)."""

    label = models.CharField(max_length=128)
    query = models.TextField()
    target = models.CharField(max_length=10)  # item | author
    since = models.DateTimeField()
    until = models.DateTimeField()
    count = models.IntegerField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    why = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"query"})

    class Meta:
        db_table = "detection_label_batch"
        indexes = [models.Index(fields=["-at"], name="detection_batch_at")]
