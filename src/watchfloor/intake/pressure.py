"""Whether this process keeps up with what comes in, and which requests may be refused unread when it does not.

Checking a row costs more than storing it, so the queue before the database may be empty while requests wait for the processor. How late
the event loop is with a small appointment of its own says so. While it is late, bodies that cannot hold a report of the never-shed lane
are refused as soon as they are read; to see that they cannot takes a look for a few words, much less than reading and checking them.
"""

from __future__ import annotations

import asyncio
import importlib
import re
from typing import Any

from watchfloor.intake.rows import LANE_NEVER_SHED, Known

EVERY = 0.05  # seconds between two appointments
LATE = 0.15  # seconds late: more comes in than is checked
HIDDEN = "data_base64"  # the member of a CloudEvent in which anything may stand


class Pressure:
    """How late one event loop is; a process has one."""

    def __init__(self, late: float = LATE) -> None:
        self.bound = late
        self.lag = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._words: tuple[object, Any, re.Pattern[bytes]] = (None, None, re.compile(b""))

    def watch(self) -> None:
        """Keep appointments on the running loop from now on."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self.lag = loop, 0.0
            loop.call_later(EVERY, self._kept, loop, loop.time() + EVERY)

    def _kept(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        if self._loop is not loop:
            return
        self.lag = max(loop.time() - due, self.lag / 2)
        loop.call_later(EVERY, self._kept, loop, loop.time() + EVERY)

    @property
    def high(self) -> bool:
        """Whether it is late."""
        return self.lag > self.bound

    def retry_after(self) -> int:
        """Seconds after which a refused sender may try again."""
        return 1 + int(self.lag * 10)

    def may_be_urgent(self, body: bytes, known: Known) -> bool:
        """Whether a row of the never-shed lane can be in there: one of its reasons stands there as a value, or might, written in escapes
        or within an event's base64."""
        if self._words[0] is not known:
            self._words = known, *_words(known)
        _, named, escaped = self._words
        if b"\\" in body:
            body = body.replace(b"\\/", b"/")
            if b"\\u00" in body and escaped.search(body) is not None:
                return True
        return named.search(body) is not None


def _words(known: Known) -> tuple[Any, re.Pattern[bytes]]:
    """The names of reasons that are never shed, theirs elsewhere among them, as values; and how a letter of one is written in an escape."""
    urgent = {key for key, lane in known.reasons.items() if lane == LANE_NEVER_SHED}
    names = urgent | {name for name, key in known.aliases.items() if key in urgent} | {HIDDEN}
    letters = sorted({letter for word in names for letter in word.encode() if letter < 128})
    codes = "|".join(f"{letter:02x}" for letter in letters)
    pattern = b"|".join(re.escape(f'"{name}"'.encode()) for name in sorted(names))
    return _compiled(pattern), re.compile(rf"\\u00(?:{codes})".encode(), re.IGNORECASE)


def _compiled(pattern: bytes) -> Any:
    """By RE2 where it is installed: one pass, four times as fast."""
    try:
        library = importlib.import_module("re2")
    except ImportError:
        return re.compile(pattern)
    return (library if hasattr(library, "Set") else re).compile(pattern)  # other things go by its name, too
