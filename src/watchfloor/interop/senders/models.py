"""One row for each system that may send."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class Sender(Projected):
    """A server of Mastodon, an organisation of Service Cloud, an instance of the Fediverse. ``secret`` is what it proves itself by."""

    class Kind(models.TextChoices):
        MASTODON = "mastodon"
        SALESFORCE = "salesforce"
        FEDIVERSE = "fediverse"

    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=200, blank=True)  # host of the server, or the organisation's id
    secret = models.BinaryField(null=True)  # sealed
    reason_key = models.CharField(max_length=80, blank=True)  # of reports that give none of ours
    on = models.BooleanField(default=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    seal = Seal()
    # Of the traffic: telemetry, not history.
    used_at = models.DateTimeField(null=True)
    used = models.BigIntegerField(default=0)  # calls that were taken in
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    private: ClassVar[frozenset[str]] = frozenset({"secret"})
    untracked: ClassVar[frozenset[str]] = frozenset({"used_at", "used", "failed_at", "last_error"})

    class Meta:
        db_table = "interop_sender"
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="interop_sender_name")]
