"""Running a question over the lake: a few at once, each with an end, answers kept (and grown) while the lake stays the same."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from watchfloor.detection import lakes
from watchfloor.detection.investigate import matching
from watchfloor.kernel.errors import Overloaded, WatchfloorError

SECONDS = 20.0  # a question that takes longer is stopped
AT_ONCE = 3
WAIT = 10.0
KEEP = 256
PIECE = 250_000  # events between two looks at the clock
THREADS = os.cpu_count() or 1
A = TypeVar("A")
Files = list[lakes.File]


class TooSlow(WatchfloorError):
    """A question was stopped."""

    status = 503

    def __init__(self, seconds: float) -> None:
        super().__init__(
            "too_slow", f"The question took more than {seconds:.0f} seconds and was stopped.",
            hint="Ask about a shorter span, or ask again: what was counted is kept for a while.",
        )  # fmt: skip


_places = threading.BoundedSemaphore(AT_ONCE)
_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = threading.Lock()
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="investigate")


def few(files: Sequence[lakes.File], rows: int | None = None) -> deque[Files]:
    """The files in pieces of about so many rows, the newest first; the files of an hour are never apart."""
    rows = PIECE if rows is None else rows
    pieces: deque[Files] = deque()
    size = 0
    for each in reversed(files):
        if not pieces or (size + each.rows > rows and pieces[-1][0].hour != each.hour):
            pieces.append([])
            size = 0
        pieces[-1].insert(0, each)
        size += each.rows
    return pieces


def through(
    work: Callable[[Files], A], waiting: deque[Files], *, seconds: float, threads: int | None = None
) -> Iterator[A]:
    """What the work gives for each piece, in order. A piece leaves ``waiting`` when its answer is handed out.

    It ends early, with pieces left, after ``seconds``, but not before the first. (Polars' own way to cancel a running query ends
    the process when the query is let go of before its end; so the clock is looked at between pieces.)

    Args:
        threads: how many pieces at a time; 1: in the caller's own thread.

    Raises:
        Overloaded: too many questions at once.
    """
    threads = THREADS if threads is None else threads
    if not _places.acquire(timeout=WAIT):
        raise Overloaded("Too many questions are being answered.")
    ahead: deque[Future[A]] = deque()
    try:
        end = time.monotonic() + seconds
        begun = False
        while waiting and (ahead or not begun or time.monotonic() < end):
            begun = True
            if threads == 1:
                answer = work(waiting[0])
            else:
                while len(ahead) < min(threads, len(waiting)) and (not ahead or time.monotonic() < end):
                    ahead.append(_threads.submit(work, waiting[len(ahead)]))
                answer = ahead.popleft().result()
            waiting.popleft()
            yield answer
    finally:
        for each in ahead:
            each.cancel()
        _places.release()


class Growing:
    """An answer that is counted piece by piece, from the newest hour backwards, over as many requests as it takes.

    Args:
        work: what is made of some files, maybe in another thread.
        add: puts that into the answer; whether it is whole already.
    """

    def __init__(
        self,
        waiting: deque[Files],
        work: Callable[[Files], Any],
        add: Callable[[Any], bool],
        threads: int | None = None,
    ) -> None:
        self.waiting, self._work, self._add, self._threads = waiting, work, add, threads
        self._busy = threading.Lock()

    def grow(self, patience: float | None) -> None:
        """Count on for so many seconds; None: to the end.

        Raises:
            TooSlow: None, and the end was not reached within ``SECONDS``.
        """
        with self._busy:
            seconds = SECONDS if patience is None else patience
            for each in through(self._work, self.waiting, seconds=seconds, threads=self._threads):
                if self._add(each):
                    self.waiting.clear()
                    break
            if self.waiting and patience is None:
                raise TooSlow(seconds)


def kept(key: Hashable, make: Callable[[], A]) -> A:
    """The same thing for the same question about the same lake, made once."""
    with _lock:
        if key not in _kept:
            _kept[key] = make()
            while len(_kept) > KEEP:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]  # type: ignore[no-any-return]


def forget() -> None:
    """Keep nothing (tests)."""
    matching.forget()
    with _lock:
        _kept.clear()
