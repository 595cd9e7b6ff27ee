"""How far a number may be off, and a difference: 95 % intervals that say what they rest on.

A share has Wilson's interval; the difference of two shares the one Newcombe (1998, method 10) makes of two of those. A mean of work is
made of days that are unlike each other, so its interval is the jackknife over the parts (days or hours) of its span, with Student's t.
The change of a count is held against how much the earlier spans differ among themselves, where there are three or more of them; against
one earlier span it is Student's over the differences of the parts in pairs. Where there are too few parts there is no interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from watchfloor.engines.metrics.effect import student_quantile
from watchfloor.engines.textmodels.metrics import wilson

LEVEL = 0.95
LEAST = 3  # parts or spans from which something is said
Pair = tuple[float, float]  # what is divided, and by how much


class Bounds(msgspec.Struct, frozen=True):
    """Where the truth lies, and how that was found: wilson | newcombe | jackknife | spans | pairs."""

    low: float
    high: float
    method: str


def share(hits: float, of: float) -> Bounds | None:
    """A share; None where nothing was counted."""
    if of <= 0 or not 0 <= hits <= of:
        return None
    found = wilson(hits, of, confidence=LEVEL)
    return Bounds(found.low, found.high, "wilson")


def share_change(now: Pair, before: Pair) -> Bounds | None:
    """The difference of two shares as a part of the earlier one."""
    if now[1] <= 0 or before[1] <= 0 or before[0] <= 0:
        return None
    a, b = wilson(*now, confidence=LEVEL), wilson(*before, confidence=LEVEL)
    gap = a.value - b.value
    low = gap - math.hypot(a.value - a.low, b.high - b.value)
    high = gap + math.hypot(a.high - a.value, b.value - b.low)
    return Bounds(low / b.value, high / b.value, "newcombe")


def mean(parts: Sequence[Pair]) -> Bounds | None:
    """A sum over a sum, by leaving out one part at a time."""
    made = _jackknife(parts)
    if made is None:
        return None
    value, error, freedom = made
    reach = error * student_quantile(LEVEL, freedom)
    return Bounds(value - reach, value + reach, "jackknife")


def mean_change(now: Sequence[Pair], before: Sequence[Pair]) -> Bounds | None:
    """The change of a mean as a part of the earlier one, by the logarithm of their ratio."""
    a, b = _jackknife(now), _jackknife(before)
    if a is None or b is None or a[0] <= 0 or b[0] <= 0:
        return None
    errors = a[1] / a[0], b[1] / b[0]
    whole = math.hypot(*errors)
    if whole == 0:
        return None
    freedom = whole**4 / sum(
        error**4 / free for error, free in zip(errors, (a[2], b[2]), strict=True) if error
    )  # Welch
    reach, log = whole * student_quantile(LEVEL, freedom), math.log(a[0] / b[0])
    return Bounds(math.expm1(log - reach), math.expm1(log + reach), "jackknife")


def count_change(now: Sequence[float], before: Sequence[Sequence[float]]) -> Bounds | None:
    """The change of a count as a part of what it is compared with: the mean of the earlier spans.

    Args:
        now: the count of each part of the span.
        before: the same of each earlier span.
    """
    totals = [math.fsum(each) for each in before]
    if not totals or math.fsum(totals) <= 0:
        return None
    base, total = math.fsum(totals) / len(totals), math.fsum(now)
    if len(totals) >= LEAST:
        spread = math.sqrt(math.fsum((each - base) ** 2 for each in totals) / (len(totals) - 1))
        error = math.sqrt(max(spread**2, base) * (1 + 1 / len(totals)))  # never less than counts vary by themselves
        reach = error * student_quantile(LEVEL, len(totals) - 1)
        return Bounds((total - base - reach) / base, (total - base + reach) / base, "spans")
    usual = [math.fsum(column) / len(before) for column in zip(*before, strict=False)]
    gaps = [a - b for a, b in zip(now, usual, strict=False)]
    if len(gaps) < LEAST:
        return None
    middle = math.fsum(gaps) / len(gaps)
    spread = math.fsum((each - middle) ** 2 for each in gaps) / (len(gaps) - 1) * len(gaps)
    reach = math.sqrt(max(spread, total + base)) * student_quantile(LEVEL, len(gaps) - 1)
    return Bounds((total - base - reach) / base, (total - base + reach) / base, "pairs")


def _jackknife(parts: Sequence[Pair]) -> tuple[float, float, float] | None:
    """Value, standard error and degrees of freedom of a ratio of sums."""
    kept = [(above, below) for above, below in parts if below > 0]
    if len(kept) < LEAST:
        return None
    above, below = math.fsum(pair[0] for pair in kept), math.fsum(pair[1] for pair in kept)
    left = [(above - a) / (below - b) for a, b in kept if below > b]
    if len(left) < LEAST:
        return None
    middle = math.fsum(left) / len(left)
    error = math.sqrt((len(left) - 1) / len(left) * math.fsum((each - middle) ** 2 for each in left))
    return above / below, error, float(len(left) - 1)
