"""How often each rule fired, acted or not, per hour, and the newest things it fired on: counted in memory, written in passing.

Screening must not pay for statistics: it notes a firing after its transaction has committed, and whichever process screens
writes what it has noted every few seconds, in one statement. A process that is killed loses those few seconds of counts, never
a signal, a case or a decision.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

FLUSH_EVERY = 5.0  # seconds
SAMPLES_PER_FLUSH = 5
SAMPLES_KEPT = 200
ACTED, SHADOW, ERRORS = 0, 1, 2

_lock = threading.Lock()
_counts: dict[tuple[str, datetime], list[int]] = {}
_samples: dict[str, list[tuple[UUID, str, bool, datetime]]] = {}
_flushed = 0.0


def note(
    item: UUID, version: str, at: datetime, *, acted: Iterable[str] = (), shadow: Iterable[str] = (),
    errors: Iterable[str] = (),
) -> None:  # fmt: skip
    """Count what the rules of one screening did, once its transaction has committed."""
    parts = (tuple(acted), tuple(shadow), tuple(errors))
    if any(parts):
        transaction.on_commit(lambda: _add(item, version, at, parts), robust=True)


def flush() -> int:
    """Write what was noted; how many rows were touched."""
    global _counts, _samples, _flushed
    with _lock:
        counts, samples = _counts, _samples
        _counts, _samples, _flushed = {}, {}, time.monotonic()
    if not counts:
        return 0
    try:
        with transaction.atomic():
            _write_counts(counts)
            _write_samples(samples)
    except Exception:
        with _lock:
            for key, values in counts.items():
                _sum(key, values)
        raise
    return len(counts)


def _add(item: UUID, version: str, at: datetime, parts: tuple[tuple[str, ...], ...]) -> None:
    hour = at.replace(minute=0, second=0, microsecond=0)
    with _lock:
        for place, names in enumerate(parts):
            for name in names:
                _sum((name, hour), [int(place == other) for other in range(len(parts))])
                newest = _samples.setdefault(name, [])
                if place != ERRORS and len(newest) < SAMPLES_PER_FLUSH:
                    newest.append((item, version, place == ACTED, at))
        due = time.monotonic() - _flushed >= FLUSH_EVERY
    if due:
        flush()


def _sum(key: tuple[str, datetime], values: list[int]) -> None:
    row = _counts.setdefault(key, [0, 0, 0])
    for place, value in enumerate(values):
        row[place] += value


def _write_counts(counts: dict[tuple[str, datetime], list[int]]) -> None:
    # One order: nobody waits in a circle.
    rows: list[Any] = sorted((name, hour, *values) for (name, hour), values in counts.items())
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO detection_rule_hits AS h (rule, hour, acted, shadow, errors) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (rule, hour) DO UPDATE SET acted = h.acted + excluded.acted, "
            "shadow = h.shadow + excluded.shadow, errors = h.errors + excluded.errors",
            rows,
        )


def _write_samples(samples: dict[str, list[tuple[UUID, str, bool, datetime]]]) -> None:
    rows: list[Any] = [(name, *each) for name, newest in sorted(samples.items()) for each in newest]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO detection_rule_sample (rule, item_id, item_version, acted, at) VALUES (%s, %s, %s, %s, %s)",
            rows,
        )
        cursor.execute(
            "DELETE FROM detection_rule_sample WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
            "(PARTITION BY rule ORDER BY id DESC) AS place FROM detection_rule_sample WHERE rule = ANY(%s)) s "
            "WHERE place > %s)",
            [sorted({name for name, *_ in rows}), SAMPLES_KEPT],
        )
