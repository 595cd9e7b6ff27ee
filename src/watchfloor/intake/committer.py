"""Group commit: many requests, one fsync. A 202 leaves only after the commit that holds its rows.

Requests of one process put their rows into a queue; one thread with a connection of its own takes what is there (that many
more have come while the last commit was on its way), stores it in one statement and wakes the requests. No timer: under
little load a row waits for nobody. The queue is bounded: above the bound ordinary rows are refused at once; reports of the
never-shed lane always get in and go first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psycopg

from watchfloor.intake.rows import LANE_NEVER_SHED, Checked
from watchfloor.intake.store import Receipt, own_connection, store
from watchfloor.kernel.errors import Overloaded

log = logging.getLogger(__name__)

MAX_GROUP = 2_000  # rows of one commit; a single request may bring more
OVERHEAD = 600  # bytes a waiting row costs beside its body
PATIENCE = 20.0  # seconds after which a request is told that the database does not answer


class _Waiter:
    """Rows of one request (all of one lane) and the future its handler waits for."""

    __slots__ = ("future", "loop", "rows", "size")

    def __init__(self, rows: Sequence[Checked]) -> None:
        self.rows = rows
        self.size = sum(len(row.body) + OVERHEAD for row in rows)
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[list[Receipt]] = self.loop.create_future()


class Committer:
    """The writer of one process.

    Args:
        connect: makes the connection; called in the writer's thread, again after a loss.
        max_rows, max_bytes: what may wait in the ordinary lane.
        group: False commits each row by itself (to measure what the group brings).
        writers: threads, each with a connection of its own.
        patience: seconds a request waits at most; a line to the database that has gone mute is cut then.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]] = own_connection,
        *,
        max_rows: int = 10_000,
        max_bytes: int = 64 * 1024 * 1024,
        group: bool = True,
        writers: int = 1,
        patience: float = PATIENCE,
    ) -> None:
        self._patience = patience
        self._storing: dict[
            int, tuple[float, psycopg.Connection[Any]]
        ] = {}  # thread -> since when, by which connection
        self._connect, self._max_rows, self._max_bytes = connect, max_rows, max_bytes
        self._group = group
        self._urgent: deque[_Waiter] = deque()
        self._ordinary: deque[_Waiter] = deque()
        self._waiting_rows = self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._writers = writers

    async def submit(self, rows: Sequence[Checked]) -> list[Receipt]:
        """Store rows of one lane; returns when they are durable.

        Raises:
            Overloaded: nothing of them is stored (or, where the connection was lost in the act, sending them again with
                the same key is safe).
        """
        waiter = _Waiter(rows)
        with self._changed:
            if self._closed:
                raise Overloaded("The server is shutting down.", retry_after=2)
            if rows[0].lane == LANE_NEVER_SHED:
                self._urgent.append(waiter)
            else:
                # A single batch always fits into an empty queue.
                full = (
                    self._waiting_rows + len(rows) > self._max_rows
                    or self._waiting_bytes + waiter.size > self._max_bytes
                )
                if self._waiting_rows and full:
                    raise Overloaded("More is coming in than can be stored right now.", retry_after=self.retry_after())
                self._ordinary.append(waiter)
                self._waiting_rows += len(rows)
                self._waiting_bytes += waiter.size
            if not self._threads:
                self._start()
            self._changed.notify()
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(waiter.future)
        except TimeoutError:
            self._give_up(waiter)
            raise Overloaded(
                "The database has not confirmed this in time; sending it again with the same key is safe.",
                retry_after=5,
            ) from None
        finally:
            waiter.future.add_done_callback(_heard)

    def _give_up(self, waiter: _Waiter) -> None:
        """Nobody waits for these rows any more: they need not be stored, and whoever holds them up is cut off."""
        with self._changed:
            for queue in (self._urgent, self._ordinary):
                if waiter in queue:
                    queue.remove(waiter)
                    if queue is self._ordinary:
                        self._waiting_rows -= len(waiter.rows)
                        self._waiting_bytes -= waiter.size
            stuck = [line for since, line in self._storing.values() if time.monotonic() - since > self._patience / 2]
        for line in stuck:
            log.error("the database has not answered for %g s: the line is cut", self._patience)
            _cut(line)

    def retry_after(self) -> int:
        """Seconds after which a refused sender may try again."""
        return 1 + self._waiting_rows // 5_000

    def close(self) -> None:
        """Store what waits, then end the threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=30)

    # -- the writer's thread ------------------------------------------------------------------------------------------

    def _start(self) -> None:
        for number in range(self._writers):
            thread = threading.Thread(target=self._run, name=f"intake-writer-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while True:
            waiters = self._take()
            if not waiters:
                break
            rows = [row for waiter in waiters for row in waiter.rows]
            try:
                connection, receipts = self._store(connection, rows)
            except Exception as problem:
                connection = None
                if len(waiters) > 1 and not isinstance(problem, (psycopg.OperationalError, psycopg.InterfaceError)):
                    # Something in one request upsets the statement: the others must not pay for it.
                    log.exception("a group of %d requests failed; storing them one by one", len(waiters))
                    for waiter in waiters:
                        connection = self._alone(connection, waiter)
                else:
                    log.error("storing %d rows failed: %s", len(rows), problem)
                    _fail(waiters, problem)
                continue
            _answer(waiters, receipts)
        if connection is not None:
            connection.close()

    def _take(self) -> list[_Waiter]:
        """Wait for work and take a group; empty when closed and done."""
        with self._changed:
            while not self._urgent and not self._ordinary:
                if self._closed:
                    return []
                self._changed.wait()
            taken: list[_Waiter] = []
            count = 0
            for queue in (self._urgent, self._ordinary):
                while queue and (not taken or (self._group and count + len(queue[0].rows) <= MAX_GROUP)):
                    waiter = queue.popleft()
                    taken.append(waiter)
                    count += len(waiter.rows)
                    if queue is self._ordinary:
                        self._waiting_rows -= len(waiter.rows)
                        self._waiting_bytes -= waiter.size
            return taken

    def _store(
        self, connection: psycopg.Connection[Any] | None, rows: list[Checked]
    ) -> tuple[psycopg.Connection[Any], list[Receipt]]:
        """Store rows, once more on a fresh connection when the old one turns out dead (the ids make that safe)."""
        fresh = connection is None
        while True:
            try:
                if connection is None or connection.closed:
                    connection = self._connect()
                with self._changed:
                    self._storing[threading.get_ident()] = time.monotonic(), connection
                if self._group:
                    return connection, store(connection, rows)
                return connection, [receipt for row in rows for receipt in store(connection, [row])]
            except (psycopg.OperationalError, psycopg.InterfaceError):
                if connection is not None:
                    with contextlib.suppress(psycopg.Error):
                        connection.close()
                if fresh:
                    raise
                connection, fresh = None, True
                time.sleep(0)  # let the event loop run before a connect that may block for seconds
            finally:
                with self._changed:
                    self._storing.pop(threading.get_ident(), None)

    def _alone(self, connection: psycopg.Connection[Any] | None, waiter: _Waiter) -> psycopg.Connection[Any] | None:
        try:
            connection, receipts = self._store(connection, list(waiter.rows))
        except Exception as problem:
            _fail([waiter], problem)
            return None
        _answer([waiter], receipts)
        return connection


def _answer(waiters: list[_Waiter], receipts: list[Receipt]) -> None:
    """Hand each request its receipts: one wake-up per event loop, not one per request."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiter, list[Receipt]]]] = {}
    at = 0
    for waiter in waiters:
        by_loop.setdefault(waiter.loop, []).append((waiter, receipts[at : at + len(waiter.rows)]))
        at += len(waiter.rows)
    for loop, answers in by_loop.items():
        _call(loop, partial(_set_all, answers))


def _set_all(answers: list[tuple[_Waiter, list[Receipt]]]) -> None:
    for waiter, receipts in answers:
        _set(waiter.future, result=receipts)


def _fail(waiters: list[_Waiter], problem: Exception) -> None:
    for waiter in waiters:
        error = Overloaded("The database could not store this right now.", retry_after=5)
        error.__cause__ = problem
        _call(waiter.loop, partial(_set, waiter.future, error=error))


def _heard(future: asyncio.Future[list[Receipt]]) -> None:
    """Whoever gave up does not ask any more how it ended."""
    if not future.cancelled():
        future.exception()


def _cut(line: psycopg.Connection[Any]) -> None:
    """Wake the thread that waits for this connection's answer: it finds its socket closed."""
    with contextlib.suppress(OSError, psycopg.Error):
        twin = socket.socket(fileno=os.dup(line.fileno()))
        try:
            twin.shutdown(socket.SHUT_RDWR)
        finally:
            twin.close()


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[], Any]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is gone, and with it everyone who waited
        loop.call_soon_threadsafe(what)


def _set(
    future: asyncio.Future[list[Receipt]], result: list[Receipt] | None = None, error: Exception | None = None
) -> None:
    if future.done():  # the client went away
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result or [])
