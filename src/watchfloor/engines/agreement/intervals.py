"""Intervals of shares and of ratios: how far a number from a sample may lie from the truth, without assuming the sample is large.

Sources: Wilson, Probable inference (1927); Clopper and Pearson, The use of confidence or fiducial limits (1934); Davison and Hinkley,
Bootstrap methods and their application (1997), section 3.8, for clusters that are drawn again whole.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from watchfloor.engines.agreement.reliability import quantile
from watchfloor.engines.textmodels.metrics import wilson as _wilson
from watchfloor.kernel.errors import BadInput


class Interval(msgspec.Struct, frozen=True):
    """A value and the bounds between which the truth lies in ``confidence`` of samples."""

    value: float
    low: float
    high: float


def wilson(hits: float, of: float, confidence: float = 0.95) -> Interval:
    """Wilson's interval of a share; the sizes may be effective ones. (0, 0, 1) where nothing was counted."""
    _check(hits, of, confidence)
    found = _wilson(hits, of, confidence=confidence)
    return Interval(found.value, found.low, found.high)


def clopper_pearson(hits: float, of: float, confidence: float = 0.95) -> Interval:
    """The exact interval: it covers at least ``confidence`` whatever the truth is, as a contract's test must; sizes may be effective."""
    _check(hits, of, confidence)
    if of == 0:
        return Interval(0.0, 0.0, 1.0)
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else quantile(hits, of - hits + 1, tail)
    high = 1.0 if hits == of else quantile(hits + 1, of - hits, 1 - tail)
    return Interval(hits / of, low, high)


def bootstrap(
    clusters: Iterable[Sequence[tuple[float, float]]], *, confidence: float = 0.95, rounds: int = 1000, seed: int = 0
) -> Interval:
    """A ratio of sums with the percentile interval over whole clusters drawn again (a person's day, say).

    Args:
        clusters: each holds (numerator, denominator) of its units, weights already in both.

    Raises:
        BadInput: fewer than two clusters, or nothing in the denominator.
    """
    sums = [(math.fsum(n for n, _ in rows), math.fsum(d for _, d in rows)) for rows in clusters if rows]
    below = math.fsum(d for _, d in sums)
    if len(sums) < 2 or below <= 0:
        raise BadInput("too_few_clusters", "An interval over clusters needs at least two of them.", where="clusters")
    chance = random.Random(seed)
    found = []
    for _ in range(rounds):
        drawn = chance.choices(sums, k=len(sums))
        under = math.fsum(d for _, d in drawn)
        if under > 0:
            found.append(math.fsum(n for n, _ in drawn) / under)
    found.sort()
    tail = (1 - confidence) / 2
    low, high = _at(found, tail), _at(found, 1 - tail)
    return Interval(math.fsum(n for n, _ in sums) / below, low, high)


@lru_cache(1024)
def student(share: float, freedom: float) -> float:
    """The quantile of Student's t: where ``share`` of it lies below."""
    if share < 0.5:
        return -student(1 - share, freedom)
    if share == 0.5:
        return 0.0
    x = quantile(freedom / 2, 0.5, 2 * (1 - share))
    return math.sqrt(freedom * (1 - x) / x) if x > 0 else math.inf


def _at(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _check(hits: float, of: float, confidence: float) -> None:
    if not 0 <= hits <= of:
        raise BadInput("bad_counts", f"{hits} of {of} cannot be.", where="hits", hint="0 <= hits <= of.")
    if not 0 < confidence < 1:
        raise BadInput("bad_confidence", "The confidence lies between 0 and 1, such as 0.95.", where="confidence")
