"""How many people a queue needs now, by one simple rule that is said beside the number; staffing proper may take its place."""

from __future__ import annotations

import math
from collections.abc import Iterable

HOURS = 4  # of backlog that is late or falls due, worked off within as many
OCCUPANCY = 0.85  # of their time that people spend on cases


def needed(arrivals_per_hour: float, handling_s: float | None, due: int) -> int | None:
    """Work that comes in, plus what is late or due within ``HOURS`` spread over them, in people at ``OCCUPANCY``.

    None where nothing was handled yet, so that nobody knows how long a case takes.
    """
    if handling_s is None:
        return None
    load = (arrivals_per_hour + due / HOURS) * handling_s / 3600
    return math.ceil(load / OCCUPANCY - 1e-9)


def handling_per_unit(queues: Iterable[tuple[int, float | None, float]]) -> float | None:
    """Seconds for one unit of weight, from ``(solved, seconds each, weight of a job)`` of all queues; None where nothing was solved.

    Times a queue's weight it stands for the time of a queue in which nobody has solved anything within the hour.
    """
    seconds = units = 0.0
    for solved, each, weight in queues:
        if solved and each is not None:
            seconds += solved * each
            units += solved * weight
    return seconds / units if units else None
