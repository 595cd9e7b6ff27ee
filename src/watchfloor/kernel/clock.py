"""One source of time, so that a fortnight can be replayed and every clock can be tested.

Nothing in Watchfloor calls ``datetime.now`` or the database's ``now()`` for a time that is stored or compared: it asks here.
``at(moment)`` sets the clock for the code inside it (and for the tasks it starts: it is a context variable).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("watchfloor_clock", default=None)


def now() -> datetime:
    """The current moment, in UTC."""
    fixed = _fixed.get()
    return fixed if fixed is not None else datetime.now(UTC)


def unix_ms() -> int:
    """Milliseconds since 1970, from the same clock."""
    fixed = _fixed.get()
    return int(fixed.timestamp() * 1000) if fixed is not None else time.time_ns() // 1_000_000


def stands() -> bool:
    """Whether the clock has been set and does not run."""
    return _fixed.get() is not None


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block the clock stands at ``moment`` (which must know its time zone)."""
    if moment.tzinfo is None:
        raise ValueError("clock.at needs a moment with a time zone")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
