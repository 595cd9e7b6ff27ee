"""Certificates: who has shown that they know which version of which policy."""

from __future__ import annotations

from django.db import models

from watchfloor.ledger.models import Projected


class Certificate(Projected):
    """A reviewer is certified for a version of a policy (or for an extra skill, whose versions are the certifier's own)."""

    reviewer_id = models.UUIDField()
    policy_key = models.CharField(max_length=60)
    version = models.IntegerField()  # the policy version's number
    level = models.SmallIntegerField(default=1)
    how = models.CharField(max_length=20)  # exam | training | manager | import
    granted_by = models.CharField(max_length=120)  # actor text
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "workforce_certificate"
        indexes = [models.Index(fields=["reviewer_id", "policy_key"], name="workforce_certificate_of")]
