"""Media and which item version carries them. Bytes lie in the storage, sealed; here is what is known of them, and their key."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class Media(Projected):
    """One file: a picture, a video or a sound. Known once however often it is shown: ``sha256`` of its plain bytes is unique.

    ``key`` is its data key, wrapped by the installation's; never in the ledger, and null once it is erased. ``renditions`` is
    ``{name: {"mime", "bytes", "width", "height"}}`` of what was derived, ``facts`` what the decoder found (frame times, a note).
    """

    class State(models.TextChoices):
        FETCHING = "fetching"  # an address is known, the bytes are not here
        DECODING = "decoding"  # the bytes are here, nothing is derived yet
        READY = "ready"
        REFUSED = "refused"  # cannot be had or shown: ``why``
        GONE = "gone"  # erased, or found to be the same as another

    state = models.CharField(max_length=10, choices=State)
    why = models.CharField(max_length=300, blank=True)
    why_code = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    md5 = models.CharField(
        max_length=32, blank=True, default=""
    )  # what exchanges hold; "" on media from before it was kept
    kind = models.CharField(max_length=10, blank=True)  # image | video | audio, by its bytes
    mime = models.CharField(max_length=60, blank=True)
    bytes = models.BigIntegerField(default=0)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    duration_ms = models.BigIntegerField(null=True)
    renditions = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    provenance = models.JSONField(
        default=dict
    )  # what the file says of how it was made; from its bytes, so not in the ledger
    clearance = models.CharField(max_length=120, blank=True)  # needed to see it; several with commas
    source = models.CharField(max_length=60, blank=True)  # who sent it
    url = models.TextField(blank=True)
    url_hash = models.CharField(
        max_length=64, blank=True
    )  # HMAC-SHA256 of the address: the same one is not fetched twice a day
    same_as = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    noted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    seal = Seal()
    key = models.BinaryField(null=True)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # when somebody works on it (again); null: nothing to do
    printed_at = models.DateTimeField(null=True)  # when its prints were made; null: not yet

    private: ClassVar[frozenset[str]] = frozenset({"url", "why"})
    untracked: ClassVar[frozenset[str]] = frozenset({"key", "attempts", "next_at", "printed_at", "provenance"})

    class Meta:
        app_label = "items"
        db_table = "items_media"
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], condition=~Q(sha256="") & ~Q(state="gone"), name="items_media_sha256"
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="items_media_due"),
            models.Index(fields=["url_hash", "noted_at"], condition=~Q(url_hash=""), name="items_media_url"),
            models.Index(
                fields=["id"], condition=Q(state="ready", printed_at__isnull=True), name="items_media_unprinted"
            ),
        ]


class MediaLink(models.Model):
    """An item version carries a medium in a field. Not a projection: it follows from the version's data."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item_version = models.CharField(max_length=64)
    field = models.CharField(max_length=80)
    place = models.SmallIntegerField(default=0)  # among the field's, when it is a list
    media = models.ForeignKey(Media, on_delete=models.PROTECT, related_name="links")
    alt = models.CharField(max_length=500, blank=True)

    class Meta:
        app_label = "items"
        db_table = "items_media_link"
        constraints = [models.UniqueConstraint(fields=["item_version", "field", "place"], name="items_media_link_once")]
        indexes = [models.Index(fields=["media"], name="items_media_link_media")]


class MediaPrint(models.Model):
    """A fingerprint of a medium: PDQ of a picture, or of a frame of a video at its second. Derived; goes with the medium.

    ``bits`` are the 32 bytes that the 64 hexadecimal digits of a PDQ say, in their order. ``inner``: of the picture without the even
    bars around it. ``day`` is when it was made: the ring that is searched when something is banked later.
    """

    class Kind(models.TextChoices):
        PDQ = "pdq"
        FRAME = "frame"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    media = models.ForeignKey(Media, on_delete=models.CASCADE, related_name="prints")
    kind = models.CharField(max_length=6, choices=Kind)
    inner = models.BooleanField(default=False)
    seconds = models.FloatField(default=0.0)
    bits = models.BinaryField(max_length=32)
    quality = models.SmallIntegerField()
    day = models.DateField()
    bands = ArrayField(models.IntegerField(), default=list)  # see ``near``; none of a print that says too little

    class Meta:
        app_label = "items"
        db_table = "items_media_print"
        indexes = [
            models.Index(fields=["day", "id"], name="items_media_print_day"),
            GinIndex(fields=["bands"], name="items_media_print_bands"),
        ]
