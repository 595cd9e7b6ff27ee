"""Counters in memory: for backtests, tests, plain files, and a worker that keeps its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from watchfloor.engines.sml.counters.kinds import State, dump, load, state_of
from watchfloor.engines.sml.counters.spec import CounterSpec
from watchfloor.engines.sml.counters.store import Ask, Moment, answer

SWEEP_EVERY = 50_000
REMEMBERED = 50_000


class _Snapshot(msgspec.Struct, array_like=True, frozen=True):
    specs: list[CounterSpec]
    states: list[dict[bytes, bytes]]
    seen: list[tuple[int, int, int]]


class MemoryCounters:
    """Keeps counters in dictionaries. Not for several threads at once.

    Args:
        remember: how many of the last events are remembered, so that one delivered again is not counted twice.
    """

    def __init__(self, *, remember: int = REMEMBERED) -> None:
        self._remember = remember
        self._specs: list[CounterSpec] = []
        self._index: dict[str, int] = {}
        self._states: list[dict[bytes, State]] = []
        self._seen: dict[
            Moment, int
        ] = {}  # event -> the counters that have counted it, one bit each; in order of arrival
        self._since_sweep = 0
        self._oldest: int | None = None

    def count(self, moment: Moment, asks: Sequence[Ask], *, keep: bool = True) -> list[Any]:
        """See ``CounterStore``."""
        seen = self._seen.get(moment, 0)
        answers = []
        for ask in asks:
            spec, key, counted, _ = ask
            index = self._index.get(spec.id)
            if index is None:
                index = self._begin(spec)
            states = self._states[index]
            state = states.get(key)
            if state is None:
                state = state_of(spec.kind)()
                if keep and counted:
                    states[key] = state
            elif not keep:
                state = load(spec.kind, dump(state))
            bit = 1 << index
            answers.append(answer(state, moment, ask, known=bool(seen & bit))[0])
            if counted:
                seen |= bit
        if keep:
            self._remembered(moment, seen)
        return answers

    def _begin(self, spec: CounterSpec) -> int:
        self._index[spec.id] = index = len(self._specs)
        self._specs.append(spec)
        self._states.append({})
        return index

    def _remembered(self, moment: Moment, seen: int) -> None:
        self._seen[moment] = seen
        if len(self._seen) > self._remember:
            del self._seen[next(iter(self._seen))]
        self._since_sweep += 1
        if self._oldest is None or moment.at < self._oldest:
            self._oldest = moment.at
        if self._since_sweep >= SWEEP_EVERY:
            # By the oldest event met since the last time: one event from the future must not sweep the others' keys away.
            self.sweep(self._oldest)
            self._since_sweep, self._oldest = 0, None

    def sweep(self, at: int) -> int:
        """Forget keys that can no longer matter to an event at ``at`` (microseconds) or later; how many. Done by itself, too."""
        gone = 0
        for spec, states in zip(self._specs, self._states, strict=True):
            before = at - spec.horizon
            over = [key for key, state in states.items() if state.newest < before]
            for key in over:
                del states[key]
            gone += len(over)
        return gone

    def __len__(self) -> int:
        """How many keys are kept, of all counters."""
        return sum(len(states) for states in self._states)

    def late(self) -> dict[str, int]:
        """How many events came too late to be counted, by the counter's name."""
        found: dict[str, int] = {}
        for spec, states in zip(self._specs, self._states, strict=True):
            found[spec.name] = found.get(spec.name, 0) + sum(state.late for state in states.values())
        return found

    def snapshot(self) -> bytes:
        """Everything, as bytes."""
        states = [{key: dump(state) for key, state in each.items()} for each in self._states]
        return msgspec.msgpack.encode(_Snapshot(self._specs, states, [(*m, seen) for m, seen in self._seen.items()]))

    @classmethod
    def restored(cls, snapshot: bytes, *, remember: int = REMEMBERED) -> MemoryCounters:
        """The counters that ``snapshot`` gave."""
        read = msgspec.msgpack.decode(snapshot, type=_Snapshot)
        store = cls(remember=remember)
        for spec, states in zip(read.specs, read.states, strict=True):
            index = store._begin(spec)
            store._states[index] = {key: load(spec.kind, state) for key, state in states.items()}
        store._seen = {Moment(at, number): seen for at, number, seen in read.seen}
        return store
