"""Where results of training go besides here: one learning record store, and how we sign in there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.ledger.models import Projected, Seal


class RecordStore(Projected):
    """One row. The address of the store's xAPI, the account we are there (sealed), and whether anything is sent."""

    url = models.CharField(max_length=200)
    name = models.BinaryField()  # sealed, as is the secret
    secret = models.BinaryField()
    on = models.BooleanField(default=False)
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"name", "secret"})

    class Meta:
        db_table = "training_record_store"
