"""Lists and banks as a team keeps them, and label changes that wait for their time."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class NamedList(Projected):
    """A list that rules ask by name. Every change of its entries makes a new version; ``ListChanged`` says which by digest."""

    class Kind(models.TextChoices):
        TEXTS = "texts"
        DOMAINS = "domains"
        NETWORKS = "networks"
        HASHES = "hashes"
        ACCOUNTS = "accounts"
        BANK = "bank"  # example texts, matched by nearness

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    description = models.CharField(max_length=300, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    edit_permission = models.CharField(max_length=40, default="list.edit")
    distance = models.FloatField(default=0.5)  # of a bank: how far a text may be from an example
    version = models.IntegerField(default=0)
    size = models.IntegerField(default=0)  # entries that were not taken out, ended ones included
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "detection_list"


class ListEntry(models.Model):
    """A value from the version it came in until the version it was taken out. Never changed otherwise, never deleted.

    Not a projection: a list may have a million, and they may be personal. The ledger holds the digest of each change.
    """

    id = models.BigAutoField(primary_key=True)
    list = models.ForeignKey(NamedList, on_delete=models.PROTECT, related_name="entries")
    value = models.TextField()
    key = models.BinaryField(max_length=16)  # the beginning of the value's SHA-256, for the index
    reason = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True)
    added_version = models.IntegerField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    removed_version = models.IntegerField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=120, blank=True)
    removed_why = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "detection_list_entry"
        constraints = [
            models.UniqueConstraint(
                fields=["list", "key"], condition=models.Q(removed_version__isnull=True), name="detection_list_once"
            )
        ]
        indexes = [
            models.Index(fields=["list", "-added_version", "id"], name="detection_list_added"),
            models.Index(
                fields=["list", "removed_version"], name="detection_list_gone",
                condition=models.Q(removed_version__isnull=False),
            ),
        ]  # fmt: skip


class DueLabel(models.Model):
    """A label change that a rule asked for later (``delay_action_by``). Becomes a label, and a ledger event, when it is due."""

    id = models.BigAutoField(primary_key=True)
    rule = models.CharField(max_length=120)
    item_type = models.CharField(max_length=40)
    external_id = models.CharField(max_length=250)
    label = models.CharField(max_length=128)
    status = models.CharField(max_length=8)  # added | removed
    expires_after_s = models.FloatField(null=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "detection_due_label"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "item_type", "external_id", "label", "status"],
                condition=models.Q(done_at__isnull=True),
                name="detection_due_label_once",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="detection_due_label_due", condition=models.Q(done_at__isnull=True))
        ]  # fmt: skip
