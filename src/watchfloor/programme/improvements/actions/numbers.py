"""Numbers that people name things by: one after the other, also when two are made at once."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Max


def following(model: type[Any]) -> int:
    """The next number of a table, held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 17))", [str(model._meta.db_table)])
    return int(model._default_manager.aggregate(last=Max("number"))["last"] or 0) + 1
