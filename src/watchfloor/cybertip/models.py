"""Reports to NCMEC: the draft, its cases and files, each report opened there, and the settings. What is told is sealed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Tip(Projected):
    """One report about one account, from the draft to what was sent. ``content`` and ``sent`` are sealed (``locked``)."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PREPARED = "prepared"  # waits for a second person
        SENDING = "sending"  # released
        STOPPED = "stopped"  # not let in: somebody must mend the credentials
        QUARANTINED = "quarantined"  # refused, or given up: somebody must look
        FINISHED = "finished"
        RETRACTED = "retracted"  # withdrawn by a person before it was finished
        DROPPED = "dropped"  # a draft thrown away

    account = models.ForeignKey("items.Item", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("review.Case", on_delete=models.PROTECT, related_name="+")  # the first
    market = models.CharField(max_length=12, blank=True)
    severity = models.SmallIntegerField()
    clearance = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=State)
    environment = models.CharField(max_length=10, blank=True)  # test | production, as it was when it was released
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    edits = models.IntegerField(default=0)
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    late_at = models.DateTimeField(null=True)
    prepared_by = models.CharField(max_length=120, blank=True)
    prepared_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=120, blank=True)
    released_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=12, blank=True)
    after = models.CharField(
        max_length=12, blank=True
    )  # what a retraction is for: "" another report | retracted | quarantined
    report_id = models.BigIntegerField(null=True)  # NCMEC's
    opened_at = models.DateTimeField(null=True)  # there
    changed_at = models.DateTimeField(null=True)  # there, the last time we know of
    sent = models.BinaryField(null=True)
    why_code = models.CharField(max_length=40, blank=True)
    why = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(null=True)
    seal = Seal()
    # Of the sending process: telemetry, not history.
    tries = models.IntegerField(default=0)
    first_try_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    lease = models.BigIntegerField(default=0)  # fencing: grows each time a process takes it up
    lease_until = models.DateTimeField(null=True)

    private: ClassVar[frozenset[str]] = frozenset({"content", "sent", "why"})
    untracked: ClassVar[frozenset[str]] = frozenset({"tries", "first_try_at", "next_at", "lease", "lease_until"})

    class Meta:
        db_table = "cybertip_tip"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], name="cybertip_tip_one_open",
                condition=~models.Q(state__in=["finished", "retracted", "dropped"]),
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["next_at"], name="cybertip_tip_due", condition=models.Q(state="sending")),
            models.Index(fields=["state", "due_at"], name="cybertip_tip_state"),
            models.Index(fields=["keep_until"], name="cybertip_tip_kept"),
        ]


class TipCase(Projected):
    """A case that a report covers; it can be covered again only after ``ended_at`` (dropped, withdrawn, or only a test)."""

    tip = models.ForeignKey(Tip, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey("review.Case", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cybertip_case"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="cybertip_case_once", condition=models.Q(ended_at__isnull=True)
            )
        ]


class TipFile(Projected):
    """A file of a released report on its way, as it went: its number there, its hashes, what was told of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        UPLOADED = "uploaded"
        DESCRIBED = "described"

    tip = models.ForeignKey(Tip, on_delete=models.PROTECT, related_name="files")
    media = models.ForeignKey("items.Media", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey("items.Item", on_delete=models.PROTECT, related_name="+")
    place = models.IntegerField()
    state = models.CharField(max_length=10, choices=State)
    file_id = models.CharField(max_length=80, blank=True)  # NCMEC's
    bytes = models.BigIntegerField(default=0)
    md5 = models.CharField(max_length=32, blank=True)
    sha1 = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    viewed = models.BooleanField()  # as the log had it when it was released
    exif_viewed = models.BooleanField()
    sent = models.BinaryField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"sent", "md5", "sha1", "sha256"})

    class Meta:
        db_table = "cybertip_file"
        constraints = [models.UniqueConstraint(fields=["tip", "media"], name="cybertip_file_once")]


class Opening(Projected):
    """A report that was opened there, or may have been; at most one of a tip is ever ``finished``."""

    class Outcome(models.TextChoices):
        OPEN = "open"
        FINISHED = "finished"
        RETRACTED = "retracted"
        LEFT = "left"  # its number or its state is not known: it vanishes by itself
        REFUSED = "refused"  # it was never opened

    tip = models.ForeignKey(Tip, on_delete=models.PROTECT, related_name="openings")
    began_at = models.DateTimeField()
    report_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cybertip_opening"
        constraints = [
            models.UniqueConstraint(
                fields=["tip"], name="cybertip_one_finished", condition=models.Q(outcome="finished")
            ),
            models.UniqueConstraint(fields=["tip"], name="cybertip_one_at_a_time", condition=models.Q(outcome="open")),
        ]


class Settings(Projected):
    """One row. ``content`` (sealed): who reports, the company, the credentials."""

    environment = models.CharField(max_length=10, default="test")
    violations = models.JSONField(default=list)  # keys of what must be reported
    target_minutes = models.IntegerField(default=1440)
    content = models.BinaryField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"content"})

    class Meta:
        db_table = "cybertip_settings"
