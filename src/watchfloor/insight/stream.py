"""The live stream of a page: says which topics changed, and nothing else; regions of the page then ask for what they show.

A topic has changed when the ledger holds events of its types that were not there before. One look at the ledger serves every
viewer of the process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec
from asgiref.sync import sync_to_async
from django.db import connection

EVERY = 2.0  # seconds
BEAT = 15.0  # a comment line, so that proxies keep the line open
TOPICS: dict[str, tuple[str, ...]] = {
    "jobs": ("job.",),
    "cases": ("case.", "decision.", "report.", "signal.", "note."),
    "appeals": ("appeal.",),
    "escalations": ("escalation.",),
    "oncall": ("page.", "call.", "incident.", "schedule."),
    "actions": ("action.", "strike.", "notice."),
    "rules": ("rule.", "rule_file.", "model."),
    "topics": ("topic.",),
    "people": ("presence.", "reviewer.", "vendor."),
    "floor": ("",),  # anything
}


class Watch:
    """How far the ledger was when last looked at, and when each topic last changed."""

    def __init__(self) -> None:
        self.looked = 0.0
        self.ordinal: int | None = None
        self.changed: dict[str, int] = dict.fromkeys(TOPICS, 0)
        self.lock = asyncio.Lock()

    async def look(self) -> dict[str, int]:
        """For each topic the ordinal of its newest event seen; asks the database at most once in ``EVERY``."""
        async with self.lock:
            if time.monotonic() - self.looked >= EVERY:
                self.note(await sync_to_async(_ask, thread_sensitive=False)(self.ordinal))
                self.looked = time.monotonic()
            return dict(self.changed)

    def note(self, found: list[tuple[str, int]]) -> None:
        """Take in ``(event type, highest ordinal)`` pairs."""
        for type_, ordinal in found:
            self.ordinal = max(self.ordinal or 0, ordinal)
            for topic, beginnings in TOPICS.items():
                if type_.startswith(beginnings):
                    self.changed[topic] = max(self.changed[topic], ordinal)


def newest(after: int | None) -> list[tuple[str, int]]:
    """Types of events past an ordinal with their highest; without one, only where the ledger stands."""
    with connection.cursor() as cursor:
        if after is None:
            cursor.execute("SELECT '', coalesce(max(ordinal), 0) FROM ledger_event")
        else:
            cursor.execute("SELECT type, max(ordinal) FROM ledger_event WHERE ordinal > %s GROUP BY 1", [after])
        return [(str(type_), int(ordinal)) for type_, ordinal in cursor.fetchall()]


def _ask(after: int | None) -> list[tuple[str, int]]:
    """``newest`` in a thread of its own, whose connection nobody else will close."""
    try:
        return newest(after)
    finally:
        connection.close()


_watch: Watch | None = None


def watch() -> Watch:
    """The process's own."""
    global _watch
    if _watch is None:
        _watch = Watch()
    return _watch


async def events(topics: set[str], shared: Watch | None = None) -> AsyncIterator[bytes]:
    """Server-sent events: ``data: {"topic": "jobs"}`` for each change, a comment when nothing happens for a while."""
    shared = shared or watch()
    seen = await shared.look()
    yield b"retry: 3000\n\n"
    told = time.monotonic()
    while True:
        now = await shared.look()
        for topic in sorted(topics & now.keys()):
            if now[topic] > seen.get(topic, 0):
                yield b"data: " + msgspec.json.encode({"topic": topic}) + b"\n\n"
                told = time.monotonic()
        seen = now
        if time.monotonic() - told > BEAT:
            yield b": still here\n\n"
            told = time.monotonic()
        await asyncio.sleep(EVERY)
