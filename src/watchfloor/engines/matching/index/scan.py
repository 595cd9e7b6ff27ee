"""Every row compared with every question, in order: exact, and the quickest way when there are few rows or nearly all are near."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.hashes import apart

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Ids, Rows

_PART = 1 << 14  # rows at a time, half a megabyte: they stay in the processor's cache while all questions pass


def scan(rows: Rows, asked: Rows, radius: int) -> tuple[Ids, Ids, Ids]:
    """(question, position, distance) of every row within ``radius`` bits of a question."""
    np = numpy()
    questions, positions, distances = [], [], []
    for first in range(0, len(rows), _PART):
        part = np.ascontiguousarray(rows[first : first + _PART])
        for number, row in enumerate(asked):
            distance = apart(part, row)
            near = np.flatnonzero(distance <= radius)
            if len(near):
                questions.append(np.full(len(near), number, dtype=np.int64))
                positions.append(near + first)
                distances.append(distance[near])
    if not questions:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing
    return np.concatenate(questions), np.concatenate(positions), np.concatenate(distances)
