"""The register of protected accounts: whom a wrong decision would harm most publicly, and who may speak for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class ProtectedAccount(Projected):
    """One account in the register. In force until ``ended_at``; due to be looked at again at ``review_at``."""

    class Tier(models.TextChoices):
        PUBLIC = "public"  # publicly visible: press, politics, sport
        AT_RISK = "at_risk"  # in danger from exposure: witnesses, activists, people who are stalked
        PARTNER = "partner"  # spoken for by an agency or a delegate

    account = models.ForeignKey("items.Item", on_delete=models.PROTECT, related_name="protections")
    tier = models.CharField(max_length=10, choices=Tier)
    why = models.TextField()
    clearance = models.CharField(max_length=40, blank=True)  # who may know, beside those with protected.know
    since = models.DateTimeField()
    review_at = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"why"})

    class Meta:
        db_table = "items_protected"
        constraints = [
            models.UniqueConstraint(
                fields=["account"], name="items_protected_once", condition=models.Q(ended_at__isnull=True)
            )
        ]


class Representative(Projected):
    """Somebody who may speak for a protected account, known by the name their reports come under."""

    protected = models.ForeignKey(ProtectedAccount, on_delete=models.PROTECT, related_name="representatives")
    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=20)  # email | api | phone | portal
    address = models.CharField(max_length=250)  # as reporter ids come: an e-mail address, a platform id
    since = models.DateTimeField()
    added_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "address"})

    class Meta:
        db_table = "items_representative"
        constraints = [
            models.UniqueConstraint(
                fields=["protected", "channel", "address"],
                name="items_rep_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]
