"""What is read again and again and seldom changes, kept by the process for a few seconds.

    kinds = Remembered(read_kinds)          # kinds() reads at most every few seconds; kinds.forget() after a change

Whoever changes the thing calls ``forget``; other processes see the change when their copy has aged. ``forget_all`` is for tests.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
SECONDS = 3.0
_everything: WeakSet[Any] = WeakSet()


class Remembered(Generic[T]):
    """One value with the function that reads it. Safe between threads: one of them reads, the others wait for it."""

    def __init__(self, read: Callable[[], T], *, seconds: float = SECONDS) -> None:
        self._read, self._seconds = read, seconds
        self._lock = threading.Lock()
        self._kept: tuple[float, T] | None = None
        self._changes = 0
        _everything.add(self)

    def __call__(self) -> T:
        kept = self._kept
        if kept is not None and time.monotonic() - kept[0] < self._seconds:
            return kept[1]
        with self._lock:
            if self._kept is not None and self._kept is not kept:
                return self._kept[1]  # read by another thread while this one waited
            changes, value = self._changes, self._read()
            if changes == self._changes:  # else it was forgotten while it was read, and is already old
                self._kept = (time.monotonic(), value)
            return value

    def forget(self) -> None:
        """Read again at the next use."""
        self._changes += 1
        self._kept = None


class RememberedBy(Generic[K, T]):
    """A value per key, the one that was read from the database longest ago dropped when there are more than ``limit``."""

    def __init__(self, read: Callable[[K], T], *, seconds: float = SECONDS, limit: int = 10_000) -> None:
        self._read, self._seconds, self._limit = read, seconds, limit
        self._lock = threading.Lock()
        self._kept: dict[K, tuple[float, T]] = {}
        _everything.add(self)

    def __call__(self, key: K) -> T:
        book = self._kept
        kept = book.get(key)
        if kept is not None and time.monotonic() - kept[0] < self._seconds:
            return kept[1]
        value = self._read(key)  # not under the lock: readers of other keys need not wait
        with self._lock:  # what was forgotten while it was read goes into the book that is no longer used
            book.pop(key, None)
            book[key] = (time.monotonic(), value)
            if len(book) > self._limit:
                del book[next(iter(book))]
        return value

    def forget(self) -> None:
        """Read all again at their next use."""
        self._kept = {}


def forget_all() -> None:
    """Every process-wide memory starts anew (between tests, whose transactions are rolled back)."""
    for each in list(_everything):
        each.forget()
