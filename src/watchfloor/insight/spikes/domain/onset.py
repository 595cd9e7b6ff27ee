"""When it began: back from the hour that rang to the first unusual one, then to five minutes by the likeliest break of a count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from watchfloor.engines.metrics.tails import nb_tails

UNUSUAL = 0.05
LEAD = timedelta(hours=2)  # before the first unusual hour, in which it may have begun already
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


def likeliest_break(counts: Sequence[float], expected: Sequence[float], *, up: bool) -> tuple[int, float]:
    """The step in which a count began to be a multiple of what is expected of it, and by how many steps that may be off.

    For a break before step ``k``, with ``c`` counted and ``e`` expected from there on, the likelihood of the best multiple ``c / e``
    against none is ``c ln(c / e) - c + e`` (Poisson). The multiple belongs to the break: one that is estimated over a window which
    begins too early is too small and draws the break forward. The second number is the root mean square distance of all breaks from
    the likeliest one, each weighted by its likelihood.
    """
    gains = [0.0] * len(counts)
    c = e = 0.0
    for place in range(len(counts) - 1, -1, -1):
        c, e = c + counts[place], e + max(expected[place], 1e-3)
        if (c > e) == up:
            gains[place] = (c * math.log(c / e) if c else 0.0) - c + e
    best = max(range(len(gains)), key=lambda place: gains[place])
    weights = [math.exp(each - gains[best]) for each in gains]
    square = math.fsum(weight * (place - best) ** 2 for place, weight in enumerate(weights)) / math.fsum(weights)
    return best, math.sqrt(square)


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
