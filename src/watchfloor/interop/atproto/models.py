"""What the door keeps: numbers for ids of ours, sessions, the labels it has published. None of it is a projection: the floor's rows are
elsewhere, and all of this can be made again (numbers excepted, which clients have written down)."""

from __future__ import annotations

from django.db import models

from watchfloor.identity.models import ApiToken
from watchfloor.kernel.ids import new_id


class Number(models.Model):
    """The whole number by which clients know a thing of ours; given when it is first shown, and never changed."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10)  # report | subject | queue | lease
    row = models.UUIDField()

    class Meta:
        db_table = "interop_atproto_number"
        constraints = [models.UniqueConstraint(fields=["kind", "row"], name="interop_atproto_number_once")]


class Session(models.Model):
    """A session of a client that signed in with an API token. It ends with the token, or when the client says so."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    refresh = models.CharField(max_length=32)  # the id of the one refresh token that works
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "interop_atproto_session"


class Issuer(models.Model):
    """A service or person whose tokens we take: their DID document, kept here so that nobody need be asked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    did = models.CharField(max_length=250, unique=True)
    document = models.JSONField()
    added_by = models.CharField(max_length=120)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "interop_atproto_issuer"


class Published(models.Model):
    """One label of the stream, as it was signed. ``seq`` is its place, for ever."""

    seq = models.BigAutoField(primary_key=True)
    item = models.UUIDField()
    src = models.CharField(max_length=250)
    uri = models.CharField(max_length=2_048)
    val = models.CharField(max_length=128)
    neg = models.BooleanField(default=False)
    cts = models.CharField(max_length=32)
    exp = models.CharField(max_length=32, blank=True)
    sig = models.BinaryField(max_length=64)
    last = models.BooleanField(default=True)  # the newest of its source, address and value

    class Meta:
        db_table = "interop_atproto_label"
        indexes = [
            models.Index(fields=["item", "val"], name="interop_atproto_label_item"),
            models.Index(fields=["uri"], name="interop_atproto_label_uri", condition=models.Q(last=True)),
        ]


class Followed(models.Model):
    """How far of the ledger the labels are published; one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    leaf = models.BigIntegerField(default=-1)

    class Meta:
        db_table = "interop_atproto_followed"


class Muted(models.Model):
    """A job whose clock a client stopped for so many hours; when they are over it runs again."""

    job = models.UUIDField(primary_key=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "interop_atproto_muted"
