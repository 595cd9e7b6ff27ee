"""The one statement that puts rows into the spool, for the web's group commit, for files and for code alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from watchfloor.intake.rows import RECEIPT, Checked
from watchfloor.kernel.ids import encode

# One statement is one transaction where autocommit is on: one round trip, one fsync. Ids are made before, so running it
# again after a lost connection stores nothing twice, even for rows without a key.
INSERT = """
INSERT INTO intake_spool (id, kind, source, key, body_hash, lane, state, received_at, body, attempts)
SELECT id, kind, source, key, body_hash, lane, 'waiting', received_at, body, 0
FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::int2[], %b::timestamptz[], %b::bytea[])
  AS given (id, kind, source, key, body_hash, lane, received_at, body)
ON CONFLICT DO NOTHING
RETURNING id
"""
BY_KEY = """
SELECT spool.kind, spool.source, spool.key, spool.id, spool.body_hash
FROM unnest(%b::text[], %b::text[], %b::text[]) AS given (kind, source, key)
JOIN intake_spool spool ON spool.source = given.source AND spool.kind = given.kind AND spool.key = given.key
"""


class Receipt(msgspec.Struct, frozen=True):
    """What the sender gets. ``conflict``: the key was used before for something else, and nothing was stored."""

    kind: str
    id: UUID
    duplicate: bool = False
    conflict: bool = False

    @property
    def text(self) -> str:
        """``rpt_…`` or ``evt_…``."""
        return encode(RECEIPT[self.kind], self.id)


def store(connection: psycopg.Connection[Any], rows: Sequence[Checked]) -> list[Receipt]:
    """Put rows into the spool and give their receipts, in the same order.

    Durable when the connection is in autocommit mode and this returns; else when the caller's transaction commits.
    The same source, kind and key -> the receipt it had the first time; with another body -> a conflict.
    """
    # One order for everyone, so that two writers with the same keys wait for each other instead of deadlocking.
    ordered = sorted(rows, key=lambda row: (row.key is not None, row.source, row.kind, row.key or ""))
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                [row.id for row in ordered],
                [row.kind for row in ordered],
                [row.source for row in ordered],
                [row.key for row in ordered],
                [row.hash for row in ordered],
                [row.lane for row in ordered],
                [row.received_at for row in ordered],
                [row.body for row in ordered],
            ],
            prepare=True,
        )
        stored = {found[0] for found in cursor.fetchall()}
        if len(stored) == len(rows):
            return [Receipt(row.kind, row.id) for row in rows]
        keyed = [row for row in ordered if row.id not in stored and row.key is not None]
        cursor.execute(
            BY_KEY,
            [[row.kind for row in keyed], [row.source for row in keyed], [row.key for row in keyed]],
            prepare=True,
        )
        known = {(kind, source, key): (id_, bytes(digest)) for kind, source, key, id_, digest in cursor.fetchall()}
    receipts = []
    for row in rows:
        if row.id in stored or row.key is None:  # without a key: stored by an attempt whose answer was lost
            receipts.append(Receipt(row.kind, row.id))
            continue
        first, digest = known[row.kind, row.source, row.key]
        same = digest == row.hash
        receipts.append(Receipt(row.kind, first, duplicate=same and first != row.id, conflict=not same))
    return receipts


def own_connection() -> psycopg.Connection[Any]:
    """A connection of one's own to Django's database: autocommit, and durable whatever the server's default is."""
    from django.db import connections

    settings = connections["default"].settings_dict
    parts: dict[str, Any] = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    options: dict[str, Any] = {
        name: value for name, value in settings.get("OPTIONS", {}).items() if isinstance(value, (str, int))
    }
    connection: psycopg.Connection[Any] = psycopg.connect(
        **{name: value for name, value in parts.items() if value}, **options | {"connect_timeout": 5}, autocommit=True,
        application_name="watchfloor-intake",
    )  # fmt: skip
    connection.execute("SET synchronous_commit = on")
    connection.execute("SET statement_timeout = '30s'")
    return connection
