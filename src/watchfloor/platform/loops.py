"""Work that never ends: small functions a worker calls again and again (drain the spool, sequence the ledger, deliver ...).

A context registers its loops in ``tasks.py``; ``run`` gives each a thread with its own database connection. A loop function
does one bounded piece and returns how much it did: more than nothing means "call me again at once".
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import msgspec

from watchfloor.platform.meters import METERS

log = logging.getLogger(__name__)


class Loop(msgspec.Struct, frozen=True):
    """One registered loop. ``idle`` is the pause in seconds after a call that found nothing to do."""

    name: str
    idle: float
    work: Callable[[], int]


_loops: dict[str, Loop] = {}


def loop(name: str, *, idle: float) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Register a function: ``@loop("ledger.sequence", idle=0.2)``."""

    def register(work: Callable[[], int]) -> Callable[[], int]:
        _loops[name] = Loop(name, idle, work)
        return work

    return register


def load() -> dict[str, Loop]:
    """All loops of all contexts, by name."""
    from django.conf import settings

    for context in settings.CONTEXTS:
        if find_spec(f"watchfloor.{context}.tasks") is not None:
            import_module(f"watchfloor.{context}.tasks")
    return dict(_loops)


def run(stop: threading.Event, names: list[str] | None = None) -> None:
    """Run the loops until ``stop`` is set. An error is logged and costs its loop a pause that grows to 30 s."""
    threads = [
        threading.Thread(target=_keep_going, args=(each, stop), name=each.name, daemon=True)
        for each in load().values()
        if names is None or each.name in names
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(timeout=10)


def _keep_going(each: Loop, stop: threading.Event) -> None:
    from django.db import close_old_connections, connection

    failures = 0
    METERS.put("watchfloor_loop_pause_seconds", each.idle, loop=each.name)
    while not stop.is_set():
        started = time.monotonic()
        try:
            close_old_connections()
            done = each.work()
            failures = 0
            METERS.put("watchfloor_loop_last_success_timestamp_seconds", time.time(), loop=each.name)
        except Exception:
            failures += 1
            METERS.add("watchfloor_loop_failures_total", loop=each.name)
            log.exception("%s failed after %.1f s; attempt %d", each.name, time.monotonic() - started, failures)
            connection.close()
            done = 0
        if not done:
            stop.wait(each.idle if not failures else min(30.0, each.idle + 0.5 * 2**failures))
    connection.close()
