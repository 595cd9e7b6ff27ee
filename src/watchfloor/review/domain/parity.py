"""Are protected accounts treated as others are? Rates with intervals, others re-weighted to the same policies; no verdict on noise.

Two groups of decided cases, by policy. The rate of violating findings of the protected is compared with what the others' rates
would give on the *protected's own mix of policies* (direct standardisation), so that a different mix is not taken for a different
treatment. Intervals: Wilson (1927) for a rate; for the standardised rate the normal interval of a weighted sum of independent
rates, each with a variance of at least that of half a case; for the difference the square-and-add of Newcombe (1998, method 10).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import msgspec

from watchfloor.engines.textmodels.metrics import wilson

Z: Final = 1.959963984540054  # 95 %
ENOUGH: Final = 30  # decided cases in each group; below it nothing is concluded
CLEAR: Final = 0.15  # half-width beyond which an interval says too little to conclude "no difference"


class Counts(msgspec.Struct, frozen=True):
    """Decided cases of one group under one policy, and how many of them were found violating."""

    decided: int
    violating: int


class Rate(msgspec.Struct, frozen=True):
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float


class Parity(msgspec.Struct, frozen=True):
    """``verdict``: too_few | stricter | milder | no_difference | unclear, of the protected against comparable others."""

    protected: int
    others: int
    verdict: str
    protected_rate: Rate | None = None
    others_rate: Rate | None = None
    difference: Rate | None = None
    left_out: int = 0  # decisions on the protected under policies where no other was decided


def compare(protected: Mapping[str, Counts], others: Mapping[str, Counts]) -> Parity:
    """Compare two groups, given by policy; policies without others to compare with are left out and counted."""
    shared = {key: counts for key, counts in protected.items() if key in others and others[key].decided > 0}
    n = sum(counts.decided for counts in shared.values())
    m = sum(others[key].decided for key in shared)
    left_out = sum(counts.decided for counts in protected.values()) - n
    if n < ENOUGH or m < ENOUGH:
        return Parity(n, m, "too_few", left_out=left_out)
    mine = Rate(*wilson(sum(counts.violating for counts in shared.values()), n))
    theirs = standardised({key: (counts.decided / n, others[key]) for key, counts in shared.items()})
    value = mine.value - theirs.value
    low = value - math.hypot(mine.value - mine.low, theirs.high - theirs.value)
    high = value + math.hypot(mine.high - mine.value, theirs.value - theirs.low)
    if low > 0:
        verdict = "stricter"
    elif high < 0:
        verdict = "milder"
    else:
        verdict = "no_difference" if (high - low) / 2 <= CLEAR else "unclear"
    return Parity(n, m, verdict, mine, theirs, Rate(value, low, high), left_out)


def standardised(strata: Mapping[str, tuple[float, Counts]]) -> Rate:
    """The weighted sum of the strata's rates; weights add up to 1."""
    value = sum(weight * counts.violating / counts.decided for weight, counts in strata.values())
    variance = 0.0
    for weight, counts in strata.values():
        p = (counts.violating + 0.5) / (counts.decided + 1)
        variance += weight * weight * p * (1 - p) / counts.decided
    half = Z * math.sqrt(variance)
    return Rate(value, max(0.0, value - half), min(1.0, value + half))
