"""The chance of the compiled simulation: the streams of ``draws``, the items that come, how long they take and when they leave."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from watchfloor.engines.staffing.simulation.totals import QUEUE

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    return cast(F, numba.njit(cache=True, nogil=True)(function))


_A, _B, _C = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11, _ONE = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11), np.uint64(1)
_AUTOMATED = QUEUE.index("automated")


@compiled
def uniform(key: Any, number: int) -> float:
    """As ``draws.uniform``."""
    state = key + _A * (np.uint64(number) + _ONE)
    state = (state ^ (state >> _30)) * _B
    state = (state ^ (state >> _27)) * _C
    state = state ^ (state >> _31)
    return float(state >> _11) * 2.0**-53


@compiled
def arrivals(
    items: Any,
    begin: Any,
    line_arrivals: Any,
    automated: Any,
    keys: Any,
    interval: int,
    warm: int,
    end: int,
    counts: Any,
    came: Any,
    number: Any,
) -> bool:
    """Fill the items of every queue between ``begin[q]`` and ``begin[q + 1]``; false where one does not fit. ``items[q]`` is how many."""
    for queue in range(len(automated)):
        spent, reached, hour, index, at = 0.0, 0.0, 0, 0, begin[queue]
        hours = line_arrivals.shape[1]
        while True:
            spent -= math.log(1.0 - uniform(keys[queue, 0], index))
            while hour < hours and reached + line_arrivals[queue, hour] < spent:
                reached += line_arrivals[queue, hour]
                hour += 1
            if hour == hours:
                break
            when = int((hour + (spent - reached) / line_arrivals[queue, hour]) * interval)
            if when >= end:
                break
            if automated[queue] > 0.0 and uniform(keys[queue, 4], index) < automated[queue]:
                if when >= warm:
                    counts[queue, _AUTOMATED] += 1
            else:
                if at == begin[queue + 1]:
                    return False
                came[at] = when
                number[at] = index
                at += 1
            index += 1
        items[queue] = at - begin[queue]
    return True


@compiled
def handling(
    spread: int, mean: float, location: float, scale: float, pace: float, key: Any, too: Any, index: int
) -> int:
    if spread == 0:
        took = -mean * math.log(1.0 - uniform(key, index))
    elif spread == 1:
        far = math.sqrt(-2.0 * math.log(1.0 - uniform(key, index)))
        normal = far * math.cos(2.0 * math.pi * uniform(too, index))
        took = math.exp(location + scale * normal)
    else:
        took = mean
    return max(1, int(took * pace))


@compiled
def leaves(came: int, patience: float, key: Any, index: int) -> int:
    return came + 1 + int(-patience * math.log(1.0 - uniform(key, index)))
