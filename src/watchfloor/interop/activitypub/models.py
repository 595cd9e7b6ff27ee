"""Public keys of others' actors, as they were fetched last: a cache, which can be emptied at any time."""

from __future__ import annotations

from django.db import models


class PeerKey(models.Model):
    """One key. ``owner``: the actor it speaks for."""

    key_id = models.CharField(primary_key=True, max_length=500)
    owner = models.CharField(max_length=500)
    pem = models.TextField()
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "interop_activitypub_key"
