"""What the special floors keep: marks in the time of a video or stream."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Mark(Projected):
    """A point in the time of a video or live stream, and what is there; made while looking, kept as evidence."""

    case = models.ForeignKey("review.Case", on_delete=models.PROTECT, related_name="marks")
    item_version = models.CharField(max_length=64, blank=True)
    at_ms = models.BigIntegerField()  # from the beginning of the video or stream
    note = models.TextField()
    author = models.CharField(max_length=120)  # actor text
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # taken off the picture; the row stays
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"note"})

    class Meta:
        db_table = "review_mark"
        indexes = [models.Index(fields=["case", "at_ms"], name="review_mark_case")]
