"""What the special floors keep: marks in the time of a video or stream, and releases of restricted evidence."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Mark(Projected):
    """A point in the time of a video or live stream, and what is there; made while looking, kept as evidence."""

    case = models.ForeignKey("review.Case", on_delete=models.PROTECT, related_name="marks")
    item_version = models.CharField(max_length=64, blank=True)
    medium = models.CharField(max_length=80, blank=True)  # the field or the stored file, where there are several
    at_ms = models.BigIntegerField()  # from the beginning of the video or stream
    note = models.TextField(blank=True)
    author = models.CharField(max_length=120)  # actor text
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # taken off the picture; the row stays
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"note"})

    class Meta:
        db_table = "review_mark"
        indexes = [models.Index(fields=["case", "at_ms"], name="review_mark_case")]


class Release(Projected):
    """A step with restricted evidence that takes two cleared people: taking it out, or taking a decision on it back."""

    class Kind(models.TextChoices):
        EXPORT = "export"  # a file of the evidence
        AUTHORITY = "authority"  # the same, handed to an authority
        REVERSAL = "reversal"  # a decision taken back

    class State(models.TextChoices):
        ASKED = "asked"
        AGREED = "agreed"
        REFUSED = "refused"
        USED = "used"

    case = models.ForeignKey("review.Case", on_delete=models.PROTECT, related_name="releases")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=8, choices=State)
    purpose = models.TextField()
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    judged_by = models.CharField(max_length=120, blank=True)
    judged_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"purpose"})

    class Meta:
        db_table = "review_release"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], name="review_release_once", condition=models.Q(state__in=["asked", "agreed"])
            )
        ]
