"""What a counter is: its name, what it counts by, over how long, and how finely time is cut."""

from __future__ import annotations

import re
from hashlib import blake2b

import msgspec

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
LONGEST = 400 * DAY

FINE = MINUTE
"""Spans up to this long are cut finer."""

FINE_PARTS, PARTS, UNIQUE_PARTS = 600, 60, 12
"""Into at least how many buckets a span is cut; for unique counts, whose buckets are larger things, fewer."""

USUAL_LATENESS = 5 * MINUTE
"""Or the span, where that is shorter."""

_SPAN = re.compile(
    r"\s*(\d{1,6})\s*(ms|milliseconds?|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)\s*", re.ASCII
)
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_WIDTHS = [
    *(n * MILLISECOND for n in (1, 5, 10, 50, 100, 250, 500)),
    *(n * SECOND for n in (1, 2, 5, 6, 10, 12, 15, 20, 30)),
    *(n * MINUTE for n in (1, 2, 3, 5, 6, 10, 12, 15, 20, 24, 30)),
    *(n * HOUR for n in (1, 2, 3, 4, 6, 8, 12)),
    *(n * DAY for n in (1, 2, 5, 7)),
]


class CounterSpec(msgspec.Struct, frozen=True):
    """One version of one named counter. Times are microseconds.

    Attributes:
        name: the name the rules give it; it stays when the counter is edited.
        kind: ``count``, ``unique``, ``sum``, ``trend``, ``before``, ``rate``, ``session_length`` or ``session_events``.
        key: what it counts by, as the author wrote it; ``filter`` which events; ``value`` what is told apart or added up.
        span: over how long: of a rate limit the time in which it refills, of a session the gap that ends it.
        lateness: how much later than newer events of the same key one may come and still be counted.
        grain: the width of a bucket; 0 where time is not cut.
        limit, refill, strict: of a rate limit.
        version: a digest of all that, with every name followed to what it stands for. Another version is another counter.
    """

    name: str
    kind: str
    span: int
    lateness: int
    grain: int = 0
    key: str = ""
    filter: str = ""
    value: str = ""
    limit: int = 0
    refill: int = 0
    strict: bool = False
    version: str = ""
    id: str = ""

    @property
    def buckets(self) -> int:
        """How many buckets make the span."""
        return self.span // self.grain if self.grain else 0

    @property
    def horizon(self) -> int:
        """How long after a key's newest event its state can still matter, in microseconds."""
        return self.span * (2 if self.kind in ("trend", "before") else 1) + self.lateness + self.grain

    def versioned(self, key: str, chosen: str, value: str, meaning: str) -> CounterSpec:
        """The same counter with its expressions; ``meaning`` is what they come down to."""
        parts = (self.kind, self.span, self.lateness, self.grain, self.limit, self.refill, self.strict, meaning)
        version = blake2b(repr(parts).encode(), digest_size=6).hexdigest()
        return msgspec.structs.replace(
            self, key=key, filter=chosen, value=value, version=version, id=f"{self.name}@{version}"
        )


def span_of(text: str) -> int:
    """Microseconds of a span as authors write it: ``'90s'``, ``'10 minutes'``, ``'1h'``, ``'7d'``, ``'2 weeks'``.

    Raises:
        ValueError: it is none, is nothing, or is longer than 400 days.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is no span of time")
    unit = match[2]
    span = int(match[1]) * (MILLISECOND if unit.startswith(("ms", "milli")) else _UNITS[unit[0]])
    if not 0 < span <= LONGEST:
        raise ValueError(f"{text[:40]!r} is not between a millisecond and 400 days")
    return span


def grain_of(span: int, *, unique: bool = False) -> int:
    """The widest usual bucket that divides a span into enough parts (a millisecond where none does)."""
    parts = UNIQUE_PARTS if unique else FINE_PARTS if span <= FINE else PARTS
    return max((w for w in _WIDTHS if span % w == 0 and span // w >= parts), default=MILLISECOND)
