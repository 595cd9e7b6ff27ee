"""A slow question can be stopped by who asked it, from whichever process of the web: DuckDB is interrupted where it counts.

Whoever stops leaves a file of the question's name in the data folder; the process that counts looks for it while it does.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

import duckdb
from django.conf import settings

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import Conflict

LOOK: Final = 0.1  # seconds between two looks
KEPT: Final = 600.0  # seconds that a file stays


class _Question:
    """One question that is being counted."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign
        self.cursor: duckdb.DuckDBPyConnection | None = None

    def look(self) -> None:
        """Interrupt it when somebody said so: again at each look, for an interrupt between two queries is lost."""
        cursor = self.cursor
        if cursor is not None and self.sign.exists():
            cursor.interrupt()


_now: ContextVar[_Question | None] = ContextVar("question", default=None)
_asked: set[_Question] = set()
_guard = threading.Lock()
_watching = False


@contextmanager
def stoppable(actor: Actor, name: str) -> Iterator[None]:
    """What is asked of the lake inside, in this thread, stops when the same actor stops ``name``.

    Raises:
        Conflict: it was stopped.
    """
    question = _Question(_sign(actor, name))
    with _guard:
        _asked.add(question)
        _watch()
    before = _now.set(question)
    try:
        yield
    except duckdb.InterruptException:
        raise _stopped() from None
    finally:
        _now.reset(before)
        with _guard:
            _asked.discard(question)
        question.sign.unlink(missing_ok=True)


def stop(actor: Actor, name: str) -> None:
    """Stop one's own question, now or as soon as it begins; nothing where there is none."""
    sign = _sign(actor, name)
    sign.parent.mkdir(parents=True, exist_ok=True)
    old = time.time() - KEPT
    for each in sign.parent.iterdir():
        with suppress(OSError):
            if each.stat().st_mtime < old:
                each.unlink()
    sign.touch()


def fetch(cursor: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one query; ``Conflict`` when its question was stopped."""
    question = _now.get()
    if question is None:
        return cursor.execute(sql, values).fetchall()
    if question.sign.exists():
        raise _stopped()
    question.cursor = cursor
    try:
        return cursor.execute(sql, values).fetchall()
    finally:
        question.cursor = None


def _stopped() -> Conflict:
    return Conflict("stopped", "It was stopped.")


def _sign(actor: Actor, name: str) -> Path:
    told = hashlib.sha256(f"{actor}\n{name}".encode()).hexdigest()[:40]  # nobody stops what another asked
    return Path(settings.HOME) / "run" / "stops" / told


def _watch() -> None:
    """One thread looks for all questions of the process, while there are any."""
    global _watching
    if not _watching:
        _watching = True
        threading.Thread(target=_look, name="stopping", daemon=True).start()


def _look() -> None:
    global _watching
    while True:
        with _guard:
            if not _asked:
                _watching = False
                return
            here = list(_asked)
        for each in here:
            each.look()
        time.sleep(LOOK)
