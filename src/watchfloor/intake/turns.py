"""Who is read next: ordinary requests take turns and are read in slices; what may be urgent passes them.

One event loop reads and checks all that a process takes in. A batch takes it some ten milliseconds, and requests come as they like: so
an urgent report would wait behind all of those that happen to have come before it. Here it waits for one slice of one of them at most. The
others wait in a row of bounded length; beyond that they are refused unread, which costs little.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from watchfloor.kernel.errors import Overloaded

MOST = 512  # requests in the row
MOST_BYTES = 4 * 1024 * 1024  # their bodies: some tenths of a second to read
SLICE = 8  # rows that are checked before somebody else may go on


class Turns:
    """The row of one process's event loop."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()
        self.waiting = self.size = 0

    def free(self) -> bool:
        """Whether nobody is being read, nor waits for it."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._lock, self.waiting, self.size = loop, asyncio.Lock(), 0, 0
        return not self.waiting

    @asynccontextmanager
    async def turn(self, size: int) -> AsyncIterator[None]:
        """Wait for one's turn, and have it. A single request always fits into an empty row.

        Raises:
            Overloaded: the row is full.
        """
        if not self.free() and (self.waiting >= self._most or self.size + size > self._most_bytes):
            raise Overloaded("More is coming in than can be checked right now.", retry_after=self.retry_after())
        self.waiting += 1
        self.size += size
        lock = self._lock
        try:
            async with lock:
                yield
        finally:
            if lock is self._lock:
                self.waiting -= 1
                self.size -= size

    def retry_after(self) -> int:
        """Seconds after which a refused sender may try again."""
        return 1 + self.size // (2 * 1024 * 1024)


async def pause(count: int) -> None:
    """Between rows: after each slice, others may go on."""
    if count % SLICE == 0:
        await asyncio.sleep(0)
