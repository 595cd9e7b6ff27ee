"""Websites that ask through the Akismet door (keys, what they taught, how often they asked); imported history of other systems."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class Site(Projected):
    """One website with a key of its own. Whatever it teaches stays with it: no other site's answer depends on it."""

    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200, blank=True)
    policy_key = models.CharField(max_length=60)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the key
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    forgot_at = models.DateTimeField(null=True)  # when its teaching was last thrown away

    class Meta:
        db_table = "interop_site"


class SiteModel(models.Model):
    """What a site's own submissions taught. Not a projection: it can be thrown away at any time."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, primary_key=True, related_name="taught")
    blob = models.BinaryField(null=True)
    version = models.IntegerField(default=0)
    held = models.IntegerField(default=0)  # submissions in it
    scored = models.JSONField(default=list)  # [[said before it was learned, label], ...], the newest last


class SiteLabel(models.Model):
    """One submission: where it came from, of which text (as an HMAC), and whether it counts. The text is kept until it is learned."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="labels")
    at = models.DateTimeField()
    spam = models.BooleanField()
    text = models.BinaryField(max_length=32)
    sender = models.BinaryField(max_length=32, null=True)  # HMAC of the address of who wrote the comment
    said = models.BooleanField(null=True)  # what we answer for it now
    left_out = models.CharField(max_length=20, blank=True)  # why it does not count: "" | again | day | full | empty
    waiting = models.TextField(null=True)  # the text, until the site's model has learned it

    class Meta:
        db_table = "interop_site_label"
        indexes = [
            models.Index(fields=["site", "-at"], name="interop_site_label_list"),
            models.Index(fields=["site", "text", "-at"], name="interop_site_label_text"),
            models.Index(fields=["at"], name="interop_site_label_wait", condition=models.Q(waiting__isnull=False)),
        ]


class SiteDay(models.Model):
    """How often a site asked on a day (UTC), and what it was answered."""

    pk = models.CompositePrimaryKey("site", "day")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    spam = models.IntegerField(default=0)
    ham = models.IntegerField(default=0)
    missed = models.IntegerField(default=0)  # submitted as spam though we had said it is none
    wrong = models.IntegerField(default=0)  # the other way round

    class Meta:
        db_table = "interop_site_day"


class HistorySource(Projected):
    """Another system whose history of cases is imported: where it is, how its columns are read (``history.mapping.Mapping``)."""

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=12)  # file | zendesk | salesforce
    url = models.CharField(max_length=200, blank=True)
    account = models.TextField(blank=True)
    secret = models.BinaryField(null=True)  # sealed
    hook = models.BinaryField(null=True)  # sealed: what its webhook signs reports with
    mapping = models.JSONField()
    on = models.BooleanField(default=False)  # asked again and again
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()
    # Of the asking process: telemetry, not history.
    cursor = models.TextField(blank=True)
    next_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    private: ClassVar[frozenset[str]] = frozenset({"account", "secret", "hook"})
    untracked: ClassVar[frozenset[str]] = frozenset({"cursor", "next_at", "asked_at", "last_error"})

    class Meta:
        db_table = "interop_history_source"


class HistoryStep(models.Model):
    """One step of one case there. Not a projection: it is another system's history, and can be thrown away and imported again."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(HistorySource, on_delete=models.CASCADE, related_name="steps")
    case = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    value = models.CharField(max_length=120, blank=True)
    seconds = models.BigIntegerField(null=True)
    group = models.CharField(max_length=120, blank=True)
    priority = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "interop_history_step"
        constraints = [
            models.UniqueConstraint(fields=["source", "case", "kind", "number"], name="interop_history_step_once")
        ]
        indexes = [models.Index(fields=["source", "kind", "at"], name="interop_history_kinds")]


class HistoryReject(models.Model):
    """A row that could not be read: why, and of it only the columns that are mapped."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(HistorySource, on_delete=models.CASCADE, related_name="rejects")
    at = models.DateTimeField()
    place = models.CharField(max_length=120)  # "row 17", or the id it has there
    why = models.CharField(max_length=300)
    row = models.JSONField()

    class Meta:
        db_table = "interop_history_reject"
        constraints = [models.UniqueConstraint(fields=["source", "place", "why"], name="interop_history_reject_once")]
