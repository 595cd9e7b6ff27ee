"""Named counters in event time: counts, unique counts, sums, rate limits, sessions and trends, the same live and in a replay.

    store = MemoryCounters()
    for event in events:
        outcome = rules.evaluate(event, counters=store)

What each counter means is said in docs/explanation/counters.md. A *kind* (``kinds``) is the arithmetic of one key, pure and the
same everywhere; a *store* (``store.CounterStore``) keeps the keys: ``MemoryCounters`` here, databases elsewhere.
"""

from watchfloor.engines.sml.counters.memory import MemoryCounters
from watchfloor.engines.sml.counters.reorder import InOrder
from watchfloor.engines.sml.counters.spec import CounterSpec
from watchfloor.engines.sml.counters.store import (
    LATE,
    Ask,
    CounterStore,
    Moment,
    Peek,
    address,
    moment_of,
    tally,
)

__all__ = [
    "LATE",
    "Ask",
    "CounterSpec",
    "CounterStore",
    "InOrder",
    "MemoryCounters",
    "Moment",
    "Peek",
    "address",
    "moment_of",
    "tally",
]
