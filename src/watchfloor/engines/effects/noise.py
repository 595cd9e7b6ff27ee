"""A step in a noisy series, with an interval that holds though each step resembles the one before it.

The series is explained by a step, a level, and what else it is given (places of the week, a trend); what is left is a first-order
autoregression whose strength is not known. It is not put at one value, which makes intervals too narrow when the series is short: every
strength is tried, weighted by its restricted likelihood (Patterson and Thompson 1971), and the answer is the mixture of the Student
distributions that belong to each (Zellner and Tiao 1964; Box and Tiao 1965).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from watchfloor.engines.effects.shape import Values

_GRID = np.concatenate([np.linspace(-0.4, 0.7, 23), np.linspace(0.74, 0.98, 13)])
_CELLS = np.gradient(_GRID)
_LEAST = 1e-4  # of the weight of the likeliest strength: less is left out


class Told(NamedTuple):
    """A coefficient: mixture of Student's distributions about ``centres``."""

    estimate: float
    centres: Values
    scales: Values
    shares: Values
    freedom: float
    fit: Values  # coefficients of all columns, averaged
    spread: float  # standard deviation of a step

    def below(self, value: float) -> float:
        """Probability that it is less than ``value``."""
        t = (value - self.centres) / self.scales
        df = self.freedom
        # Wallace (1959): within 0.0002 of Student's distribution from eight degrees of freedom on.
        z = (8 * df + 1) / (8 * df + 3) * np.sqrt(df * np.log1p(t * t / df)) * np.sign(t)
        return float(sum(s * 0.5 * math.erfc(-v / math.sqrt(2)) for s, v in zip(self.shares, z, strict=True)))

    def quantile(self, share: float) -> float:
        """The value below which it lies with probability ``share``."""
        width = float(self.scales.max()) * 2
        low, high = float(self.centres.min()) - width, float(self.centres.max()) + width
        while self.below(low) > share and width < 1e300:
            low, width = low - width, width * 2
        while self.below(high) < share and width < 1e300:
            high, width = high + width, width * 2
        for _ in range(48):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < share else (low, middle)
        return (low + high) / 2

    def interval(self, level: float) -> tuple[float, float]:
        """The middle ``level`` of it."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def p(self) -> float:
        """Two-sided, of nought."""
        under = self.below(0.0)
        return min(1.0, 2 * min(under, 1 - under))


def tell(values: Values, columns: Values) -> Told:
    """The coefficient of the first column."""
    count, wide = columns.shape
    rho = _GRID[:, None]
    first = np.sqrt(1 - _GRID**2)
    z = np.concatenate([(first * values[0])[:, None], values[1:] - rho * values[:-1]], axis=1)
    x = np.concatenate(
        [first[:, None, None] * columns[:1], columns[None, 1:] - rho[:, :, None] * columns[None, :-1]], axis=1
    )
    inner = np.einsum("gnk,gnl->gkl", x, x)
    aim = np.einsum("gnk,gn->gk", x, z)
    inverse = np.linalg.inv(inner + 1e-10 * np.eye(wide) * np.trace(inner, axis1=1, axis2=2)[:, None, None] / wide)
    fits = np.einsum("gkl,gl->gk", inverse, aim)
    rest = z - np.einsum("gnk,gk->gn", x, fits)
    freedom = float(count - wide)
    floor = max(1e-18 * float(np.square(values).sum()), 1e-300)  # a series without noise is told exactly
    square = np.maximum(np.square(rest).sum(axis=1), floor)
    # The likelihood's sqrt(1 - rho^2) and the reference prior's inverse of it (Berger and Yang 1994) cancel.
    weight = 0.5 * np.linalg.slogdet(inverse)[1] - freedom / 2 * np.log(square)
    share = np.exp(weight - weight.max()) * _CELLS
    kept = share >= _LEAST * share.max()
    share = share[kept] / share[kept].sum()
    variance = square[kept] / freedom
    scales = np.sqrt(np.maximum(variance * inverse[kept, 0, 0], 1e-300))
    centres = fits[kept, 0]
    spread = math.sqrt(float((share * variance / (1 - _GRID[kept] ** 2)).sum()))
    return Told(float(share @ centres), centres, scales, share, freedom, share @ fits[kept], spread)


def columns(length: int, at: int, *, season: int, trend: bool) -> Values:
    """The step, the level, and if asked the places of the season and a trend (about the change)."""
    steps = np.arange(length)
    found = [(steps >= at).astype(np.float64), np.ones(length)]
    if season:
        found += [(steps % season == place).astype(np.float64) for place in range(1, season)]
    if trend:
        found.append((steps - at) / max(at, 1))
    return np.column_stack(found)


def slope_p(gaps: Values, season: int) -> float:
    """Two-sided p of gaps having no slope."""
    made = columns(len(gaps), 0, season=season, trend=True)
    return tell(gaps, np.column_stack([made[:, -1] * 0 + np.arange(len(gaps)) / len(gaps), made[:, 1:-1]])).p()
