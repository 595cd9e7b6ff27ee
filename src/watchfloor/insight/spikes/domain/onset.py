"""When it began: back from the hour that rang to the first unusual one, then to five minutes by the likeliest break of a count."""

from __future__ import annotations

import math
from collections.abc import Sequence

from watchfloor.engines.metrics.tails import nb_tails

UNUSUAL = 0.05
QUIET = 2  # so many usual steps in a row end the way back


def first_unusual(values: Sequence[float], expected: Sequence[float], *, up: bool, spread: float = 1.0) -> int:
    """The place of the first step of the run of unusual ones that ends with the last; ``spread`` is variance over mean."""
    found, quiet = len(values) - 1, 0
    for place in range(len(values) - 1, -1, -1):
        if unusual(values[place], expected[place], up=up, spread=spread) < UNUSUAL:
            found, quiet = place, 0
        else:
            quiet += 1
            if quiet >= QUIET:
                break
    return found


def unusual(value: float, expected: float, *, up: bool, spread: float = 1.0) -> float:
    """One-sided chance of a count as far out."""
    mean = max(expected, 0.05)
    high, low = nb_tails(value, mean, mean * max(spread, 1.0) + mean * mean * 0.02)
    return high if up else low


def likeliest_break(counts: Sequence[float], before: float, after: float) -> int:
    """The step from which counts are rather ``after`` than ``before`` (means per step, Poisson)."""
    before, after = max(before, 1e-3), max(after, 1e-3)
    gain = math.log(after / before)
    best, best_at, tail = -math.inf, 0, 0.0
    for place in range(len(counts) - 1, -1, -1):
        tail += counts[place] * gain - (after - before)
        if tail > best:
            best, best_at = tail, place
    return best_at


def level_break(values: Sequence[float], weights: Sequence[float], last: int) -> int:
    """The step among the ``last`` ones from which a ratio stands on another level (weighted least squares; weights: denominators)."""
    best, best_at = -1.0, len(values) - 1
    for place in range(max(1, len(values) - last), len(values)):
        w0, w1 = math.fsum(weights[:place]), math.fsum(weights[place:])
        if w0 <= 0 or w1 <= 0:
            continue
        m0 = math.fsum(v * w for v, w in zip(values[:place], weights[:place], strict=True)) / w0
        m1 = math.fsum(v * w for v, w in zip(values[place:], weights[place:], strict=True)) / w1
        between = w0 * w1 / (w0 + w1) * (m1 - m0) ** 2
        if between > best:
            best, best_at = between, place
    return best_at
