"""Puts events that come a little out of order back into order, at the price of waiting for the lateness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush

from watchfloor.engines.sml.outcome import Event


class InOrder:
    """Holds events back until none that belongs before them can still come.

    With it every answer of every counter is what a replay in order gives. ``late`` counts the events that came too late even so;
    they are let through at once.
    """

    def __init__(self, lateness: timedelta) -> None:
        self._lateness = lateness
        self._waiting: list[tuple[datetime, int, int, Event]] = []
        self._newest: datetime | None = None
        self._arrived = 0
        self.late = 0

    def push(self, event: Event) -> Iterator[Event]:
        """Take an event; gives those whose turn has come."""
        if self._newest is not None and event.timestamp < self._newest - self._lateness:
            self.late += 1
        if self._newest is None or event.timestamp > self._newest:
            self._newest = event.timestamp
        self._arrived += 1
        heappush(self._waiting, (event.timestamp, event.action_id, self._arrived, event))
        while self._waiting and self._waiting[0][0] < self._newest - self._lateness:
            yield heappop(self._waiting)[3]

    def rest(self) -> Iterator[Event]:
        """What is left when no more will come."""
        while self._waiting:
            yield heappop(self._waiting)[3]

    def all(self, events: Iterable[Event]) -> Iterator[Event]:
        """A whole stream in order."""
        for event in events:
            yield from self.push(event)
        yield from self.rest()
