"""Between who fetches a stream and who reads it: pieces in order, no more of them in memory than a bound."""

from __future__ import annotations

import threading
import time
from collections import deque

import msgspec

MOST = 16 * 1024 * 1024  # bytes that wait; one larger piece alone may


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of a stream. ``fresh``: it begins a container of its own, ``head`` is what must come before it then. ``cut``: it begins
    where a clip of evidence may begin. ``at``: its second in the stream, if known. ``whole``: seconds count from the broadcast's
    beginning. ``came``: when it arrived (monotonic)."""

    data: bytes
    head: bytes = b""
    fresh: bool = False
    cut: bool = False
    at: float | None = None
    whole: bool = False
    came: float = 0.0


class Stopped(Exception):
    """Nobody reads any more."""


class Pipe:
    """``put`` waits while too much waits; ``get`` waits for a piece, gives None at the end, and raises what ``fail`` was given."""

    def __init__(self) -> None:
        self._pieces: deque[Piece] = deque()
        self._size = 0
        self._over = False
        self._stopped = False
        self._problem: Exception | None = None
        self._change = threading.Condition()

    def put(self, piece: Piece) -> None:
        """Raises ``Stopped`` when nobody reads any more."""
        piece = msgspec.structs.replace(piece, came=time.monotonic())
        with self._change:
            while self._size and self._size + len(piece.data) > MOST and not self._stopped:
                self._change.wait(1.0)
            if self._stopped:
                raise Stopped
            self._pieces.append(piece)
            self._size += len(piece.data)
            self._change.notify_all()

    def end(self, problem: Exception | None = None) -> None:
        """No more comes; with a problem, the reader meets it after what did come."""
        with self._change:
            self._over, self._problem = True, problem
            self._change.notify_all()

    def stop(self) -> None:
        """Nobody reads any more: who puts is told."""
        with self._change:
            self._stopped = True
            self._change.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether ``stop`` was called."""
        return self._stopped

    def wait(self, seconds: float) -> None:
        """For who puts: a pause that ends early, by ``Stopped``, when nobody reads any more."""
        with self._change:
            self._change.wait_for(lambda: self._stopped, seconds)
            if self._stopped:
                raise Stopped

    def get(self, seconds: float) -> Piece | None:
        """The next piece. Raises ``TimeoutError`` when none came in time."""
        with self._change:
            self._change.wait_for(lambda: self._pieces or self._over or self._stopped, seconds)
            if self._stopped:
                raise Stopped
            if self._pieces:
                piece = self._pieces.popleft()
                self._size -= len(piece.data)
                self._change.notify_all()
                return piece
            if not self._over:
                raise TimeoutError
            if self._problem is not None:
                raise self._problem
            return None
