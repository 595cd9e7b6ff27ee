"""What the database has let go of still lies in its files: dead rows, pages of the write-ahead log, samples kept by its planner.

``scrub`` rewrites the tables (``VACUUM FULL``: heap, indexes and TOAST anew), lets the planner forget its samples, and turns the
write-ahead log over until no old segment is left, without recycling any. It begins when every transaction is over that could still see
what was erased: rewriting a table keeps what any of them may see. Readers and writers of a table wait while it is rewritten; a table
that is busy is left for the next time. What the file system does with the blocks of deleted files is beyond the database.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from watchfloor.kernel.errors import Conflict
from watchfloor.platform import config
from watchfloor.platform.postgres import Embedded

log = logging.getLogger(__name__)
PATIENCE_S = 5  # for a lock, and for transactions to end: the floor goes on, the table is done next time
MOST_SEGMENTS = 1000
BESIDE = (
    "ledger_outbox", "intake_spool", "items_version", "items_key", "items_media_link", "items_media_print",
    "detection_text_model",
    "detection_list_entry", "detection_due_label", "review_reporter_tally", "enforcement_attempt", "django_session",
)  # fmt: skip


def scrub(tables: Collection[str]) -> list[str]:
    """Rewrite these tables and turn the log over; the tables that were too busy (all of them, while an older transaction goes on).

    Raises:
        Conflict: the database is yours, and the account of its URL is no superuser; nothing was done.
    """
    with _superuser() as db:
        try:
            _set(db, "wal_recycle", "off")
        except psycopg.errors.InsufficientPrivilege:
            raise Conflict(
                "no_superuser", "Only a superuser of the database may rewrite its files and turn its log over.",
                hint="Run VACUUM FULL on the tables yourself; how is in the guide to erasing a person.",
            ) from None  # fmt: skip
        try:
            if not _nobody_sees(db):
                log.warning("a transaction from before the erasure goes on: nothing is rewritten until the next time")
                return sorted(set(tables))
            busy = [table for table in sorted(set(tables)) if not _rewrite(db, table)]
            # What was counted of those tables before: whoever began meanwhile may still see it, and it would be kept for them.
            if not (_nobody_sees(db) and _rewrite(db, _STATISTICS)):
                busy.append(_STATISTICS)
            _turn_over(db)
        finally:
            _set(db, "wal_recycle", None)
    return busy


_STATISTICS = "pg_catalog.pg_statistic"
# The oldest transaction whose work somebody may not see yet. VACUUM FULL itself looks with a snapshot, which reaches back to the oldest
# transaction that writes in any database of the server.
_OLDEST = """
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - greatest(
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint - pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    (SELECT max(age(seen)) FROM (
        SELECT backend_xmin AS seen FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        UNION ALL SELECT xmin FROM pg_replication_slots UNION ALL SELECT transaction FROM pg_prepared_xacts) AS others))
"""


def _nobody_sees(db: psycopg.Connection[Any]) -> bool:
    """Wait until every transaction that ran when this was called is over; False when some go on for longer than there is patience."""
    began: int = db.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()[0]  # type: ignore[index]
    end = time.monotonic() + PATIENCE_S
    while True:
        oldest: int = db.execute(_OLDEST).fetchone()[0]  # type: ignore[index]
        if oldest > began:
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.1)


def _rewrite(db: psycopg.Connection[Any], table: str) -> bool:
    schema, _, name = table.rpartition(".")
    place = sql.Identifier(schema or "public", name)
    try:
        db.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{PATIENCE_S}s")))
        db.execute(sql.SQL("VACUUM (FULL, ANALYZE) {}").format(place))
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        log.warning("%s is busy: it is rewritten the next time", table)
        return False
    return True


def _turn_over(db: psycopg.Connection[Any]) -> None:
    """Checkpoint, go through every segment made beforehand (it may be an old one under a new name), checkpoint again."""
    db.execute("CHECKPOINT")
    for _ in range(MOST_SEGMENTS):
        row = db.execute(
            "SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND name > pg_walfile_name(pg_current_wal_lsn())"
        ).fetchone()
        db.execute("SELECT pg_logical_emit_message(false, 'watchfloor', 'turn over')")
        db.execute("SELECT pg_switch_wal()")
        if row is None or not row[0]:
            break
    db.execute("CHECKPOINT")


def _set(db: psycopg.Connection[Any], name: str, value: str | None) -> None:
    place = sql.Identifier(name)
    if value is None:
        db.execute(sql.SQL("ALTER SYSTEM RESET {}").format(place))
    else:
        db.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(place, sql.Literal(value)))
    db.execute("SELECT pg_reload_conf()")


@contextmanager
def _superuser() -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, outside any transaction, with the rights it takes."""
    settings = connection.settings_dict
    if not os.environ.get("DATABASE_URL"):
        address = Embedded(config.home()).dsn(database=settings["NAME"], user="postgres")
        with psycopg.connect(address, autocommit=True) as db:
            yield db
        return
    with psycopg.connect(
        dbname=settings["NAME"], user=settings["USER"] or None, password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None, port=settings["PORT"] or None, autocommit=True,
        target_session_attrs=settings["OPTIONS"].get("target_session_attrs", "any"),
    ) as db:  # fmt: skip
        yield db
