"""Counters in the database: counted in the transaction that screens the event, so that both happen or neither does.

A key's state is one row, locked while it is counted. Rows that are missing are made first, then all are locked, both in order of
their addresses: so events that share keys wait for each other and cannot block each other. One row for each event says which
counters have counted it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from watchfloor.engines.sml.counters import Ask, CounterStore, Moment, Peek, address, tally
from watchfloor.engines.sml.counters.kinds import State, dump
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

SLACK = timedelta(hours=1)
"""A state is kept for so long after it can matter, for events that were held up."""

REMEMBERED = timedelta(days=7)
"""For so long an event that is delivered again is known."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)

_SEE = """
INSERT INTO detection_counted_event (number, at, counters, counted_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (number, at) DO NOTHING RETURNING 1"""
_SEEN = "SELECT counters FROM detection_counted_event WHERE number = %s AND at = %s"
_SEE_MORE = "UPDATE detection_counted_event SET counters = %s WHERE number = %s AND at = %s"
_READ = "SELECT address, state FROM detection_counter_state WHERE address = ANY(%s)"
_LOCK = _READ + " ORDER BY address FOR UPDATE"
_CHANGE = """
UPDATE detection_counter_state AS s SET state = n.state, late = n.late, expires_at = n.expires_at
FROM unnest(%s::uuid[], %s::bytea[], %s::int[], %s::timestamptz[]) AS n (address, state, late, expires_at)
WHERE s.address = n.address"""
_MAKE = """
INSERT INTO detection_counter_state (address, counter, state, late, expires_at)
SELECT n.address, n.counter, ''::bytea, 0, %s FROM unnest(%s::uuid[], %s::text[]) AS n (address, counter)
WHERE NOT EXISTS (SELECT 1 FROM detection_counter_state s WHERE s.address = n.address)
ORDER BY n.address ON CONFLICT (address) DO NOTHING"""
_PRUNE = """
DELETE FROM detection_counter_state WHERE address IN
(SELECT address FROM detection_counter_state WHERE expires_at < %s LIMIT %s FOR UPDATE SKIP LOCKED)"""
_PRUNE_EVENTS = """
DELETE FROM detection_counted_event WHERE (number, at) IN
(SELECT number, at FROM detection_counted_event WHERE counted_at < %s LIMIT %s FOR UPDATE SKIP LOCKED)"""


_REDIS = ("redis://", "rediss://", "unix://")


class DatabaseCounters:
    """The store of the serving process and of workers. Joins the transaction at hand, or makes one."""

    def count(self, moment: Moment, asks: Sequence[Ask], *, keep: bool = True) -> list[Any]:
        """See ``CounterStore``."""
        counting = [ask.spec.id for ask in asks if ask.counted] if keep else []
        with _together() if counting else nullcontext(), connection.cursor() as cursor:
            known = _see(cursor, moment, counting) if counting else _seen(cursor, moment)
            places = {UUID(bytes=address(ask)): ask for ask in asks}
            if counting:
                names = [ask.spec.id for ask in places.values()]
                cursor.execute(_MAKE, [clock.now() + SLACK, list(places), names])
            cursor.execute(_LOCK if counting else _READ, [list(places)])
            found = dict(cursor.fetchall())
            states = {ask.spec.id: found.get(place) for place, ask in places.items()}
            answers, changed = tally(moment, asks, known, states)
            if keep and changed:
                _change(cursor, {place: ask for place, ask in places.items() if ask.spec.id in changed}, changed)
        return answers


_DATABASE = DatabaseCounters()


def store() -> CounterStore:
    """Where the rules in force keep their counters: ``WATCHFLOOR_COUNTERS``, the database where it is not set.

    Raises:
        BadInput: the setting is no address of a store.
        MissingExtra: the store's client is not installed.
    """
    address = os.environ.get("WATCHFLOOR_COUNTERS", "").strip()
    return _store_at(address) if address else _DATABASE


@cache
def _store_at(address: str) -> CounterStore:
    """One client a process; its connections are shared by all threads."""
    if address.startswith(_REDIS):
        from watchfloor.detection.counting_redis import connect

        return connect(address)
    raise BadInput(
        "bad_setting", "WATCHFLOOR_COUNTERS is no address of a store of counters.", where="WATCHFLOOR_COUNTERS",
        hint="redis://host:6379/0 (or rediss://, unix://); unset: the database.",
    )  # fmt: skip


@contextmanager
def looking(deadline: float | None = None) -> Iterator[CounterStore]:
    """The counters, to be read and never changed; in the database from one snapshot.

    Args:
        deadline: the moment (``time.perf_counter()``) from which on nobody waits for the answer.

    Raises:
        TimeoutError: the database could not answer until then.
    """
    found = store()
    if found is not _DATABASE:
        yield Peek(found)
        return
    left = None if deadline is None else int((deadline - time.perf_counter()) * 1000)
    if left is not None and left <= 0:
        raise TimeoutError
    outermost = not connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                if left is not None:
                    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(left)])
            yield Peek(found)
    except OperationalError as problem:
        if isinstance(problem.__cause__, QueryCanceled):
            raise TimeoutError from None
        raise


def prune(limit: int = 5_000) -> int:
    """Delete states that can no longer matter and events that are no longer remembered; how many rows."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, [now - SLACK, limit])
        gone = cursor.rowcount
        cursor.execute(_PRUNE_EVENTS, [now - REMEMBERED, limit])
        return int(gone + cursor.rowcount)


def late() -> dict[str, int]:
    """How many events came too late to be counted, by counter and version, of the keys that are kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT counter, sum(late) FROM detection_counter_state GROUP BY counter HAVING sum(late) > 0")
        return {counter: int(number) for counter, number in cursor.fetchall()}


def _together() -> AbstractContextManager[Any]:
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def _see(cursor: Any, moment: Moment, counting: list[str]) -> Collection[str]:
    """Note that these counters count the event; which of all counters have done so before."""
    wanted = msgspec.json.encode(counting).decode()
    cursor.execute(_SEE, [moment.number, moment.at, wanted, clock.now()])
    if cursor.fetchone() is not None:
        return ()
    cursor.execute(_SEEN + " FOR UPDATE", [moment.number, moment.at])
    before = _decoded(cursor.fetchone())
    if not before.issuperset(counting):
        both = msgspec.json.encode(sorted(before.union(counting))).decode()
        cursor.execute(_SEE_MORE, [both, moment.number, moment.at])
    return before


def _seen(cursor: Any, moment: Moment) -> Collection[str]:
    cursor.execute(_SEEN, [moment.number, moment.at])
    return _decoded(cursor.fetchone())


def _decoded(row: Any) -> set[str]:
    if row is None:
        return set()
    return set(msgspec.json.decode(row[0]) if isinstance(row[0], str) else row[0])


def _change(cursor: Any, places: dict[UUID, Ask], changed: dict[str, State]) -> None:
    states = [changed[ask.spec.id] for ask in places.values()]
    ends = [_moment(state.newest + ask.spec.horizon) for ask, state in zip(places.values(), states, strict=True)]
    late = [min(state.late, 2**31 - 1) for state in states]
    cursor.execute(_CHANGE, [list(places), [dump(state) for state in states], late, ends])


def _moment(at: int) -> datetime:
    try:
        return min(_EPOCH + timedelta(microseconds=at), _LAST)
    except OverflowError:
        return _LAST
