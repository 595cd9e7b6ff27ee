"""Rate limits: a token bucket that refills steadily, exact in whole numbers, and the same when events come out of order.

One token is ``span`` units; every microsecond brings ``refill`` units, up to ``limit`` tokens. An attempt takes a token or is
refused; under ``strict`` a refused attempt takes whatever is there, so that who keeps trying stays out.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import Any

from watchfloor.engines.sml.counters.spec import CounterSpec

_NEVER = -(2**62)
MOST = 1_000
"""Attempts of one key that are kept to be put in order; of more within the lateness, the oldest are settled."""


class Rate:
    """The bucket as it stood when the last attempt that nothing can precede was made, and the attempts since, in order."""

    __slots__ = ("_level", "_level_at", "_now", "_recent", "late", "newest")

    def __init__(self) -> None:
        self.newest, self.late = _NEVER, 0
        self._level, self._level_at = 0, _NEVER  # settled
        self._recent: list[tuple[int, int]] = []
        self._now: tuple[int, int, bool] | None = None  # level, time and answer after the last of the recent ones

    def add(self, spec: CounterSpec, at: int, number: int, value: int) -> None:
        """Note an attempt."""
        attempt = (at, number)
        if self._recent and attempt < self._recent[-1]:
            insort(self._recent, attempt)
            self._now = None
        else:
            before = self._now or self._replay(spec, len(self._recent))
            self._recent.append(attempt)
            self._now = _attempt(spec, before[0], before[1], at)
        settled = bisect_right(self._recent, (max(self.newest, at) - spec.lateness, -1))
        settled = max(settled, len(self._recent) - MOST)
        if settled > 16 or len(self._recent) > MOST:
            self._level, self._level_at, _ = self._replay(spec, settled)
            del self._recent[:settled]

    def _replay(self, spec: CounterSpec, attempts: int) -> tuple[int, int, bool]:
        level, level_at, refused = self._level, self._level_at, False
        for at, _ in self._recent[:attempts]:
            level, level_at, refused = _attempt(spec, level, level_at, at)
        return level, level_at, refused

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """Whether the attempt was refused; what is no attempt is not."""
        if not counted:
            return False
        attempt = (at, number)
        if self._now is not None and self._recent and self._recent[-1] == attempt:
            return self._now[2]
        return self._replay(spec, bisect_right(self._recent, attempt))[2]

    def plain(self) -> list[Any]:
        """The settled bucket and the recent attempts."""
        return [self._level, self._level_at, self._recent]

    def restore(self, plain: list[Any]) -> None:
        """Take them back."""
        self._level, self._level_at, recent = plain
        self._recent = [(at, number) for at, number in recent]
        self._now = None


def _attempt(spec: CounterSpec, level: int, level_at: int, at: int) -> tuple[int, int, bool]:
    """The bucket after an attempt, and whether it was refused. A bucket never used is full."""
    full = spec.limit * spec.span
    at = max(at, level_at)  # what comes before a settled attempt is taken to come with it
    level = full if level_at == _NEVER else min(full, level + (at - level_at) * spec.refill)
    if level >= spec.span:
        return level - spec.span, at, False
    return (0 if spec.strict else level), at, True
