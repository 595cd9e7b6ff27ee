"""Whether a model's scores of one day are unlike those of the days before, with a bound on how often that is said for nothing.

A day's scores are counts by bins. Days of a platform differ by more than chance alone: the distance of each past day from the rest
says by how much. The distance of the new day (two-sample chi-square; Pearson) is divided by that and held against Fisher's F, so a
shift alarms once it is larger than what the days do by themselves. It must also be large enough to matter (population stability index).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from watchfloor.engines.metrics.tails import beta_i

ALARMS = 0.0005  # of the test; with days that vary wildly fewer than one day in two hundred alarms for nothing
LEAST_DAYS = 7
LEAST_SCORES = 200  # a day with fewer says too little
MATTERS = 0.1  # of the population stability index; below it credit scorers speak of no change
_LEAST_EXPECTED = 5.0


class Drift(NamedTuple):
    """How unlike a day is: ``p`` (how often days like the past ones are as unlike), ``moved`` (population stability index), and whether
    both are beyond their bounds."""

    p: float
    moved: float
    alarm: bool


def of_day(day: Sequence[int], past: Sequence[Sequence[int]], *, alarms: float = ALARMS) -> Drift | None:
    """The drift of a day's counts by bins against past days' (the same bins); None where there is too little to say."""
    past = [each for each in past if sum(each) >= LEAST_SCORES]
    if len(past) < LEAST_DAYS or sum(day) < LEAST_SCORES:
        return None
    groups = _groups(past, sum(day))
    if len(groups) < 2:
        return None
    today, before = _merged(day, groups), [_merged(each, groups) for each in past]
    pooled = [sum(column) for column in zip(*before, strict=True)]
    freedom = len(groups) - 1
    usual = []
    for each in before:
        rest = [whole - part for whole, part in zip(pooled, each, strict=True)]
        usual.append((distance(each, rest) / freedom, _reach(each, rest)))
    spread = 1 + _excess(usual) * _reach(today, pooled)
    ratio = distance(today, pooled) / freedom / spread
    p = f_tail(ratio, freedom, freedom * (len(past) - 1))
    moved = stability(today, pooled)
    return Drift(p, moved, p < alarms and moved >= MATTERS)


def distance(one: Sequence[int], other: Sequence[int]) -> float:
    """Pearson's chi-square of two samples of counts over the same bins; bins that are empty in both do not count."""
    left, right = sum(one), sum(other)
    if not left or not right:
        return 0.0
    up, down = math.sqrt(right / left), math.sqrt(left / right)
    return sum((up * a - down * b) ** 2 / (a + b) for a, b in zip(one, other, strict=True) if a + b)


def stability(one: Sequence[int], other: Sequence[int]) -> float:
    """The population stability index: the sum of (p - q) ln(p / q), half a count added to each bin."""
    left, right = sum(one) + len(one) / 2, sum(other) + len(other) / 2
    shares = [((a + 0.5) / left, (b + 0.5) / right) for a, b in zip(one, other, strict=True)]
    return sum((p - q) * math.log(p / q) for p, q in shares)


def f_tail(value: float, above: float, below: float) -> float:
    """P(F >= value) of Fisher's F with these degrees of freedom (Abramowitz and Stegun 26.6.2)."""
    return beta_i(below / (below + above * value), below / 2, above / 2)


def _excess(usual: Sequence[tuple[float, float]]) -> float:
    """By how much days differ beyond chance, for each unit of reach: what makes their mean standardised distance 1 (the moment
    estimator of Paule and Mandel, 1982); 0 where chance is enough."""

    def standardised(excess: float) -> float:
        return sum(seen / (1 + excess * reach) for seen, reach in usual) / len(usual)

    low, high = 0.0, 1.0
    if standardised(low) <= 1:
        return 0.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if standardised(middle) > 1 else (low, middle)
    return high


def _reach(one: Sequence[int], other: Sequence[int]) -> float:
    """What two sizes are worth together in a comparison."""
    left, right = sum(one), sum(other)
    return left * right / (left + right)


def _groups(past: Sequence[Sequence[int]], size: int) -> list[list[int]]:
    """Neighbouring bins together until a day of ``size`` is expected to have some in each."""
    pooled = [sum(column) for column in zip(*past, strict=True)]
    scale = min(size, *(sum(each) for each in past)) / sum(pooled)
    groups: list[list[int]] = [[]]
    held = 0.0
    for place, count in enumerate(pooled):
        groups[-1].append(place)
        held += count * scale
        if held >= _LEAST_EXPECTED:
            groups.append([])
            held = 0.0
    rest = groups.pop()
    if rest and groups:
        groups[-1] += rest
    elif rest:
        groups = [rest]
    return groups


def _merged(counts: Sequence[int], groups: Sequence[Sequence[int]]) -> list[int]:
    return [sum(counts[place] for place in group) for group in groups]
