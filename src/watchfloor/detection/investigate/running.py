"""Running a question over the lake: a few at once, each with an end, answers kept while the lake stays the same."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from watchfloor.detection import lakes
from watchfloor.kernel.errors import Overloaded, WatchfloorError

if TYPE_CHECKING:
    import polars as pl

SECONDS = 20.0  # a question that takes longer is stopped
AT_ONCE = 3
WAIT = 10.0
KEEP = 256
PIECE = 1_000_000  # events between two looks at the clock
A = TypeVar("A")


class TooSlow(WatchfloorError):
    """A question was stopped."""

    status = 503

    def __init__(self, seconds: float) -> None:
        super().__init__(
            "too_slow", f"The question took more than {seconds:.0f} seconds and was stopped.",
            hint="Ask about a shorter span, or add a condition on a number or a short text.",
        )  # fmt: skip


_places = threading.BoundedSemaphore(AT_ONCE)
_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = threading.Lock()


def pieces(
    plan: Callable[[list[lakes.File]], pl.LazyFrame],
    files: Sequence[lakes.File],
    *,
    rows: int = PIECE,
    seconds: float | None = None,
) -> Iterator[pl.DataFrame]:
    """The plan's frame for each few files in turn, so that a question can be stopped between two, and memory stays flat.

    (Polars' own way to cancel a running query ends the process when the query is let go of before its end.)

    Raises:
        Overloaded: too many questions at once.
        TooSlow: it took longer than ``seconds`` and was stopped.
    """
    seconds = SECONDS if seconds is None else seconds
    if not _places.acquire(timeout=WAIT):
        raise Overloaded("Too many questions are being answered.")
    try:
        end = time.monotonic() + seconds
        for piece in _few(files, rows):
            if time.monotonic() > end:
                raise TooSlow(seconds)
            yield plan(piece).collect()
    finally:
        _places.release()


def _few(files: Sequence[lakes.File], rows: int) -> Iterator[list[lakes.File]]:
    piece: list[lakes.File] = []
    for each in files:
        if piece and sum(one.rows for one in piece) + each.rows > rows:
            yield piece
            piece = []
        piece.append(each)
    if piece:
        yield piece


def kept(key: Hashable, make: Callable[[], A]) -> A:
    """The answer to the same question about the same lake, made once."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[no-any-return]
    answer = make()
    with _lock:
        _kept[key] = answer
        while len(_kept) > KEEP:
            _kept.popitem(last=False)
    return answer


def forget() -> None:
    """Keep nothing (tests)."""
    with _lock:
        _kept.clear()
