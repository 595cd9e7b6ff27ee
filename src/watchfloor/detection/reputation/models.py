"""What is kept of restrictions: each with its versions and hits; and what people decided of accounts' items, by which they are judged."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected, Seal


class Restriction(Projected):
    """Who or what is held back from doing what, and how. ``value`` is in its normal form; a device's is a keyed hash."""

    class State(models.TextChoices):
        WAITING = "waiting"  # it is wide: a second person must agree
        ON = "on"
        LIFTED = "lifted"
        REFUSED = "refused"

    key = models.CharField(max_length=20, unique=True)
    subject = models.CharField(max_length=12)
    value = models.CharField(max_length=300)
    actions = ArrayField(models.CharField(max_length=12))
    effect = models.CharField(max_length=10)
    limit = models.IntegerField(default=0)  # of ``slow``: so many ...
    window = models.IntegerField(default=0)  # ... in so many seconds
    per = models.CharField(max_length=10, default="account")  # account | subject: whose actions are counted
    policy_key = models.CharField(max_length=60, blank=True)  # of ``review``: under which it is reviewed
    reason = models.CharField(max_length=500)
    owner = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State)
    version = models.IntegerField(default=1)
    reach = models.JSONField(default=dict)  # what the preview counted when it was asked for
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    expires_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"value", "reason"})

    class Meta:
        db_table = "detection_restriction"
        indexes = [models.Index(fields=["state", "-changed_at"], name="detection_restriction_list")]


class RestrictionVersion(Projected):
    """A restriction as it was: everything but its hits. ``why`` is what the one who changed it said."""

    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    document = models.JSONField()
    state = models.CharField(max_length=8)
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"document", "why"})

    class Meta:
        db_table = "detection_restriction_version"
        constraints = [
            models.UniqueConstraint(fields=["restriction", "number"], name="detection_restriction_version_once")
        ]


class Hit(models.Model):
    """A restriction held for an event. Names nobody by text: the account by its row, or by a keyed hash where it has none.

    ``counted`` is what a rate counts: something that happened and was not asked about only. ``who`` is whose it is counted as.
    """

    restriction = models.ForeignKey(Restriction, on_delete=models.CASCADE, related_name="hits")
    at = models.DateTimeField()
    asked = models.BooleanField(default=False)  # before it was published; else it happened
    applied = models.BooleanField(default=True)  # False: an exemption, or a rate that is not used up
    action = models.CharField(max_length=12)
    who = models.CharField(max_length=32)
    account = models.ForeignKey(Item, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    item = models.ForeignKey(Item, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)

    class Meta:
        db_table = "detection_restriction_hit"
        indexes = [
            models.Index(fields=["restriction", "who", "at"], name="detection_restr_hit_who"),
            models.Index(fields=["restriction", "at"], name="detection_restr_hit_at"),
            models.Index(fields=["at"], name="detection_restr_hit_day"),
        ]


class Outcome(models.Model):
    """What people last found of one case's item, as long as it stands. Derived from decisions; made anew by ``records.rebuild``."""

    case = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=40)  # the type of the item decided on
    day = models.DateField()
    violating = models.BooleanField()

    class Meta:
        db_table = "detection_reputation_outcome"
        indexes = [models.Index(fields=["account"], name="detection_rep_account")]


class Followed(models.Model):
    """How far the ledger was read for outcomes."""

    leaf = models.BigIntegerField(default=0)

    class Meta:
        db_table = "detection_reputation_followed"
