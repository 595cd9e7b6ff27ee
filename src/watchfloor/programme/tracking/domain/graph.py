"""What waits for what: rings are refused by name, and what cannot keep its date because of another is found."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from watchfloor.programme.tracking.domain.states import LIVE

K = TypeVar("K", bound=Hashable)


class Piece(msgspec.Struct, frozen=True):
    """What the graph knows of an action."""

    due: datetime | None
    state: str


def ring(waits: Mapping[K, Sequence[K]], start: K) -> list[K]:
    """The ring that ``start`` stands in, beginning and ending with it; [] when there is none. Unknown names wait for nothing."""
    came: dict[K, K] = {}
    todo = [start]
    while todo:
        at = todo.pop()
        for other in waits.get(at, ()):
            if other == start:
                path = [start, at]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1] if at != start else [start, start]
            if other not in came:
                came[other] = at
                todo.append(other)
    return []


def held_up(due: datetime | None, state: str, before: Iterable[tuple[K, Piece]]) -> list[K]:
    """Which of the things it waits for end only after it is due itself: that date cannot hold."""
    if due is None or state not in LIVE:
        return []
    return [key for key, piece in before if piece.state in LIVE and piece.due is not None and piece.due > due]


def in_order(waits: Mapping[K, Sequence[K]]) -> list[K]:
    """Everything, each after what it waits for; what is first stays first. Of a ring (there should be none) each once."""
    done: dict[K, None] = {}
    for root in waits:
        stack: list[tuple[K, bool]] = [(root, False)]
        opened: set[K] = set()
        while stack:
            at, left = stack.pop()
            if at in done or at not in waits:
                continue
            if left:
                done[at] = None
                continue
            if at in opened:
                continue
            opened.add(at)
            stack.append((at, True))
            stack.extend((other, False) for other in reversed(waits[at]))
    return list(done)
