"""What is kept of banks: the banks and their settings in versions, entries, the rows of the index, matches, retro-matches."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from watchfloor.items.models import Item
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected


class Bank(Projected):
    """A set of known content under one policy, and what a match with it does.

    A ``negative`` bank holds what is known to be good: near it nothing matches. ``clearance`` hides the bank from whoever lacks it.
    ``version`` counts its settings (``BankVersion``); entries come and go without one.
    """

    class Action(models.TextChoices):
        DECIDE = "decide"  # nobody looks: the violation type's actions follow
        QUEUE = "queue"  # a case is opened with a signal
        NOTE = "note"  # a signal on the open case, if there is one

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=300, blank=True)
    owner = models.CharField(max_length=120, blank=True)  # user:..., or a team's name
    policy_key = models.CharField(max_length=60, blank=True)
    violation_key = models.CharField(max_length=80, blank=True)
    severity = models.SmallIntegerField(null=True)  # null: the policy's
    negative = models.BooleanField(default=False)
    clearance = models.CharField(max_length=40, blank=True)
    expires_at = models.DateTimeField(null=True)
    ratio = models.FloatField(default=1.0)  # share of items it acts on; 0: none, matches are only kept
    action = models.CharField(max_length=8, choices=Action, default=Action.QUEUE)
    queue_key = models.CharField(max_length=80, blank=True)  # where cases go; empty: by the routing table
    radius = models.SmallIntegerField(default=31)  # bits, of pictures and frames
    quality = models.SmallIntegerField(default=50)  # the least of a picture that counts
    text_within = models.FloatField(default=0.3)  # 0 the same, 1 nothing in common
    frames = models.SmallIntegerField(default=3)  # matching frames without which a video is not known
    sample = models.FloatField(default=0.05)  # share of automatic decisions that a person checks
    flood_limit = models.IntegerField(default=30)  # hits of one entry in an hour, without a record of more
    version = models.IntegerField(default=1)
    size = models.IntegerField(default=0)  # entries that are live or quarantined
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_bank"


class BankVersion(Projected):
    """The settings of a bank as they were saved once: who, why, and as what (``settings`` is ``contracts.BankIn``)."""

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    settings = models.JSONField(default=dict)
    why = models.CharField(max_length=200, blank=True)
    restores = models.IntegerField(null=True)
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "detection_bank_version"
        constraints = [models.UniqueConstraint(fields=["bank", "number"], name="detection_bank_version_once")]


class BankClock(models.Model):
    """The number of the last change of any entry. Its row is locked by each change, so numbers are committed in their order."""

    id = models.SmallIntegerField(primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "detection_bank_clock"


class Entry(models.Model):
    """A known value in a bank. Not a projection: there may be millions; the ledger holds the digest of each change.

    ``key`` is the beginning of the SHA-256 of kind and value: one value stands once in a bank. ``change`` is the number of its last
    change, which the index follows. ``evidence`` names why it is here: ``case:...``, ``decision:...``, ``item:...``, or words.
    """

    class State(models.TextChoices):
        WAITING = "waiting"  # put forward, its effect is being looked at
        LIVE = "live"
        QUARANTINED = "quarantined"  # it hit too much at once
        REMOVED = "removed"

    class Kind(models.TextChoices):
        PDQ = "pdq"
        MD5 = "md5"
        SHA256 = "sha256"
        VIDEO = "video"
        TEXT = "text"
        URL = "url"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.TextField()
    key = models.BinaryField(max_length=16)
    state = models.CharField(max_length=12, choices=State)
    change = models.BigIntegerField()
    quality = models.SmallIntegerField(null=True)
    evidence = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=80, blank=True)  # the exchange it came from; empty: our own
    source_ref = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)
    disable_until = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)  # of its last change of state
    hits = models.BigIntegerField(default=0)
    last_hit_at = models.DateTimeField(null=True)
    confirmed = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    flood_limit = models.IntegerField(null=True)  # its own, once somebody released it

    class Meta:
        db_table = "detection_bank_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "key"], condition=~Q(state="removed"), name="detection_bank_entry_once"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "key"], name="detection_bank_entry_key"),
            models.Index(fields=["change"], name="detection_bank_entry_change"),
            models.Index(fields=["bank", "state", "-added_at"], name="detection_bank_entry_list"),
            models.Index(fields=["evidence"], name="detection_bank_entry_evid", condition=~Q(evidence="")),
            models.Index(fields=["source", "source_ref"], name="detection_bank_entry_ref", condition=~Q(source="")),
        ]


class EntryHash(models.Model):
    """One 256-bit hash of an entry: of a picture, or of a frame of a video. Its id is the id in the index."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="hashes")
    seconds = models.FloatField(null=True)
    bits = models.BinaryField(max_length=32)  # as the 64 digits read

    class Meta:
        db_table = "detection_bank_hash"


class EntryBand(models.Model):
    """A key of an entry's text under which near-duplicates meet (``engines.nearby.bands``), as 64 bits."""

    pk = models.CompositePrimaryKey("key", "entry")
    key = models.BigIntegerField()
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="bands")

    class Meta:
        db_table = "detection_bank_band"


class EntryHour(models.Model):
    """How often an entry hit in an hour, and how often something was done: what the flood guard goes by."""

    pk = models.CompositePrimaryKey("entry", "hour")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="hours", db_index=False)
    hour = models.DateTimeField()
    hits = models.IntegerField(default=0)
    acted = models.IntegerField(default=0)

    class Meta:
        db_table = "detection_bank_hour"


class Match(models.Model):
    """An item version was found to be known. One row for each entry, medium and version.

    ``did``: decided, queued, noted, suppressed (known good is nearer), held (outside the bank's share, or all automation is held),
    cleared (a person had found this version clean), flooded (its entry left its baseline).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="matches")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="matches")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    item_version = models.CharField(max_length=64)
    media_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=8)
    distance = models.FloatField()  # bits; of a text 0 to 1; 0: the same bytes
    quality = models.SmallIntegerField(null=True)
    margin = models.FloatField()  # to the bank's threshold then, in the same unit
    exact = models.BooleanField(default=False)  # hashed again from every pixel, or equal bytes
    ranges = models.JSONField(default=list)  # of a video: [[from, to, known from, known to, frames], ...] in seconds
    at = models.DateTimeField()
    did = models.CharField(max_length=12)
    case_id = models.UUIDField(null=True)
    decision_id = models.UUIDField(null=True)
    retro_id = models.UUIDField(null=True)
    nearer = models.UUIDField(null=True)  # the known-good entry that suppressed it
    sampled = models.BooleanField(default=False)  # a person is to check what was decided
    verdict = models.CharField(max_length=10, blank=True)  # confirmed | rejected
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=120, blank=True)
    judged_how = models.CharField(max_length=8, blank=True)  # review: who looked anyway | check: the sample | appeal

    class Meta:
        db_table = "detection_bank_match"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "item_version", "media_id"], nulls_distinct=False, name="detection_bank_match_once"
            )
        ]
        indexes = [
            models.Index(fields=["bank", "-at"], name="detection_bank_match_list"),
            models.Index(fields=["item_version"], name="detection_bank_match_item"),
            models.Index(fields=["entry", "-at"], name="detection_bank_match_entry"),
            models.Index(
                fields=["bank", "-at"], name="detection_bank_match_check", condition=Q(sampled=True, verdict="")
            ),
        ]


class Followed(models.Model):
    """How far the ledger was read for verdicts: the next leaf."""

    id = models.SmallIntegerField(primary_key=True)
    leaf = models.BigIntegerField(default=0)

    class Meta:
        db_table = "detection_bank_followed"


class Due(models.Model):
    """Something that was printed or noted and has not been looked up yet."""

    id = models.BigAutoField(primary_key=True)
    media_id = models.UUIDField(null=True)
    item_version = models.CharField(max_length=64, blank=True)  # of a text
    at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "detection_bank_due"


class Retro(Projected):
    """Entries held against the last days' content: counted first (a preview), then carried out, then perhaps taken back."""

    class State(models.TextChoices):
        COUNTING = "counting"
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"
        DROPPED = "dropped"
        FAILED = "failed"

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="retros")
    entries = models.JSONField(default=list)  # ids
    days = models.SmallIntegerField()
    state = models.CharField(max_length=10, choices=State)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    found = models.JSONField(default=dict)  # ``contracts.RetroFound``
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    worked_at = models.DateTimeField(null=True)

    untracked: ClassVar[frozenset[str]] = frozenset({"done", "total", "worked_at"})

    class Meta:
        db_table = "detection_bank_retro"


class RetroHit(models.Model):
    """An item version that a retro-match found; what is done to it is done once."""

    id = models.BigAutoField(primary_key=True)
    retro = models.ForeignKey(Retro, on_delete=models.CASCADE, related_name="hits")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    item_version = models.CharField(max_length=64)
    media_id = models.UUIDField()
    day = models.DateField()
    distance = models.FloatField()
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "detection_bank_retro_hit"
        constraints = [
            models.UniqueConstraint(fields=["retro", "item_version", "media_id"], name="detection_bank_retro_once")
        ]
