"""What a set of scores is worth: F1, average precision, recall at a stated precision, false alarms, each with its uncertainty.

Texts with equal scores are always taken together: no threshold could tell them apart. Recall at precision p is the greatest
recall of any threshold whose precision is at least p. Average precision is the sum over thresholds of precision times the gain
in recall (as in Manning, Raghavan and Schütze, 2008). Intervals of whole evaluations come from the bootstrap (percentiles of
resampled sets), intervals of a single share from Wilson (1927).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

from watchfloor.kernel.errors import BadInput

Scored = tuple[float, bool]  # score, and whether the label truly holds


class Interval(NamedTuple):
    """A value and the bounds that hold the truth in the stated share of cases."""

    value: float
    low: float
    high: float


class Threshold(NamedTuple):
    """A cut for acting: everything at or above ``threshold``. Both shares come with their Wilson interval."""

    threshold: float
    precision: Interval
    recall: Interval
    above: int


class Quality(NamedTuple):
    """The figures of one evaluation; those at a threshold use the one named in ``evaluate``."""

    f1: Interval
    average_precision: Interval
    recall_at_95: Interval
    recall_at_99: Interval
    false_positive_rate: Interval
    precision: Interval
    recall: Interval


def wilson(hits: float, of: float, *, confidence: float = 0.95) -> Interval:
    """The share ``hits / of`` with its interval; (0, 0, 1) where nothing was counted. Effective sizes need not be whole."""
    if of == 0:
        return Interval(0.0, 0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Interval(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))


def threshold_for_precision(
    scored: Sequence[Scored], precision: float, *, sure: bool = False, confidence: float = 0.95
) -> Threshold | None:
    """The lowest threshold, so the greatest recall, at which precision reaches the target; None if none does.

    Args:
        precision: the target, above 0 and up to 1.
        sure: ask for the lower Wilson bound of the precision to reach the target, as a machine that acts alone must.

    Raises:
        BadInput: the target is no share.
    """
    if not 0.0 < precision <= 1.0:
        raise BadInput(
            "bad_precision",
            f"A precision of {precision} cannot be reached.",
            where="precision",
            hint="Give a share above 0, up to 1.",
        )
    positives = sum(label for _, label in scored)
    best: Threshold | None = None
    for score, right, above in _cuts(scored):
        reached = wilson(right, above, confidence=confidence)
        if (reached.low if sure else reached.value) >= precision:
            best = Threshold(score, reached, wilson(right, positives, confidence=confidence), above)
    return best


def best_threshold(scored: Sequence[Scored]) -> float:
    """The threshold of greatest F1, the highest of equals; .5 where there is no positive."""
    positives = sum(label for _, label in scored)
    best, place = 0.0, 0.5
    for score, right, above in _cuts(scored):
        f1 = 2 * right / (above + positives)
        if f1 > best:
            best, place = f1, score
    return place


def _cuts(scored: Sequence[Scored]) -> list[tuple[float, int, int]]:
    """(score, true positives, all) at or above each distinct score, from the highest down."""
    cuts: list[tuple[float, int, int]] = []
    right = 0
    ordered = sorted(scored, key=lambda pair: -pair[0])
    for above, (score, label) in enumerate(ordered, start=1):
        right += label
        if above == len(ordered) or ordered[above][0] != score:
            cuts.append((score, right, above))
    return cuts


def evaluate(
    scored: Sequence[Scored], *, threshold: float = 0.5, resamples: int = 500, seed: int = 0, confidence: float = 0.95
) -> Quality:
    """All figures with bootstrap intervals; the same input and seed give the same intervals.

    Raises:
        BadInput: one of the two classes is missing, so that nothing can be measured.
    """
    labels = [label for _, label in scored]
    if not any(labels) or all(labels):
        raise BadInput("one_class", "All texts have the same label: there is nothing to tell apart.", where="label")
    ordered = sorted(scored, key=lambda pair: -pair[0])
    values = _figures(ordered, [1] * len(ordered), threshold)
    draws: list[list[float]] = [[] for _ in values]
    chance = random.Random(seed)
    places = range(len(ordered))
    for _ in range(resamples):
        counts = [0] * len(ordered)
        for place in chance.choices(places, k=len(ordered)):
            counts[place] += 1
        for kept, value in zip(draws, _figures(ordered, counts, threshold), strict=True):
            kept.append(value)
    return Quality(*[_percentiles(value, kept, confidence) for value, kept in zip(values, draws, strict=True)])


def _percentiles(value: float, draws: list[float], confidence: float) -> Interval:
    if not draws:
        return Interval(value, value, value)
    ordered = sorted(draws)
    tail = (1 - confidence) / 2
    low = ordered[int(tail * (len(ordered) - 1))]
    high = ordered[math.ceil((1 - tail) * (len(ordered) - 1))]
    return Interval(value, min(low, value), max(high, value))


def _figures(ordered: Sequence[Scored], counts: Sequence[int], threshold: float) -> tuple[float, ...]:
    """The fields of ``Quality`` where text ``i`` (in falling order of score) occurs ``counts[i]`` times."""
    positives = negatives = 0
    for count, (_, label) in zip(counts, ordered, strict=True):
        if label:
            positives += count
        else:
            negatives += count
    right = above = 0  # true positives, and all, at or above the current score
    flagged_right = flagged = counted_right = 0
    area = at_95 = at_99 = 0.0
    last = len(ordered) - 1
    for place, (score, label) in enumerate(ordered):
        count = counts[place]
        above += count
        if label:
            right += count
        if place != last and ordered[place + 1][0] == score:
            continue
        if score >= threshold:
            flagged_right, flagged = right, above
        if above:
            reached = right / above
            if positives:
                area += reached * (right - counted_right) / positives
                recall = right / positives
                if reached >= 0.95:
                    at_95 = recall
                if reached >= 0.99:
                    at_99 = recall
            counted_right = right
    f1 = 2 * flagged_right / (flagged + positives) if flagged + positives else 0.0
    false_rate = (flagged - flagged_right) / negatives if negatives else 0.0
    precision = flagged_right / flagged if flagged else 0.0
    recall = flagged_right / positives if positives else 0.0
    return f1, area, at_95, at_99, false_rate, precision, recall
