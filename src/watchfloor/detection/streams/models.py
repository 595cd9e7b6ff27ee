"""What is kept of watched streams: which are watched and by whom, stills of their last minutes, what was found, and clips held."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from watchfloor.items.media.models import Media
from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected, Seal


class Watch(Projected):
    """One broadcast that is watched, from the platform's word that it goes on until it is over. An item has at most one open at a time.

    ``holder`` is the worker that reads it now, until ``lease_until``; a worker that dies leaves it to others then. ``key`` seals its
    stills, wrapped by the installation's key; it goes with the last of them.
    """

    class State(models.TextChoices):
        WAITING = "waiting"  # nobody has read a frame yet
        WATCHING = "watching"
        BROKEN = "broken"  # it cannot be read just now: ``why``; tried again
        REFUSED = "refused"  # it will not be read: ``why``
        OVER = "over"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    item_version = models.CharField(max_length=64)
    url = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State)
    why = models.CharField(max_length=300, blank=True)
    why_code = models.CharField(max_length=40, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seal = Seal()
    key = models.BinaryField(null=True)
    holder = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # when somebody reads it (again); null: nobody will
    frames = models.IntegerField(default=0)  # looked at
    last_second = models.FloatField(default=0)
    last_frame_at = models.DateTimeField(null=True)

    private: ClassVar[frozenset[str]] = frozenset({"url", "why"})
    untracked: ClassVar[frozenset[str]] = frozenset(
        {"key", "holder", "lease_until", "attempts", "next_at", "frames", "last_second", "last_frame_at"}
    )

    class Meta:
        db_table = "detection_stream_watch"
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["waiting", "watching", "broken"]), name="detection_stream_open"
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="detection_stream_due"),
            models.Index(fields=["-began_at"], name="detection_stream_list"),
        ]


class Still(models.Model):
    """A frame of the ring: its second, hash, and a small grey picture (rows of 0 to 255, compressed, sealed). Not in the ledger."""

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="stills")
    number = models.IntegerField()
    seconds = models.FloatField()
    at = models.DateTimeField()
    bits = models.BinaryField(max_length=32)
    quality = models.SmallIntegerField()
    width = models.SmallIntegerField()
    height = models.SmallIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "detection_stream_still"
        constraints = [models.UniqueConstraint(fields=["watch", "number"], name="detection_stream_still_once")]
        indexes = [models.Index(fields=["at"], name="detection_stream_still_at")]


class Hit(Projected):
    """Known content came up in a stream, at a second of it; again once it was gone for some seconds.

    ``delay_ms``: from the arrival of the bytes to this row. ``clip``: the medium kept as evidence, which cannot be erased before
    ``hold_until``.
    """

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="hits")
    bank = models.CharField(max_length=60)
    bank_name = models.CharField(max_length=120)
    entry = models.UUIDField()
    policy_key = models.CharField(max_length=60)
    violation_key = models.CharField(max_length=80, blank=True)
    severity = models.SmallIntegerField()
    clearance = models.CharField(max_length=120, blank=True)
    seconds = models.FloatField()
    known_seconds = models.FloatField(null=True)
    distance = models.SmallIntegerField()
    quality = models.SmallIntegerField()
    delay_ms = models.IntegerField()
    at = models.DateTimeField()
    case_id = models.UUIDField(null=True)
    clip = models.ForeignKey(Media, null=True, on_delete=models.PROTECT, related_name="+")
    hold_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_stream_hit"
        indexes = [models.Index(fields=["watch", "seconds"], name="detection_stream_hit_watch")]
