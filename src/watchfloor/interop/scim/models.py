"""What a directory said of people and of groups. Names and addresses: private, and colleagues' own."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Person(Projected):
    """A user as the directory has them; ``id`` is the user's. What the console knows better (active, team) is read from there."""

    user_name = models.TextField()
    user_name_key = models.CharField(
        max_length=64, unique=True, null=True
    )  # digest of the folded name; null once deleted
    external_id = models.TextField(blank=True)
    document = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"user_name", "user_name_key", "external_id", "document"})

    class Meta:
        db_table = "interop_scim_person"


class Group(Projected):
    """A group of the directory; what it gives here says a rule (``identity.signon.groups``) by its name."""

    name = models.CharField(max_length=200)
    external_id = models.TextField(blank=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "interop_scim_group"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="interop_scim_group_name", condition=models.Q(deleted_at__isnull=True)
            )
        ]


class Member(Projected):
    """Somebody in a group."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members")
    user_id = models.UUIDField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "interop_scim_member"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "user_id"], name="interop_scim_member_once", condition=models.Q(ended_at__isnull=True)
            )
        ]
