"""What rules ask: the lists as they stand, in memory, exchanged as soon as a version is newer.

A look for newer versions costs one small query a second. A short list is read again at once; a long one beside the rules that
go on asking the version before, for the seconds it takes.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.detection.models_lists import ListEntry, NamedList
from watchfloor.engines.sml.lists import ListTable, no_list
from watchfloor.kernel.remembered import Remembered

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds between looks for newer versions
LONG = 20_000  # entries from which a list is read beside the work


class _State(msgspec.Struct, frozen=True):
    """Which row of the database a table was made from, or has to be."""

    pk: UUID
    kind: str
    version: int
    size: int
    distance: float
    changed_at: datetime


class LiveLists:
    """The lists of this installation. Safe to share between threads; a list is read when a rule first asks it."""

    def __init__(self) -> None:
        self.states: Remembered[dict[str, _State]] = Remembered(_states, seconds=LOOK_EVERY)
        self._tables: dict[str, tuple[_State, ListTable]] = {}
        self._locks: dict[str, threading.Lock] = {}

    def table(self, name: str) -> ListTable:
        """The list as it stands now, at most a second (a long one: a few) behind.

        Raises:
            NotFound: there is none of that name.
        """
        states = self.states()
        state = states.get(name)
        if state is None:
            raise no_list(name, states)
        known = self._tables.get(name)
        if known is not None and known[0] == state:
            return known[1]
        lock = self._locks.setdefault(name, threading.Lock())
        if known is not None and state.size > LONG:
            if lock.acquire(blocking=False):
                threading.Thread(
                    target=self._beside, args=(name, state, lock), name=f"list {name}", daemon=True
                ).start()
            return known[1]
        with lock:
            known = self._tables.get(name)
            if known is None or known[0] != state:
                known = self._tables[name] = (state, _read(name, state))
            return known[1]

    def _beside(self, name: str, state: _State, lock: threading.Lock) -> None:
        try:
            self._tables[name] = (state, _read(name, state))
        except Exception:
            log.exception(
                "version %d of the list %s could not be read; rules go on asking the one before", state.version, name
            )
        finally:
            lock.release()
            connection.close()


def _states() -> dict[str, _State]:
    rows = NamedList.objects.filter(archived_at__isnull=True).order_by("name")
    fields = ("name", "pk", "kind", "version", "size", "distance", "changed_at")
    return {name: _State(pk, *rest) for name, pk, *rest in rows.values_list(*fields)}


def _read(name: str, state: _State) -> ListTable:
    rows = ListEntry.objects.filter(list_id=state.pk, removed_version__isnull=True)
    if state.kind == "bank":
        rows = rows.order_by("id")  # of two examples equally near, the older one is named
    entries = list(rows.values_list("value", "expires_at").iterator(chunk_size=20_000))
    return ListTable(name, state.kind, entries, version=state.version, distance=state.distance)


LISTS = LiveLists()
"""What the rules in force ask."""


def forget() -> None:
    """Look for newer versions at the next question."""
    LISTS.states.forget()
