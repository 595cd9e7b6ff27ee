"""What is kept of exchanges: their settings, runs, what they hold, what is told back; files brought in; numbers for HMA's clients."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from watchfloor.detection.banks.models import Bank
from watchfloor.ledger.models import Projected, Seal


class Exchange(Projected):
    """A source of hashes that is followed, and the bank it fills. ``checkpoint`` is how far it was read, in the source's own terms.

    ``secret`` is sealed (``sealing``); only who set it is known. ``generation`` counts the times everything was read again: what a
    whole reading did not bring any more has gone from the source.
    """

    name = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=30)
    settings = models.JSONField(default=dict)
    secret = models.BinaryField(null=True)
    secret_set_at = models.DateTimeField(null=True)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="exchanges")
    every_minutes = models.IntegerField(default=60)
    feedback = models.BooleanField(default=True)  # whether what people find is put forward to be told back
    checkpoint = models.JSONField(default=dict)
    checkpoint_at = models.DateTimeField(null=True)
    generation = models.IntegerField(default=1)
    next_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_why = models.CharField(max_length=200, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"secret"})
    untracked: ClassVar[frozenset[str]] = frozenset({"claimed_until", "next_at"})

    class Meta:
        db_table = "detection_exchange"
        indexes = [
            models.Index(
                fields=["next_at"], name="detection_exchange_due", condition=Q(archived_at=None, paused_at=None)
            )
        ]


class Run(Projected):
    """One reading of an exchange, page by page; a page's numbers are written with the page."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    whole = models.BooleanField(default=False)  # everything is read again
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    pages = models.IntegerField(default=0)
    records = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    removed = models.IntegerField(default=0)
    kept_out = models.IntegerField(default=0)  # taken out by a person once: not put in again
    bad = models.IntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    problems = models.JSONField(default=list)  # the first sentences about values that were not taken

    class Meta:
        db_table = "detection_exchange_run"
        indexes = [models.Index(fields=["exchange", "-began_at"], name="detection_exchange_runs")]


class Record(models.Model):
    """What an exchange says of something, under the exchange's own key: its tags, who holds what opinion, when it was seen.

    Not a projection: there may be millions, and it can be read from the source again. ``opinions`` is ``[{"member", "says", "tags"}]``
    where ``says`` is ``positive``, ``negative`` or ``lead``; ``ours`` names what a message back must name.
    """

    id = models.BigAutoField(primary_key=True)
    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="held")
    key = models.CharField(max_length=64)  # SHA-256 of the source's key
    ref = models.CharField(max_length=200)
    tags = models.JSONField(default=list)
    opinions = models.JSONField(default=list)
    ours = models.JSONField(default=dict)
    generation = models.IntegerField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_exchange_record"
        constraints = [models.UniqueConstraint(fields=["exchange", "key"], name="detection_exchange_rec_once")]
        indexes = [models.Index(fields=["exchange", "generation"], name="detection_exchange_age")]


class Signal(models.Model):
    """That a record stands behind an entry of the bank. An entry goes when no record of its exchange stands behind it any more."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="signals")
    entry_id = models.UUIDField()

    class Meta:
        db_table = "detection_exchange_signal"
        constraints = [models.UniqueConstraint(fields=["record", "entry_id"], name="detection_exchange_sig_once")]
        indexes = [models.Index(fields=["entry_id"], name="detection_exchange_entry")]


class Feedback(Projected):
    """A finding to be told back to the exchange an entry came from. It leaves only when a person has let it go."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RELEASED = "released"
        SENT = "sent"
        FAILED = "failed"
        DROPPED = "dropped"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="told")
    entry_id = models.UUIDField()
    kind = models.CharField(max_length=8)
    confirmed = models.BooleanField()
    matches = models.IntegerField(default=1)  # how many matches of the entry were judged so
    judged_by = models.CharField(max_length=120)
    judged_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    released_by = models.CharField(max_length=120, blank=True)
    released_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "detection_exchange_feedback"
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "entry_id"], condition=Q(state="waiting"), name="detection_exchange_wait_once"
            )
        ]
        indexes = [
            models.Index(fields=["try_at"], name="detection_exchange_to_tell", condition=Q(state="released")),
            models.Index(fields=["exchange", "state", "-judged_at"], name="detection_exchange_told"),
        ]


class Import(Projected):
    """A file brought into a bank: looked at first, then taken in as a whole, and perhaps taken back as a whole."""

    class State(models.TextChoices):
        READY = "ready"
        DONE = "done"
        UNDONE = "undone"
        DROPPED = "dropped"

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="imports")
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=State)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    new = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    bad = models.IntegerField(default=0)
    doubles = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    taken_out = models.IntegerField(default=0)

    class Meta:
        db_table = "detection_import"
        indexes = [models.Index(fields=["bank", "-made_at"], name="detection_import_list")]


class ImportFile(models.Model):
    """What an import read: its good rows until it is taken in, its bad rows for good, so that nothing of a file is lost."""

    load = models.OneToOneField(Import, on_delete=models.CASCADE, primary_key=True, related_name="file")
    rows = models.BinaryField(null=True)  # JSON, compressed
    bad = models.BinaryField()  # likewise


class ImportEntry(models.Model):
    """An entry that an import put in: what its undo takes out."""

    id = models.BigAutoField(primary_key=True)
    load = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="entries")
    entry_id = models.UUIDField()

    class Meta:
        db_table = "detection_import_entry"


class DoorName(models.Model):
    """The name HMA's clients know a bank by, where it is another than its key in capitals."""

    bank = models.OneToOneField(Bank, on_delete=models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=255, unique=True)

    class Meta:
        db_table = "detection_door_name"


class DoorContent(models.Model):
    """A content as HMA counts it: a number over one entry or several (a photo's PDQ, a video's MD5). Its id is the number."""

    id = models.BigAutoField(primary_key=True)
    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=255, blank=True)
    metadata = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "detection_door_content"


class DoorEntry(models.Model):
    """The content an entry belongs to."""

    entry_id = models.UUIDField(primary_key=True)
    content = models.ForeignKey(DoorContent, on_delete=models.CASCADE, related_name="entries")

    class Meta:
        db_table = "detection_door_entry"
