"""Sessions: events of one key that follow each other within a gap. Held as stretches of time that grow together."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from watchfloor.engines.sml.counters.spec import SECOND, CounterSpec

_NEVER = -(2**62)


class _Sessions:
    """The sessions of one key, in order: beginning, end and number of events of each."""

    __slots__ = ("_begin", "_end", "_events", "late", "newest")

    def __init__(self) -> None:
        self.newest, self.late = _NEVER, 0
        self._begin: list[int] = []
        self._end: list[int] = []
        self._events: list[int] = []

    def add(self, spec: CounterSpec, at: int, number: int, value: int) -> None:
        """Note an event: it begins a session, lengthens one, or joins two."""
        place = bisect_right(self._begin, at)
        begin = end = at
        events, first, behind = 1, place, place
        if place and at - self._end[place - 1] <= spec.span:
            first = place - 1
            begin, end = self._begin[first], max(at, self._end[first])
            events += self._events[first]
        if place < len(self._begin) and self._begin[place] - at <= spec.span:
            behind = place + 1
            end = self._end[place]
            events += self._events[place]
        self._begin[first:behind], self._end[first:behind], self._events[first:behind] = [begin], [end], [events]
        self._forget(max(at, self.newest) - spec.lateness - spec.span)

    def _forget(self, before: int) -> None:
        over = bisect_right(self._end, before - 1)
        if over:
            del self._begin[:over], self._end[:over], self._events[:over]

    def session(self, spec: CounterSpec, at: int) -> int | None:
        """The place of the session an event at ``at`` stands in or would continue."""
        place = bisect_right(self._begin, at) - 1
        return place if place >= 0 and at - self._end[place] <= spec.span else None

    def plain(self) -> list[Any]:
        """Beginnings, ends, numbers of events."""
        return [self._begin, self._end, self._events]

    def restore(self, plain: list[Any]) -> None:
        """Take them back."""
        self._begin, self._end, self._events = plain


class SessionLength(_Sessions):
    """For how long the session has gone on."""

    __slots__ = ()

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """Seconds since the session began; 0 outside one."""
        place = self.session(spec, at)
        return 0.0 if place is None else (at - self._begin[place]) / SECOND


class SessionEvents(_Sessions):
    """How many events the session has had."""

    __slots__ = ()

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """The events counted in the session; 0 outside one."""
        place = self.session(spec, at)
        return 0 if place is None else self._events[place]
