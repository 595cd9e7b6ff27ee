"""What the language asks of a store of counters, whoever keeps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Protocol

from watchfloor.engines.sml.counters.kinds import State, load, state_of
from watchfloor.engines.sml.counters.spec import CounterSpec
from watchfloor.engines.sml.outcome import Event

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_63_BITS = 2**63 - 1


class _Late:
    def __repr__(self) -> str:
        return "late"


LATE: Final = _Late()
"""The answer for an event that came later than the counter's lateness: it was not counted, and no number would be right."""


class Moment(NamedTuple):
    """An event as counters know it: its time (microseconds since 1970) and its number. The two together name it."""

    at: int
    number: int


class Ask(NamedTuple):
    """One counter asked for one event. ``key`` is bytes that name the key; ``value`` an amount or a hash, by kind."""

    spec: CounterSpec
    key: bytes
    counted: bool
    value: int


class CounterStore(Protocol):
    """Keeps counters."""

    def count(self, moment: Moment, asks: Sequence[Ask], *, keep: bool = True) -> list[Any]:
        """Count an event in each counter asked for, and answer each: a number, a bool, or ``LATE``.

        An event that a counter has counted already is not counted again; with ``keep=False`` nothing is stored and the answers
        are what they would be. May be called several times for one event, each time with other counters.
        """
        ...


class Peek:
    """A store seen through glass: it answers as if it had counted, and counts nothing. For explanations."""

    def __init__(self, store: CounterStore) -> None:
        self._store = store

    def count(self, moment: Moment, asks: Sequence[Ask], *, keep: bool = True) -> list[Any]:
        """What the store would answer."""
        return self._store.count(moment, asks, keep=False)


def moment_of(event: Event) -> Moment:
    """The time and number of an event."""
    return Moment((event.timestamp - _EPOCH) // _MICROSECOND, event.action_id & _63_BITS)


def answer(state: State, moment: Moment, ask: Ask, *, known: bool) -> tuple[Any, bool]:
    """Count one event in one key's state, unless it is ``known`` there; the answer, and whether the state changed."""
    spec = ask.spec
    if state.newest - moment.at > spec.lateness:
        if ask.counted and not known:
            state.late += 1
            return LATE, True
        return LATE, False
    counts = ask.counted and not known
    if counts:
        state.add(spec, moment.at, moment.number, ask.value)
        state.newest = max(state.newest, moment.at)
    return state.read(spec, moment.at, moment.number, ask.counted), counts


def tally(
    moment: Moment, asks: Sequence[Ask], known: Collection[str], states: Mapping[str, bytes | None]
) -> tuple[list[Any], dict[str, State]]:
    """The work of a store that keeps states as bytes.

    Args:
        known: ids of the counters that have counted this event already.
        states: the stored state of each counter's key, by the counter's id; None or absent where it is new.

    Returns:
        the answers, and the states that changed, by the counter's id.
    """
    answers = []
    changed: dict[str, State] = {}
    for ask in asks:
        stored = states.get(ask.spec.id)
        state = load(ask.spec.kind, stored) if stored else state_of(ask.spec.kind)()
        found, touched = answer(state, moment, ask, known=ask.spec.id in known)
        answers.append(found)
        if touched:
            changed[ask.spec.id] = state
    return answers, changed


def address(ask: Ask) -> bytes:
    """16 bytes that name one key of one counter: what stores keep instead of the key, which may be a person's."""
    return blake2b(ask.spec.id.encode() + b"\0" + ask.key, digest_size=16).digest()
