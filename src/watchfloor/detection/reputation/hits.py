"""Every hit is written down: in the transaction of what happened, or, of what was only asked, a moment later by another thread.

A rate counts rows of what happened, in exactly the seconds before the moment asked for: nothing is rounded to a bucket.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection

from watchfloor.detection.reputation.models import Hit
from watchfloor.items.queries import by_names

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds between two writings of what was asked
BESIDE = True  # tests write by themselves
MOST_WAITING = 100_000  # beyond it the oldest are dropped, and that is said
_waiting: deque[tuple[Hit, tuple[str, str] | None]] = deque()
_lock = threading.Lock()
_wake = threading.Event()
_thread: threading.Thread | None = None
_dropped = 0


def write(rows: Sequence[Hit]) -> None:
    """In the transaction at hand."""
    Hit.objects.bulk_create(rows)


def later(hit: Hit, account: tuple[str, str] | None) -> None:
    """Soon, by a thread of its own: whoever asked does not wait for it."""
    global _thread, _dropped
    with _lock:
        if len(_waiting) >= MOST_WAITING:
            _waiting.popleft()
            _dropped += 1
        _waiting.append((hit, account))
        if BESIDE and (_thread is None or not _thread.is_alive()):
            _thread = threading.Thread(target=_keep_writing, name="restriction-hits", daemon=True)
            _thread.start()
    _wake.set()


def flush() -> int:
    """Write what waits; how many. What cannot be written stays."""
    global _dropped
    with _lock:
        some, dropped = list(_waiting), _dropped
        _waiting.clear()
        _dropped = 0
    if dropped:
        log.warning("%d hits of restrictions were dropped: more came than could be written", dropped)
    if not some:
        return 0
    try:
        found = by_names({account for _, account in some if account is not None})
        for hit, account in some:
            if account in found:
                hit.account = found[account]
        write([hit for hit, _ in some])
    except IntegrityError as problem:
        log.warning("%d hits name a restriction that is not there: %s", len(some), problem)
    except Exception:
        with _lock:
            _waiting.extendleft(reversed(some))
        raise
    return len(some)


def used(restriction: UUID | str, who: str, window: int, now: datetime) -> tuple[int, datetime | None]:
    """How many things of this one happened in the last ``window`` seconds, and when the first of them did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(at) FROM detection_restriction_hit"
            " WHERE restriction_id = %s AND who = %s AND at > %s AND at <= %s AND NOT asked",
            [restriction, who, now - timedelta(seconds=window), now],
        )
        row: Any = cursor.fetchone()
    return row[0], row[1]


def _keep_writing() -> None:
    while True:
        _wake.wait()
        _wake.clear()
        threading.Event().wait(EVERY)
        try:
            flush()
        except Exception as problem:
            log.warning("hits of restrictions could not be written, they are tried again: %s", problem)
            _wake.set()
        finally:
            connection.close()


@atexit.register
def _last() -> None:
    if _waiting:
        try:
            flush()
        except Exception as problem:
            log.warning("%d hits of restrictions were not written: %s", len(_waiting), problem)
