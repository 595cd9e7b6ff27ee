"""How likely a waiting job is not decided by its due time, from its place in the queue and how fast the queue was lately.

*Model.* In the recent hours a queue solved ``n1 ... nm`` jobs. Its rate is not known exactly and changes, so it is a gamma
distribution with shape ``a`` and rate ``b`` (hours): mean ``a / b`` is the mean of the hours, and the shape is the smaller of what
the spread of the hours says (``mean^2 / (variance - mean)``, by moments) and what so few counts can know (their sum and a half).
Given the rate, solves are Poisson. With ``k`` jobs ahead the job is solved at the ``k+1``-th solve, and

    P(solved within t) = I_x(k + 1, a),  x = t / (t + b)

(the time to the k+1-th event of a gamma-mixed Poisson process is ``b`` times a beta-prime variable), where ``I`` is the regularised
incomplete beta function (computed by its continued fraction, DLMF 8.17.22). What comes in later with more priority is not counted:
the number is a floor under the risk while harder work comes in, and is called so where it is shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

LIKELY: Final = 0.5
HOURS: Final = 6  # of the past that say how fast a queue is
_TINY: Final = 1e-300


class Pace(msgspec.Struct, frozen=True):
    """A queue's solve rate: gamma with ``shape`` and ``rate`` (in hours); ``mean`` per hour."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """Solves per hour to be expected."""
        return self.shape / self.rate


def pace(solved: Sequence[int]) -> Pace:
    """The pace that whole hours of the recent past speak for; a queue that solved nothing is slow, not impossible."""
    hours = len(solved) or 1
    total = sum(solved) + 0.5
    mean = total / hours
    shape = total
    if len(solved) > 1:
        middle = sum(solved) / hours
        variance = sum((each - middle) ** 2 for each in solved) / (hours - 1)
        if variance > middle > 0:
            shape = min(shape, max(0.5, middle * middle / (variance - middle)))
    return Pace(shape, shape / mean)


def breach_probability(ahead: int, hours_left: float, queue: Pace) -> float:
    """P(not solved within ``hours_left``) with ``ahead`` jobs before it; 1 when it is due already."""
    if hours_left <= 0:
        return 1.0
    return 1.0 - incomplete_beta(ahead + 1, queue.shape, hours_left / (hours_left + queue.rate))


def even_hours(ahead: int, queue: Pace) -> float:
    """The hours left at which the chances are even: with less the job is at risk.

    By the medians of both gamma variables (``k + 2/3`` and ``a - 1/3``); within a hundredth of even for shapes of 1 and more,
    which is what lets a database count a million jobs by a product. Below, the shape's median is solved for.
    """
    return queue.rate * (ahead + 2 / 3) / _median(queue.shape)


def hours_per_place(queue: Pace) -> float:
    """What each job ahead adds to ``even_hours``."""
    return queue.rate / _median(queue.shape)


def _median(shape: float) -> float:
    """The median of a gamma variable of rate 1: about ``shape - 1/3``; for small shapes ``(shape * gamma(shape) / 2)^(1/shape)``."""
    if shape >= 1:
        return shape - 1 / 3 + 0.0247 / shape
    return math.exp(math.log(math.gamma(shape + 1) / 2) / shape)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for positive a and b."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of DLMF 8.17.22, by Lentz's method."""
    c, d = 1.0, _nonzero(1 - (a + b) * x / (a + 1))
    d = 1 / d
    found = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _nonzero(1 + step * d)
            c = _nonzero(1 + step / c)
            found *= c * d
        if abs(c * d - 1) < 1e-13:
            break
    return found


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
