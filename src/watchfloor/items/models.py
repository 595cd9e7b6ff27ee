"""Item types, items, versions, relations and labels."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import MD5

from watchfloor.ledger.models import Projected, Seal


class ItemType(Projected):
    """A kind of thing the platform has. ``fields`` is a list of ``{"name", "type", "required", "role"}`` (see items.domain)."""

    class Kind(models.TextChoices):
        ACCOUNT = "account"
        CONTENT = "content"
        THREAD = "thread"
        APP = "app"

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    description = models.TextField(blank=True)
    fields = models.JSONField(default=list)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "items_type"


class Item(Projected):
    """One thing on the platform: ``(type_key, external_id)`` is the platform's name for it."""

    class State(models.TextChoices):
        ACTIVE = "active"
        RESTRICTED = "restricted"
        REMOVED = "removed"
        DELETED_BY_AUTHOR = "deleted_by_author"

    type_key = models.CharField(max_length=40)
    external_id = models.CharField(max_length=250)
    kind = models.CharField(max_length=10, choices=ItemType.Kind)
    author = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="authored")
    state = models.CharField(max_length=20, choices=State, default=State.ACTIVE)
    market = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=12, blank=True)
    current_version = models.CharField(max_length=64, blank=True)
    first_seen_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"external_id"})

    class Meta:
        db_table = "items_item"
        constraints = [models.UniqueConstraint(fields=["type_key", "external_id"], name="items_item_name")]
        indexes = [models.Index(fields=["author", "first_seen_at"], name="items_item_author")]


class ItemVersion(models.Model):
    """What an item looked like: an immutable snapshot addressed by ``sha256`` of its canonical JSON (type, id, data).

    Not a projection: the ledger names it by its hash; the content can be erased while the hash stays.
    """

    hash = models.CharField(primary_key=True, max_length=64)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    data = models.JSONField()
    seen_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    keyed = models.BooleanField(default=False)  # its keys are in ``ItemKey``

    class Meta:
        db_table = "items_version"
        indexes = [
            models.Index(fields=["item", "seen_at"], name="items_version_item"),
            models.Index(fields=["seen_at"], name="items_version_unkeyed", condition=models.Q(keyed=False)),
            models.Index(  # threads; a digest, for what a platform calls a thread may be of any length
                MD5(KeyTextTransform("thread_id", "data")),
                name="items_version_thread",
                condition=models.Q(data__has_key="thread_id"),
            ),
        ]


class ItemKey(models.Model):
    """Something an item has in common with others, as 64 bits of an HMAC (see items.keys). Derived; not a projection."""

    pk = models.CompositePrimaryKey("kind", "key", "item")
    kind = models.SmallIntegerField()
    key = models.BigIntegerField()
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="keys", db_index=False)

    class Meta:
        db_table = "items_key"
        indexes = [models.Index(fields=["item", "kind"], name="items_key_item")]


class Label(Projected):
    """A public or internal mark on an item, with expiry (atproto's shape: value, negation by ``removed_at``)."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="labels")
    value = models.CharField(max_length=128)
    source = models.CharField(max_length=120)
    public = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "items_label"
        indexes = [models.Index(fields=["item", "value"], name="items_label_item")]


from watchfloor.items.media.models import Media, MediaLink, MediaPrint  # noqa: E402  Django looks for tables here
from watchfloor.items.models_protected import ProtectedAccount, Representative  # noqa: E402

__all__ = [
    "Item",
    "ItemType",
    "ItemVersion",
    "Label",
    "Media",
    "MediaLink",
    "MediaPrint",
    "ProtectedAccount",
    "Representative",
]
