"""How sure a vendor's figure is: exact sums day by day, and an interval that knows that things of one day are alike.

The interval of ``sum(above) / sum(below)`` takes each day as one draw (the ratio estimator's linearised variance over clusters,
Cochran, Sampling Techniques, 3rd ed., 6.3 and 9A.5, with Student's t over the days less one). A share has the exact binomial
interval (Clopper and Pearson 1934) beside it, and the wider of the two ends counts: few misses in few days would look sure otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

import msgspec

from watchfloor.engines.agreement.intervals import clopper_pearson, student


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over a period. Whole numbers stay whole, so that what follows is exact; a weighted sample's are not.

    ``low`` and ``high`` are None where there are too few days.
    """

    above: float
    below: float
    days: int
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float | None:
        """The figure itself; None when nothing was counted."""
        return self.above / self.below if self.below else None

    @property
    def exact(self) -> Fraction:
        """The figure as a fraction, for what must be exact."""
        return Fraction(self.above) / Fraction(self.below)


def figure(days: Sequence[tuple[float, float]], unit: str, confidence: float) -> Figure:
    """The figure of ``(above, below)`` by day; ``unit`` is ``share`` or ``ms``; ``confidence`` is a share of one."""
    used = [(_whole(above), _whole(below)) for above, below in days if below > 0]
    above, below = sum(day[0] for day in used), sum(day[1] for day in used)
    if len(used) < 2 or not below:
        return Figure(above=above, below=below, days=len(used))
    value, count = above / below, len(used)
    spread = sum((top - value * bottom) ** 2 for top, bottom in used)
    half = student((1 + confidence) / 2, count - 1) * sqrt(count / (count - 1) * spread) / below
    low, high = max(0.0, value - half), value + half
    if unit == "share":
        exact = clopper_pearson(min(above, below), below, confidence)  # sums of weights may differ in the last digit
        low, high = min(low, exact.low), min(1.0, max(high, exact.high))
    return Figure(above=above, below=below, days=count, low=low, high=high)


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value
