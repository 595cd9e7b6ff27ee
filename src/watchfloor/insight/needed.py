"""How many people a queue needs now, by one simple rule that is said beside the number; staffing proper may take its place."""

from __future__ import annotations

import math

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
