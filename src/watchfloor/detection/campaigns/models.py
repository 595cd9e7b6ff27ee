"""What is kept of campaigns: which there are and what people think of them; their items and the edges between these.

Items and edges are derived: the loop works them out again and writes the differences. No text and no value of a key is kept here, only
keyed hashes of values; words are read where they live, so what is erased there is gone here.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected
from watchfloor.review.models import Report


class Campaign(Projected):
    """Items that hang together. Its id is that of its earliest item, so it stays while the campaign grows."""

    class State(models.TextChoices):
        OPEN = "open"
        WATCHED = "watched"
        CLOSED = "closed"
        JOINED = "joined"  # it became part of an older one
        GONE = "gone"  # what held it together is not there any more

    policy_key = models.CharField(max_length=60)  # under which most of its items were reported when it was found
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    found_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # its state
    changed_by = models.CharField(max_length=120)
    into = models.UUIDField(null=True)
    representative = models.UUIDField(null=True)  # the item of the wording that most others are near to
    last_at = models.DateTimeField(null=True)  # its last item was first seen

    untracked: ClassVar[frozenset[str]] = frozenset({"representative", "last_at"})

    class Meta:
        db_table = "detection_campaign"
        indexes = [models.Index(fields=["state", "-last_at"], name="detection_campaign_list")]


class CampaignRestore(Projected):
    """An account that was acted on with a campaign, and got everything back. Why in words is the reason of its event."""

    class Reason(models.TextChoices):
        TAKEN_OVER = "taken_over"  # somebody else used it: what was sent stays removed and does not count
        NOT_PART = "not_part"  # it does not belong: what was found of its items falls, too

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="restores")
    account = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason)
    decisions = models.PositiveIntegerField()  # that fell
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "detection_campaign_restore"
        indexes = [models.Index(fields=["campaign", "account"], name="detection_campaign_restores")]


class CampaignItem(models.Model):
    """An item belongs to a campaign, to one at a time. ``why``: the kind of edge to an earlier item, ``first`` of the earliest."""

    item = models.OneToOneField(Item, primary_key=True, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    joined_at = models.DateTimeField()  # when it was seen to belong to it
    why = models.CharField(max_length=12)

    class Meta:
        db_table = "detection_campaign_item"
        indexes = [models.Index(fields=["campaign", "joined_at"], name="detection_campaign_items")]


class CampaignEdge(models.Model):
    """What ties two items. ``token``: keyed hash of a shared key's value; ``distance``: of words, 0 the same, 1 nothing in common."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="edges")
    left = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    token = models.CharField(max_length=16, blank=True)
    distance = models.FloatField(null=True)

    class Meta:
        db_table = "detection_campaign_edge"


class Ring(Projected):
    """Accounts that act together beyond chance: on what happens (``ring``) or by reporting (``brigade``). The rest is derived."""

    class Kind(models.TextChoices):
        RING = "ring"
        BRIGADE = "brigade"

    class State(models.TextChoices):
        OPEN = "open"
        WATCHED = "watched"
        CLOSED = "closed"  # by a person, with a reason: taken down, or no ring at all

    kind = models.CharField(max_length=8, choices=Kind)
    action = models.CharField(max_length=80)  # the events' name; "report" of a brigade
    window = models.PositiveIntegerField()  # seconds within which two actions on one object count as together
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    found_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # its state
    changed_by = models.CharField(max_length=120)
    seen_at = models.DateTimeField()  # when it was found last
    members = models.PositiveIntegerField()
    ties = models.PositiveIntegerField()
    objects_shared = models.PositiveIntegerField()
    q = models.FloatField()  # of its strongest tie
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    untracked: ClassVar[frozenset[str]] = frozenset(
        {"seen_at", "members", "ties", "objects_shared", "q", "first_at", "last_at"}
    )

    class Meta:
        db_table = "detection_ring"
        indexes = [models.Index(fields=["state", "-last_at"], name="detection_ring_list")]


class RingMember(models.Model):
    """One of them. ``who``: a keyed hash of the platform's name, of a reporter that of ``review``; ``account``: where it is an item."""

    ring = models.ForeignKey(Ring, on_delete=models.CASCADE, related_name="member_rows")
    who = models.CharField(max_length=32)
    account = models.ForeignKey(Item, null=True, on_delete=models.CASCADE, related_name="+")
    late = models.BooleanField()  # it meets with the ring as a whole, not often with any one of it

    class Meta:
        db_table = "detection_ring_member"
        constraints = [models.UniqueConstraint(fields=["ring", "who"], name="detection_ring_members")]
        indexes = [models.Index(fields=["who"], name="detection_ring_who")]


class RingTie(models.Model):
    """Two of them, and why chance does not explain how often they meet (``engines.campaigns.Tie``)."""

    ring = models.ForeignKey(Ring, on_delete=models.CASCADE, related_name="tie_rows")
    left = models.CharField(max_length=32)
    right = models.CharField(max_length=32)
    objects_met = models.PositiveIntegerField()
    expected = models.FloatField()
    p_activity = models.FloatField()
    near = models.PositiveIntegerField()
    near_expected = models.FloatField()
    p_timing = models.FloatField()
    q = models.FloatField()

    class Meta:
        db_table = "detection_ring_tie"


class RingObject(models.Model):
    """What most of them acted on, where it is an item; and how many of them did."""

    ring = models.ForeignKey(Ring, on_delete=models.CASCADE, related_name="object_rows")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    members = models.PositiveIntegerField()

    class Meta:
        db_table = "detection_ring_object"


class BrigadeReport(models.Model):
    """A report that came with others of its brigade."""

    report = models.OneToOneField(Report, primary_key=True, on_delete=models.CASCADE, related_name="+")
    ring = models.ForeignKey(Ring, on_delete=models.CASCADE, related_name="report_rows")

    class Meta:
        db_table = "detection_brigade_report"
