"""What is kept of delivery: cohorts, who is in them, sessions with attendance, who may teach, and letters that go out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class Cohort(Projected):
    """People of one vendor's site who learn one policy together, in one language, until a day of their own time zone."""

    name = models.TextField()
    policy_key = models.CharField(max_length=60)
    policy_version = models.IntegerField()  # the one they are to be certified for, or a later one
    vendor_key = models.CharField(max_length=40)
    site = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=12)
    time_zone = models.CharField(max_length=60)
    due_on = models.DateField(null=True)  # certified by the end of this day, there
    lead_id = models.UUIDField(null=True)  # who is told when somebody is late
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name"})

    class Meta:
        db_table = "training_cohort"
        indexes = [models.Index(fields=["vendor_key", "-made_at"], name="training_cohort_of")]


class Member(Projected):
    """Somebody's place in a cohort, and how far they were reminded: once, then the lead."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="members")
    reviewer_id = models.UUIDField()
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "training_member"
        constraints = [models.UniqueConstraint(fields=["cohort", "reviewer_id"], name="training_member_once")]
        indexes = [models.Index(fields=["reviewer_id"], name="training_member_of")]


class TrainingSession(Projected):
    """One meeting of a cohort. ``place`` is a room or a link; ``turn`` counts changes, as calendars want it."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="sessions")
    trainer_id = models.UUIDField()
    starts_at = models.DateTimeField()
    minutes = models.IntegerField()
    place = models.TextField()
    turn = models.IntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"place"})

    class Meta:
        db_table = "training_session"
        indexes = [models.Index(fields=["starts_at"], name="training_session_at")]


class Attendance(Projected):
    """Who was there."""

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="attendance")
    reviewer_id = models.UUIDField()
    state = models.CharField(max_length=8)  # there | late | absent
    said_by = models.CharField(max_length=120)
    said_at = models.DateTimeField()

    class Meta:
        db_table = "training_attendance"
        constraints = [models.UniqueConstraint(fields=["session", "reviewer_id"], name="training_attendance_once")]


class Trainer(Projected):
    """That somebody may teach a policy. They also need a certificate that counts for the version they teach."""

    person_id = models.UUIDField()
    policy_key = models.CharField(max_length=60)
    granted_by = models.CharField(max_length=120)
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "training_trainer"
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "policy_key"], name="training_trainer_once", condition=models.Q(ended_at=None)
            )
        ]


class Letter(models.Model):
    """A mail about training that goes out once: an invitation, a reminder, word to the lead. Its words are made when it is sent."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=8)  # invite | cancel | remind | lead
    to_id = models.UUIDField()
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE)
    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, null=True)
    next_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "training_letter"
        indexes = [
            models.Index(fields=["next_at"], name="training_letter_due", condition=models.Q(next_at__isnull=False))
        ]
