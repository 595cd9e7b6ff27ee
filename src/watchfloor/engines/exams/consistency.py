"""Would the same people pass again? How often one form's pass or fail would be that of another, from the scores of one form.

Huynh, On the reliability of decisions in domain-referenced testing, Journal of Educational Measurement 13 (1976): scores are binomial
around what a person is worth, which follows a beta distribution; both are fitted by the mean and by KR-21. Accuracy, against what
people are worth, is in the same model (Livingston and Lewis, Journal of Educational Measurement 32 (1995), for the idea).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from watchfloor.engines.agreement.reliability import cumulative
from watchfloor.engines.exams.reliability import variance


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of people. Attributes:

    same: would get the same result on a parallel form; chance: would by chance alone; kappa: beyond chance.
    accuracy: rightly passed or failed; passed_wrongly, failed_wrongly: the others. kr21: what the fit rests on.
    """

    same: float
    chance: float
    kappa: float
    accuracy: float
    passed_wrongly: float
    failed_wrongly: float
    kr21: float


def consistency(scores: Sequence[int], items: int, cut: int) -> Consistency | None:
    """Of a form with so many questions that is passed from ``cut`` points on. None where the scores do not tell: fewer than two
    people, or KR-21 not between 0 and 1 (people differ by no more than chance).

    Raises:
        ValueError: a score or the cut is none.
    """
    if not 1 <= cut <= items or any(not 0 <= score <= items for score in scores):
        raise ValueError("scores and the cut are from 0 to the number of questions")
    if len(scores) < 2 or items < 2:
        return None
    return of_moments(math.fsum(scores) / len(scores), variance([float(score) for score in scores]), items, cut)


def of_moments(mean: float, spread: float, items: int, cut: int) -> Consistency | None:
    """The same from the scores' mean and variance."""
    if spread < 1e-12:
        return None
    kr21 = items / (items - 1) * (1 - mean * (items - mean) / (items * spread))
    if not 1e-9 < kr21 < 1 - 1e-9:
        return None
    a = (1 / kr21 - 1) * mean
    b = items / kr21 - items - a
    passed = math.fsum(_both(a, b, items, x) for x in range(cut, items + 1))
    twice = math.fsum(_pair(a, b, items, x, y) for x in range(cut, items + 1) for y in range(cut, items + 1))
    same = 1 - 2 * passed + 2 * twice
    chance = passed**2 + (1 - passed) ** 2
    # What a person is worth passes where it is at least the cut's share; given a score it is beta again.
    level = cut / items
    wrong_pass = math.fsum(
        _both(a, b, items, x) * cumulative(a + x, b + items - x, level) for x in range(cut, items + 1)
    )
    wrong_fail = math.fsum(_both(a, b, items, x) * (1 - cumulative(a + x, b + items - x, level)) for x in range(cut))
    return Consistency(
        same=same, chance=chance, kappa=(same - chance) / (1 - chance) if chance < 1 else 0.0,
        accuracy=1 - wrong_pass - wrong_fail, passed_wrongly=wrong_pass, failed_wrongly=wrong_fail, kr21=kr21,
    )  # fmt: skip


def _beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _ways(items: int, x: int) -> float:
    return math.lgamma(items + 1) - math.lgamma(x + 1) - math.lgamma(items - x + 1)


def _both(a: float, b: float, items: int, x: int) -> float:
    """The chance of a score: beta-binomial."""
    return math.exp(_ways(items, x) + _beta(a + x, b + items - x) - _beta(a, b))


def _pair(a: float, b: float, items: int, x: int, y: int) -> float:
    """The chance of these scores on two parallel forms."""
    return math.exp(_ways(items, x) + _ways(items, y) + _beta(a + x + y, b + 2 * items - x - y) - _beta(a, b))
