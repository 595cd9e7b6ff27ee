"""What one job weighs: its kind's weight times its queue's. One ordinary review in an ordinary queue is 1. Pure.

The weights of kinds say that an appeal is read against an earlier decision, that an escalation is looked into, and that a cluster is
read by a sample; they are a rule of the house for sharing out work, and nobody's numbers are divided by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

KINDS: Final[Mapping[str, float]] = {"appeal": 2.0, "escalation": 3.0, "cluster": 10.0}
LEAST: Final = 0.1
LARGEST: Final = 20.0


def weight(kind: str, queue_weight: float = 1.0) -> float:
    """The units of one job."""
    return KINDS.get(kind, 1.0) * queue_weight


def units(counts: Iterable[tuple[str, str, int]], weights: Mapping[str, float]) -> float:
    """The units of ``(queue, kind, how many)``; a queue that is gone weighs 1."""
    return sum(weight(kind, weights.get(queue, 1.0)) * count for queue, kind, count in counts)
