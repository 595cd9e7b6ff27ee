"""How many must be labelled so that the interval is as narrow as wanted."""

from __future__ import annotations

import math
from statistics import NormalDist

from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.kernel.errors import BadInput


def needed(share: float, half: float, *, population: int | None = None, confidence: float = 0.95) -> int:
    """The smallest simple sample whose Wilson interval around ``share`` is at most ``half`` to either side.

    ``population``: fewer are needed of a small one. It never exceeds it.

    Raises:
        BadInput: a share or half-width that is none.
    """
    if not 0 <= share <= 1 or not 0 < half < 1:
        raise BadInput("bad_share", "The expected share lies between 0 and 1, the half-width between.", where="half")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    low, high = 1, max(2, math.ceil(z * z / (half * half)) * 4)
    while low < high:
        middle = (low + high) // 2
        found = wilson(share * middle, middle, confidence=confidence)
        if (found.high - found.low) / 2 <= half:
            high = middle
        else:
            low = middle + 1
    if population is None:
        return low
    return min(population, math.ceil(low / (1 + (low - 1) / max(1, population))))
