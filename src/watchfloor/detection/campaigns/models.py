"""What is kept of campaigns: which there are and what people think of them; their items and the edges between these.

Items and edges are derived: the loop works them out again and writes the differences. No text and no value of a key is kept here, only
keyed hashes of values; words are read where they live, so what is erased there is gone here.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.items.models import Item
from watchfloor.ledger.models import Projected


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
