"""One process of many leads: who holds a session lock of PostgreSQL does the work, the others stand by.

Nothing expires: a leader that dies, or that is cut off from the database, has lost its lock at once, and the next one leads within
seconds. For a moment both may be at work (the old one ends its last piece), so what is led must be safe in two processes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)
LOOK = 2.0  # seconds between two looks


def lead(lock: int, stop: threading.Event, work: Callable[[threading.Event], None], *, look: float = LOOK) -> None:
    """Call ``work(ended)`` in a thread whenever this process holds ``lock``; set ``ended`` when it no longer does. Until ``stop``."""
    from django.db import Error, connection

    while not stop.is_set():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
                won = bool(cursor.fetchone()[0])
            if won:
                _lead(stop, work, look)
        except Error as problem:
            log.warning("the lead was lost: %s", problem)
            connection.close()
        stop.wait(look)
    connection.close()


def _lead(stop: threading.Event, work: Callable[[threading.Event], None], look: float) -> None:
    from django.db import connection

    log.info("this process leads")
    ended = threading.Event()
    thread = threading.Thread(target=work, args=(ended,), name="leader", daemon=True)
    thread.start()
    try:
        while not stop.wait(look):
            with connection.cursor() as cursor:  # on the very connection that holds the lock: no connection, no lock
                cursor.execute("SELECT 1")
            if not thread.is_alive():
                raise RuntimeError("what this process leads has ended")
    finally:
        ended.set()
        thread.join()
