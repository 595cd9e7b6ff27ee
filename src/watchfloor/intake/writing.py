"""One lane's writer: what waits for the database, and the threads that store it, each with a connection of its own.

A group is what has come while the last commit was on its way: there is no timer.
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

from watchfloor.intake.rows import Checked
from watchfloor.intake.store import Receipt, store
from watchfloor.kernel.errors import Overloaded

log = logging.getLogger(__name__)

MAX_GROUP = 500  # rows of one commit; a single request may bring more
OVERHEAD = 600  # bytes a waiting row costs beside its body


class Waiter:
    """Rows of one request (all of one lane) and the future its handler waits for."""

    __slots__ = ("future", "loop", "rows", "size")

    def __init__(self, rows: Sequence[Checked]) -> None:
        self.rows = rows
        self.size = sum(len(row.body) + OVERHEAD for row in rows)
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[list[Receipt]] = self.loop.create_future()


class Lane:
    """The rows of one lane that wait, and who stores them. ``most_rows`` and ``most_bytes`` 0: whatever comes may wait."""

    def __init__(
        self, name: str, connect: Callable[[], psycopg.Connection[Any]], *, group: bool, writers: int, patience: float,
        most_rows: int = 0, most_bytes: int = 0,
    ) -> None:  # fmt: skip
        self._name, self._connect, self._group, self._writers, self._patience = name, connect, group, writers, patience
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._storing: dict[
            int, tuple[float, psycopg.Connection[Any]]
        ] = {}  # thread -> since when, by which connection
        self.queue: deque[Waiter] = deque()
        self.rows = self.size = 0
        self._changed = threading.Condition()
        self._closed = False
        self._threads: list[threading.Thread] = []

    def put(self, waiter: Waiter) -> None:
        """Let these rows wait.

        Raises:
            Overloaded: they may not.
        """
        count = len(waiter.rows)
        with self._changed:
            if self._closed:
                raise Overloaded("The server is shutting down.", retry_after=2)
            full = self._most_rows and (
                self.rows + count > self._most_rows or self.size + waiter.size > self._most_bytes
            )
            if self.rows and full:  # a single batch always fits into an empty queue
                raise Overloaded("More is coming in than can be stored right now.", retry_after=self.retry_after())
            self.queue.append(waiter)
            self.rows += count
            self.size += waiter.size
            if not self._threads:
                self._start()
            self._changed.notify()

    def give_up(self, waiter: Waiter) -> None:
        """Nobody waits for these rows any more: they need not be stored, and whoever holds them up is cut off."""
        with self._changed:
            if waiter in self.queue:
                self.queue.remove(waiter)
                self._left(waiter)
            stuck = [line for since, line in self._storing.values() if time.monotonic() - since > self._patience / 2]
        for line in stuck:
            log.error("the database has not answered for %g s: the line is cut", self._patience)
            _cut(line)

    def retry_after(self) -> int:
        """Seconds after which a refused sender may try again."""
        return 1 + self.rows // 5_000

    def end(self) -> None:
        """Take nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait until what waits is stored."""
        for thread in self._threads:
            thread.join(timeout=30)

    def _left(self, waiter: Waiter) -> None:
        self.rows -= len(waiter.rows)
        self.size -= waiter.size

    # -- the writer's thread ------------------------------------------------------------------------------------------

    def _start(self) -> None:
        for number in range(self._writers):
            thread = threading.Thread(target=self._run, name=f"intake-{self._name}-{number}", daemon=True)
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

    def _take(self) -> list[Waiter]:
        """Wait for work and take a group; empty when closed and done."""
        with self._changed:
            while not self.queue:
                if self._closed:
                    return []
                self._changed.wait()
            taken: list[Waiter] = []
            count = 0
            while self.queue and (not taken or (self._group and count + len(self.queue[0].rows) <= MAX_GROUP)):
                waiter = self.queue.popleft()
                taken.append(waiter)
                count += len(waiter.rows)
                self._left(waiter)
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

    def _alone(self, connection: psycopg.Connection[Any] | None, waiter: Waiter) -> psycopg.Connection[Any] | None:
        try:
            connection, receipts = self._store(connection, list(waiter.rows))
        except Exception as problem:
            _fail([waiter], problem)
            return None
        _answer([waiter], receipts)
        return connection


def _answer(waiters: list[Waiter], receipts: list[Receipt]) -> None:
    """Hand each request its receipts: one wake-up per event loop, not one per request."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Waiter, list[Receipt]]]] = {}
    at = 0
    for waiter in waiters:
        by_loop.setdefault(waiter.loop, []).append((waiter, receipts[at : at + len(waiter.rows)]))
        at += len(waiter.rows)
    for loop, answers in by_loop.items():
        _call(loop, partial(_set_all, answers))


def _set_all(answers: list[tuple[Waiter, list[Receipt]]]) -> None:
    for waiter, receipts in answers:
        _set(waiter.future, result=receipts)


def _fail(waiters: list[Waiter], problem: Exception) -> None:
    for waiter in waiters:
        error = Overloaded("The database could not store this right now.", retry_after=5)
        error.__cause__ = problem
        _call(waiter.loop, partial(_set, waiter.future, error=error))


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
