"""Precision and recall from a random sample: each judged text stands for as many as its chance of being drawn says.

What people decide is mostly what was reported, and there most is violating: a precision measured on it is too good for everything
nobody reported. So texts are drawn by chance, each with a known chance, and weighed by its inverse (Horvitz and Thompson, 1952; shares
are Hájek's ratio). Intervals are Wilson's at the effective size: how many equally weighed texts would tell as much. It is the least of
what the linearised variance of the ratio says, of Kish's (sum of weights squared over the sum of squared weights) and of the sum of
weights over the heaviest: where few heavy texts are expected the two others are too sure when none of them was drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from watchfloor.engines.textmodels.metrics import Interval, Threshold, wilson
from watchfloor.kernel.errors import BadInput


class Drawn(NamedTuple):
    """A judged text of the sample: what the model had said, what people found, and how probable it was to be drawn."""

    score: float
    label: bool
    chance: float


def share(
    weights: Sequence[float], labels: Sequence[bool], *, heaviest: float = 0.0, confidence: float = 0.95
) -> Interval:
    """The weighed share of the labelled; (0, 0, 1) of nothing. ``heaviest``: a weight that others of them might have had."""
    total = sum(weights)
    if not total:
        return Interval(0.0, 0.0, 1.0)
    value = sum(weight for weight, label in zip(weights, labels, strict=True) if label) / total
    size = min(total * total / sum(weight * weight for weight in weights), total / max(heaviest, *weights, 0.0))
    spread = sum((weight * (label - value)) ** 2 for weight, label in zip(weights, labels, strict=True)) / total**2
    if spread > 0:
        size = min(size, value * (1 - value) / spread)
    return wilson(value * size, size, confidence=confidence)


def at_threshold(drawn: Sequence[Drawn], threshold: float, *, confidence: float = 0.95) -> Threshold:
    """Precision and recall of acting on everything at or above ``threshold``; ``above`` counts the judged ones there.

    Raises:
        BadInput: a chance is not above 0 and at most 1.
    """
    if any(not 0.0 < each.chance <= 1.0 for each in drawn):
        raise BadInput("bad_chance", "A chance of being drawn lies above 0 and is at most 1.", where="chance")
    above = [each for each in drawn if each.score >= threshold]
    # One that lies just above the threshold may have been drawn as seldom as the nearest below it.
    near = max((each for each in drawn if each.score <= threshold), key=lambda each: each.score, default=None)
    precision = share(
        [1 / each.chance for each in above], [each.label for each in above],
        heaviest=1 / near.chance if near else 0.0, confidence=confidence,
    )  # fmt: skip
    found = [each for each in drawn if each.label]
    recall = share(
        [1 / each.chance for each in found], [each.score >= threshold for each in found],
        heaviest=max((1 / each.chance for each in drawn), default=0.0), confidence=confidence,
    )  # fmt: skip
    return Threshold(threshold, precision, recall, len(above))


def sure_threshold(drawn: Sequence[Drawn], precision: float, *, confidence: float = 0.95) -> Threshold | None:
    """The lowest score from which the lower bound of the precision reaches the target; None if none does.

    It goes down from the top and stops at the first score at which the precision is surely below the target, so that a lucky stretch
    further down is not chosen.

    Raises:
        BadInput: the target is no share.
    """
    if not 0.0 < precision <= 1.0:
        raise BadInput("bad_precision", f"A precision of {precision} cannot be reached.", where="precision",
                       hint="Give a share above 0, up to 1.")  # fmt: skip
    best: Threshold | None = None
    for score in sorted({each.score for each in drawn}, reverse=True):
        reached = at_threshold(drawn, score, confidence=confidence)
        if reached.precision.low >= precision:
            best = reached
        elif reached.precision.high < precision:
            break
    return best


def needed(precision: float, *, confidence: float = 0.95) -> int:
    """How many judged texts, all of them right and equally weighed, show a precision: 73 for .95."""
    size = 1
    while size < 1_000_000 and wilson(size, size, confidence=confidence).low < precision:
        size += max(1, size // 50) if size > 500 else 1
    return size
