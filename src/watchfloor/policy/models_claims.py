"""The register of claims that go round (misinformation), and the items that repeat them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Claim(Projected):
    """One claim: what it says, what is known of it and by whom. It ends by itself (``expires_at``) or is closed."""

    class Status(models.TextChoices):
        UNVERIFIED = "unverified"
        FALSE = "false"
        MISLEADING = "misleading"
        TRUE = "true"
        DISPUTED = "disputed"

    text = models.TextField()
    variants = models.JSONField(default=list)  # other wordings
    status = models.CharField(max_length=12, choices=Status)
    sources = models.JSONField(default=list)  # [{"title", "url"}]
    note = models.TextField(blank=True)  # for reviewers: what to look out for
    policy_key = models.CharField(max_length=60)
    violation_key = models.CharField(max_length=80, blank=True)  # what repeating it usually is
    languages = ArrayField(models.CharField(max_length=20), default=list)  # empty: any
    markets = ArrayField(models.CharField(max_length=12), default=list)  # empty: everywhere
    owner = models.CharField(max_length=120, blank=True)  # who keeps it up to date, a person or a desk
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=200, blank=True)  # "expired", or why somebody closed it
    revision = models.IntegerField(default=1)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset(
        {"text", "variants", "sources", "note"}
    )  # claims are often about people

    class Meta:
        db_table = "policy_claim"
        indexes = [
            models.Index(fields=["expires_at"], name="policy_claim_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["changed_at"], name="policy_claim_changed"),
        ]


class ClaimMatch(models.Model):
    """An item that repeats a claim. Found again at any time: not a projection."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="matches")
    item = models.ForeignKey("items.Item", on_delete=models.CASCADE, related_name="claims")
    item_version = models.CharField(max_length=64)
    share = models.FloatField()  # of the claim's pieces; 1 is word for word
    wording = models.TextField()
    found_at = models.DateTimeField()

    class Meta:
        db_table = "policy_claim_match"
        constraints = [models.UniqueConstraint(fields=["claim", "item"], name="policy_claim_match_once")]
        indexes = [models.Index(fields=["claim", "found_at"], name="policy_claim_match_new")]


class ClaimSearch(models.Model):
    """How far the items of the past have been searched for a claim: newest first, down to ``below`` (an item's id)."""

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, primary_key=True, related_name="search")
    revision = models.IntegerField()
    below = models.UUIDField(null=True)
    looked_at = models.IntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        db_table = "policy_claim_search"
        indexes = [models.Index(fields=["done"], name="policy_claim_search_due", condition=models.Q(done=False))]
