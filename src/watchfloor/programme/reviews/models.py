"""What is kept of reviews: the review and its versions, edits under way, schedules and what they made and sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Review(Projected):
    """One review over ``[starts_at, ends_at)``. ``vendor_key``: it is that vendor's, and speaks of its work alone; empty: the house's.

    ``rights`` is the reach it was read with: whoever sees less does not see it. ``document`` is the newest version's;
    ``published`` the version that is read, 0 while nobody but its writers reads it.
    """

    template = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    vendor_key = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=120, blank=True)  # ``launch:…`` of a readout
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=60)
    language = models.CharField(max_length=12)
    origin = models.CharField(max_length=10, default="person")  # person | schedule | morning
    rights = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    document = models.JSONField(default=dict)
    published = models.IntegerField(default=0)
    published_by = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"document"})

    class Meta:
        db_table = "programme_review"
        constraints = [
            models.UniqueConstraint(
                fields=["template", "starts_at"],
                condition=models.Q(origin="morning"),
                name="programme_review_morning_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-ends_at"], name="programme_review_ends"),
            models.Index(fields=["vendor_key", "-ends_at"], name="programme_review_vendor"),
        ]


class ReviewVersion(Projected):
    """A review as it was kept once."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    title = models.CharField(max_length=160)
    document = models.JSONField(default=dict)
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"document"})

    class Meta:
        db_table = "programme_review_version"
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="programme_review_version_once")]


class ReviewDraft(models.Model):
    """Edits of one person that are not kept yet, with those before them (for undo). Decides nothing; not in the ledger."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE)
    user_id = models.UUIDField()
    based_on = models.IntegerField()
    history = models.JSONField(default=dict)
    touched_at = models.DateTimeField()

    class Meta:
        db_table = "programme_review_draft"
        constraints = [models.UniqueConstraint(fields=["review", "user_id"], name="programme_review_draft_one")]


class ReviewSchedule(Projected):
    """A review that is composed by itself with its owner's rights at the time. ``blocks``: what it asks; empty: the template's."""

    template = models.CharField(max_length=40)
    vendor_key = models.CharField(max_length=40, blank=True)
    owner = models.UUIDField()
    blocks = models.JSONField(default=list)
    addresses = models.TextField(blank=True)  # e-mail, one a line; nobody: it only appears
    format = models.CharField(max_length=5)  # what is attached: pptx | pdf | html
    publish = models.BooleanField(default=False)
    every = models.CharField(max_length=10)  # day | workday | monday | month
    minute = models.IntegerField()
    zone = models.CharField(max_length=60)
    language = models.CharField(max_length=12)
    next_at = models.DateTimeField(null=True)  # None: stopped
    stopped_why = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"addresses"})

    class Meta:
        db_table = "programme_review_schedule"
        indexes = [
            models.Index(fields=["next_at"], name="programme_review_due", condition=models.Q(archived_at__isnull=True)),
        ]


class ReviewRun(Projected):
    """One moment of a schedule: at most one for each. Its id is the mail's, so a second try is the same mail."""

    class State(models.TextChoices):
        CLAIMED = "claimed"
        DONE = "done"
        FAILED = "failed"

    schedule = models.ForeignKey(ReviewSchedule, on_delete=models.PROTECT, related_name="runs")
    due_at = models.DateTimeField()
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, related_name="runs")
    state = models.CharField(max_length=10, choices=State, default=State.CLAIMED)
    tries = models.IntegerField(default=0)
    try_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "programme_review_run"
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="programme_review_run_once")]
        indexes = [
            models.Index(fields=["try_at"], name="programme_review_run_open", condition=models.Q(state="claimed"))
        ]
