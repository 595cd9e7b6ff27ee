"""From a margin to a probability that means what it says, learned from what the model said before it knew the answer.

Platt scaling (J. Platt, 1999) with the smoothed targets and the Newton iteration of Lin, Lin and Weng (2007): two numbers, so that a
few hundred decisions are enough and the order of the scores never changes. Both are drawn towards "leave it as it is" by a prior
(Gaussian, as heavy as 20 undecided texts): a hundred rare positives must not move every probability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_PRIOR = 20.0


class Platt(NamedTuple):
    """``probability = 1 / (1 + exp(-(slope * margin + shift)))``; the default leaves a logistic margin as it is."""

    slope: float = 1.0
    shift: float = 0.0

    def probability(self, margin: float) -> float:
        return sigmoid(self.slope * margin + self.shift)


def sigmoid(value: float) -> float:
    """The logistic function; safe at any size of ``value``."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-min(value, 700.0)))
    grown = math.exp(max(value, -700.0))
    return grown / (1.0 + grown)


def due(learned: int) -> bool:
    """Whether to calibrate after so many decisions."""
    return learned % 1_000 == 0 or learned in (200, 500)


def fit_platt(
    margins: Sequence[float], labels: Sequence[bool], *, steps: int = 12, start: Platt | None = None
) -> Platt | None:
    """Slope and shift of greatest likelihood; None where they would mean nothing (one class only, or a falling slope).

    ``start``: where to begin; from what was found before, two or three steps are enough.
    """
    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    high, low = (positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0)
    targets = [high if label else low for label in labels]
    slope, shift = start or Platt()
    exp = math.exp
    for _ in range(steps):
        gradient_slope, gradient_shift = _PRIOR * (1.0 - slope), -_PRIOR * shift
        curve_slope = curve_shift = _PRIOR
        curve_both = 0.0
        for margin, target in zip(margins, targets, strict=True):
            value = slope * margin + shift
            chance = 1.0 / (1.0 + exp(-value)) if value > -700.0 else 0.0
            error, spread = target - chance, chance * (1.0 - chance)
            gradient_slope += error * margin
            gradient_shift += error
            curve_slope += spread * margin * margin
            curve_shift += spread
            curve_both += spread * margin
        determinant = curve_slope * curve_shift - curve_both * curve_both
        if determinant <= 1e-12:
            break
        move_slope = (curve_shift * gradient_slope - curve_both * gradient_shift) / determinant
        move_shift = (curve_slope * gradient_shift - curve_both * gradient_slope) / determinant
        # A plain Newton step may overshoot where the classes are nearly separable: no step is longer than one unit.
        longest = max(abs(move_slope), abs(move_shift), 1.0)
        slope += move_slope / longest
        shift += move_shift / longest
        if max(abs(move_slope), abs(move_shift)) < 1e-6:
            break
    return Platt(slope, shift) if slope > 0.05 else None
