"""Work that never ends: small functions a worker calls again and again (drain the spool, sequence the ledger, deliver ...).

A context registers its loops in ``tasks.py``; ``run`` gives each a thread. A loop function does one bounded piece and returns how
much it did: more than nothing means "call me again at once". Connections come from the role's pool (``platform.pools``) and go back
when a loop has nothing to do: a hundred loops would else hold a hundred connections, most of them idle.

A loop says where its work belongs. ``WORK`` is shared by any number of workers; ``CLOCK`` gains nothing from a second process (clocks,
sweeps, the ledger's sequencer); ``EACH`` cares for the memory or the disk of the process that runs it. Workers do it all unless
``WATCHFLOOR_SCHEDULER=apart`` gives ``CLOCK`` to ``watchfloor run scheduler``. That is thrift, not safety: every loop may run in any
number of processes at once.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.platform.meters import METERS

log = logging.getLogger(__name__)
WORK, CLOCK, EACH = "work", "clock", "each"


class Loop(msgspec.Struct, frozen=True):
    """One registered loop. ``idle`` is the pause in seconds after a call that found nothing to do."""

    name: str
    idle: float
    work: Callable[[], int]
    place: str = CLOCK


_loops: dict[str, Loop] = {}
threads: list[threading.Thread] = []
done: dict[str, int] = {}  # what each loop of this process has done so far, for its health page


def loop(name: str, *, idle: float, place: str = CLOCK) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Register a function: ``@loop("ledger.sequence", idle=0.2)``, ``@loop("intake.drain", idle=0.2, place=WORK)``."""

    def register(work: Callable[[], int]) -> Callable[[], int]:
        _loops[name] = Loop(name, idle, work, place)
        return work

    return register


def apart() -> bool:
    """Whether the clock's loops are the scheduler's, by ``WATCHFLOOR_SCHEDULER``."""
    value = os.environ.get("WATCHFLOOR_SCHEDULER", "").strip().lower() or "within"
    if value not in {"within", "apart"}:
        raise BadInput(
            "bad_setting", f"{value!r} is no place for the scheduler.", where="WATCHFLOOR_SCHEDULER",
            hint="within: workers do its work; apart: watchfloor run scheduler does.",
        )  # fmt: skip
    return value == "apart"


def names_for(role: str) -> list[str]:
    """The loops of a role: ``scheduler``, or ``worker`` as the setting has it."""
    places = {CLOCK, EACH} if role == "scheduler" else {WORK, EACH} if apart() else {WORK, CLOCK, EACH}
    return [each.name for each in load().values() if each.place in places]


def load() -> dict[str, Loop]:
    """All loops of all contexts, by name."""
    from django.conf import settings

    for context in settings.CONTEXTS:
        if find_spec(f"watchfloor.{context}.tasks") is not None:
            import_module(f"watchfloor.{context}.tasks")
    return dict(_loops)


def run(stop: threading.Event, names: list[str] | None = None) -> None:
    """Run the loops until ``stop`` is set. An error is logged and costs its loop a pause that grows to 30 s."""
    threads[:] = [
        threading.Thread(target=_keep_going, args=(each, stop), name=each.name, daemon=True)
        for each in load().values()
        if names is None or each.name in names
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(timeout=10)
    threads.clear()


def _keep_going(each: Loop, stop: threading.Event) -> None:
    from django.db import close_old_connections, connection

    pooled = bool(connection.settings_dict["OPTIONS"].get("pool"))
    failures = 0
    METERS.put("watchfloor_loop_pause_seconds", each.idle, loop=each.name)
    while not stop.is_set():
        started = time.monotonic()
        try:
            close_old_connections()
            did = each.work()
            done[each.name] = done.get(each.name, 0) + did
            failures = 0
            METERS.put("watchfloor_loop_last_success_timestamp_seconds", time.time(), loop=each.name)
        except Exception:
            failures += 1
            METERS.add("watchfloor_loop_failures_total", loop=each.name)
            log.exception("%s failed after %.1f s; attempt %d", each.name, time.monotonic() - started, failures)
            connection.close()
            did = 0
        if not did:
            if pooled:
                connection.close()  # back into the pool
            stop.wait(each.idle if not failures else min(30.0, each.idle + 0.5 * 2**failures))
    connection.close()
