"""Tails of counts: how likely a negative binomial (or Poisson) count is at least, or at most, what was seen; and false discoveries."""

from __future__ import annotations

import math
from collections.abc import Sequence

_TINY = 1e-300
_TERMS = 500


def nb_tails(count: float, mean: float, variance: float) -> tuple[float, float]:
    """P(X >= count) and P(X <= count) of a count with this mean and variance (Poisson where the variance is no larger).

    By the regularised incomplete beta and gamma functions (Abramowitz and Stegun 26.5.24, 26.4.21).
    """
    if mean <= 0:
        return (1.0, 1.0) if count <= 0 else (0.0, 1.0)
    if variance <= mean * (1 + 1e-9):
        at_least = 1.0 if count <= 0 else gamma_p(count, mean)
        return at_least, 1 - gamma_p(count + 1, mean)
    size = mean * mean / (variance - mean)
    fail = mean / (mean + size)
    at_least = 1.0 if count <= 0 else beta_i(fail, count, size)
    return at_least, beta_i(1 - fail, size, count + 1)


def gamma_p(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function."""
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for step in range(1, 100 * _TERMS):
            term *= x / (shape + step)
            total += term
            if term < total * 1e-15:
                break
        return min(1.0, front * total)
    below = x + 1 - shape
    c, d = 1 / _TINY, 1 / below
    fraction = d
    for step in range(1, _TERMS):
        factor = -step * (step - shape)
        below += 2
        d = 1 / (_kept(factor * d + below))
        c = _kept(below + factor / c)
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return max(0.0, 1 - front * fraction)


def beta_i(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_i(1 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1 / _kept(1 - (a + b) * x / (a + 1))
    fraction = d
    for step in range(1, _TERMS):
        for factor in (
            step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step)),
            -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1)),
        ):
            d = 1 / _kept(1 + factor * d)
            c = _kept(1 + factor / c)
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return min(1.0, math.exp(log_front) * fraction / a)


def discoveries(ps: Sequence[float], rate: float) -> list[bool]:
    """Which tests are discoveries with at most this expected share of false ones (Benjamini and Hochberg, 1995)."""
    order = sorted(range(len(ps)), key=ps.__getitem__)
    last = 0
    for rank, place in enumerate(order, 1):
        if ps[place] <= rate * rank / len(ps):
            last = rank
    chosen = set(order[:last])
    return [place in chosen for place in range(len(ps))]


def _kept(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
