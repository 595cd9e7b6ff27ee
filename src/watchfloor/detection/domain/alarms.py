"""When a rule is stopped by itself: it fires far more than in the same hours of past weeks, or it is wrong far more than before.

Volume: with past counts k1..km of the same hours, the number expected next is negative binomial (a Poisson rate with a Gamma
prior of one half: r = S + 1/2, p = m / (m + 1), S the sum of the counts). Counts that vary more than Poisson ones are first
divided by their variance-to-mean ratio. The alarm sounds when so many or more had a chance below 1 in 10,000, and they are at
least ``TIMES`` the mean and at least ``LEAST``. Drift: the 99 % Wilson intervals of recent and earlier precision do not meet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from watchfloor.engines.textmodels.metrics import wilson

CHANCE = 1e-4
TIMES = 3.0
LEAST = 30
WEEKS_NEEDED = 2
JUDGED_NEEDED = 20
SURE = 0.99


class Alarm(msgspec.Struct, frozen=True):
    """Why a rule was stopped: ``kind`` is volume or drift, ``words`` one sentence with the numbers."""

    kind: str
    words: str


def volume(now: int, past: Sequence[int], *, hours: int = 1) -> Alarm | None:
    """Whether ``now`` hits are out of all proportion to ``past`` (each of the same hours of one week)."""
    if len(past) < WEEKS_NEEDED or now < LEAST:
        return None
    mean = sum(past) / len(past)
    if now < TIMES * mean or chance_of(now, past) >= CHANCE:
        return None
    span = "the last hour" if hours == 1 else f"the last {hours} hours"
    words = (
        f"It fired {now:,} times in {span}; the same hours of the {len(past)} weeks before had {mean:,.1f} on average."
    )
    return Alarm("volume", words)


def chance_of(now: int, past: Sequence[int]) -> float:
    """The chance of ``now`` or more where ``past`` is what is usual."""
    weeks = len(past)
    mean = sum(past) / weeks
    spread = sum((count - mean) ** 2 for count in past) / (weeks - 1) if weeks > 1 else mean
    wild = max(1.0, spread / mean) if mean else 1.0
    return at_least(math.floor(now / wild), sum(past) / wild + 0.5, weeks / (weeks + 1))


def at_least(count: int, r: float, p: float) -> float:
    """P(X >= count) of a negative binomial with r successes of chance p: X counts the failures before them."""
    below = 0.0
    for k in range(count):
        log = math.lgamma(k + r) - math.lgamma(r) - math.lgamma(k + 1) + r * math.log(p) + k * math.log1p(-p)
        below += math.exp(log)
    return max(0.0, 1.0 - below)


def drift(right: int, judged: int, right_before: int, judged_before: int) -> Alarm | None:
    """Whether the rule is surely wrong more often than before; both periods need ``JUDGED_NEEDED`` judged items."""
    if min(judged, judged_before) < JUDGED_NEEDED:
        return None
    recent = wilson(right, judged, confidence=SURE)
    before = wilson(right_before, judged_before, confidence=SURE)
    if recent.high >= before.low:
        return None
    words = (
        f"Of {judged:,} items people judged lately {recent.value:.0%} were violating; "
        f"before it was {before.value:.0%} of {judged_before:,}. The 99 % intervals do not meet."
    )
    return Alarm("drift", words)
