"""What was told to the public: statements sent to the EU's database, transparency reports, and what people wrote for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Submission(Projected):
    """One version of a statement of reasons on its way to the Transparency Database. ``puid`` is what the database knows it by."""

    class State(models.TextChoices):
        WAITING = "waiting"
        BLOCKED = "blocked"  # our own checks found something
        REFUSED = "refused"  # the database found something
        SENT = "sent"
        NOT_DUE = "not_due"  # nothing the database must hear of

    statement_id = models.UUIDField(unique=True)
    decision_id = models.UUIDField(db_index=True)
    case_id = models.UUIDField(null=True)
    number = models.IntegerField()
    puid = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=State)
    payload = models.JSONField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the payload as canonical JSON: what exactly was sent
    problems = models.JSONField(default=list)  # [[field, code], ...]
    said = models.TextField(blank=True)  # what the database answered, in its words
    policy_key = models.CharField(max_length=60)
    market = models.CharField(max_length=12, blank=True)
    category = models.CharField(max_length=80)
    ground = models.CharField(max_length=8)  # illegal | terms
    source = models.CharField(max_length=20)
    severity = models.SmallIntegerField(default=0)
    clearance = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField()  # the statement
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    remote_id = models.CharField(max_length=60, blank=True)  # the database's uuid; "" where it only said that it has it
    waived_by = models.CharField(max_length=120, blank=True)  # who let personal data pass that is none
    edited_by = models.CharField(max_length=120, blank=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"payload", "said"})

    class Meta:
        db_table = "transparency_submission"
        indexes = [
            models.Index(fields=["state", "made_at", "id"], name="transparency_sub_state"),
            models.Index(fields=["-made_at", "-id"], name="transparency_sub_newest"),
            models.Index(fields=["sent_at"], name="transparency_sub_sent", condition=models.Q(sent_at__isnull=False)),
        ]


class Sender(models.Model):
    """One row: how far statements were taken up, and how the database last behaved. Telemetry, not history."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    taken_up_to = models.DateTimeField(null=True)  # ``made_at`` of the newest statement that was taken up
    next_at = models.DateTimeField(null=True)  # not before: after a failure
    failures = models.IntegerField(default=0)  # in a row
    last_error = models.CharField(max_length=300, blank=True)
    last_ok_at = models.DateTimeField(null=True)
    stopped = models.BooleanField(default=False)  # the token was refused: a person must look

    class Meta:
        db_table = "transparency_sender"


class ReportEntry(Projected):
    """A version of something only people can say: the provider's name, a qualitative text, numbers of recipients. The newest counts."""

    key = models.CharField(max_length=60)  # see ``entries.KEYS``
    number = models.IntegerField()
    text = models.TextField(blank=True)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "transparency_entry"
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="transparency_entry_version")]


class TransparencyReport(Projected):
    """A transparency report over a period: asked for, counted by a worker, published; kept with its files."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        MADE = "made"
        FAILED = "failed"
        PUBLISHED = "published"

    first = models.DateField()
    last = models.DateField()
    version = models.IntegerField()  # of this period, from 1
    state = models.CharField(max_length=10, choices=State)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=120, blank=True)
    keep_until = models.DateField(null=True)  # five years from publication
    files = models.JSONField(default=dict)  # {name: SHA-256}
    figures = models.JSONField(default=dict)  # the totals, for comparing with another period
    problems = models.JSONField(default=list)  # sentences: what does not add up
    archive = models.BinaryField(null=True)  # the eleven files, zipped
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    seen_at = models.DateTimeField(null=True)  # the worker's last sign of life
    problem = models.CharField(max_length=300, blank=True)

    untracked: ClassVar[frozenset[str]] = frozenset({"archive", "done", "total", "seen_at"})

    class Meta:
        db_table = "transparency_report"
        constraints = [models.UniqueConstraint(fields=["first", "last", "version"], name="transparency_report_version")]
