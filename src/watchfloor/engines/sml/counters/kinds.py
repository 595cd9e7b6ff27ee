"""The arithmetic of one key of one counter, by kind. Integers only, so that it is the same whatever the order and the store."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from watchfloor.engines.sml.counters.rates import Rate
from watchfloor.engines.sml.counters.sessions import SessionEvents, SessionLength
from watchfloor.engines.sml.counters.spec import CounterSpec
from watchfloor.engines.sml.counters.tallies import Before, Count, Sum, Trend
from watchfloor.engines.sml.counters.uniques import Unique

NEVER = -(2**62)
"""``newest`` of a key that has counted nothing."""


class State(Protocol):
    """One key's state. ``newest`` is its newest counted event; ``late`` how many came too late to be counted."""

    newest: int
    late: int

    def __init__(self) -> None: ...

    def add(self, spec: CounterSpec, at: int, number: int, value: int) -> None:
        """Count an event that is not late."""
        ...

    def read(self, spec: CounterSpec, at: int, number: int, counted: bool) -> Any:
        """The answer for an event at ``at`` by what has been counted so far."""
        ...

    def plain(self) -> list[Any]:
        """The state as lists of integers and bytes."""
        ...

    def restore(self, plain: list[Any]) -> None:
        """Become the state that ``plain`` gave."""
        ...


_KINDS: dict[str, type[State]] = {
    "count": Count,
    "sum": Sum,
    "trend": Trend,
    "before": Before,
    "unique": Unique,
    "rate": Rate,
    "session_length": SessionLength,
    "session_events": SessionEvents,
}


def state_of(kind: str) -> type[State]:
    """The class of a kind's state."""
    return _KINDS[kind]


class _Stored(msgspec.Struct, array_like=True, frozen=True):
    newest: int
    late: int
    plain: list[Any]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Stored).decode


def dump(state: State) -> bytes:
    """A state as bytes."""
    return _encode(_Stored(state.newest, state.late, state.plain()))


def load(kind: str, stored: bytes) -> State:
    """The state that ``dump`` gave."""
    record = _decode(stored)
    state = _KINDS[kind]()
    state.newest, state.late = record.newest, record.late
    state.restore(record.plain)
    return state


__all__ = ["NEVER", "State", "dump", "load", "state_of"]
