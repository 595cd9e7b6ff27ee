"""A step in a noisy series, with an interval that holds though each step resembles the one before it.

The series is explained by a step, a level, and what else it is given (places of the week, a trend); what is left is a first-order
autoregression whose strength is not known. It is not put at one value, which makes intervals too narrow when the series is short: every
strength is tried, weighted by its restricted likelihood (Patterson and Thompson 1971), and the answer is the mixture of the Student
distributions that belong to each (Zellner and Tiao 1964; Box and Tiao 1965).

A sum of products under strength r is ``all - r across + r² inner``, three sums that are taken once; so trying a strength costs a small
system of equations, and plain lists are quick enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

from watchfloor.engines.effects.shape import Values

_GRID = [-0.4 + 1.1 * step / 22 for step in range(23)] + [0.74 + 0.24 * step / 12 for step in range(13)]
_WIDE = [2 * _GRID[0] - _GRID[1], *_GRID, 2 * _GRID[-1] - _GRID[-2]]
_CELLS = [
    (high - low) / 2 for low, high in zip(_WIDE, _WIDE[2:], strict=False)
]  # of the grid, for which each strength stands
_LEAST = 1e-4  # of the weight of the likeliest strength: less is left out
_RIDGE = 1e-10
Columns = list[Values]
Matrix = list[list[float]]


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
        df = self.freedom
        found = 0.0
        for share, centre, scale in zip(self.shares, self.centres, self.scales, strict=True):
            t = (value - centre) / scale
            # Wallace (1959): within 0.0002 of Student's distribution from eight degrees of freedom on.
            z = (8 * df + 1) / (8 * df + 3) * math.sqrt(df * math.log1p(t * t / df))
            found += share * 0.5 * math.erfc(-math.copysign(z, t) / math.sqrt(2))
        return found

    def quantile(self, share: float) -> float:
        """The value below which it lies with probability ``share``."""
        width = max(self.scales) * 2
        low, high = min(self.centres) - width, max(self.centres) + width
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


def tell(values: Sequence[float], columns: Sequence[Sequence[float]]) -> Told:
    """The coefficient of the first column.

    Raises:
        ValueError: columns that say the same twice over.
    """
    every = [list(map(float, column)) for column in columns]
    wide, count = len(every), len(values)
    # About an ordinary fit first: what is left is as big as the noise, so that the sums below lose no digits to the level.
    plain, *_ = _solved(_products(every), [dot(column, values) for column in every])
    left = [value - fitted for value, fitted in zip(values, course(every, plain), strict=True)]
    every.append(left)
    whole, across, inner = _products(every), _shifted(every), _products([column[1:-1] for column in every])
    floor = max(1e-18 * dot(values, values), 1e-300)  # a series without noise is told exactly
    freedom = float(count - wide)
    weights, fits, firsts, squares = [], [], [], []
    for rho in _GRID:
        sums = [
            [a - rho * b + rho * rho * c for a, b, c in zip(*rows, strict=True)]
            for rows in zip(whole, across, inner, strict=True)
        ]
        aim = [row[wide] for row in sums[:wide]]
        fit, first, logarithm = _solved([row[:wide] for row in sums[:wide]], aim)
        square = max(sums[wide][wide] - dot(fit, aim), floor)
        # The likelihood's sqrt(1 - rho^2) and the reference prior's inverse of it (Berger and Yang 1994) cancel.
        weights.append(-0.5 * logarithm - freedom / 2 * math.log(square))
        fits.append([one + more for one, more in zip(plain, fit, strict=True)])
        firsts.append(first)
        squares.append(square / freedom)
    most = max(weights)
    shares = [math.exp(weight - most) * cell for weight, cell in zip(weights, _CELLS, strict=True)]
    kept = [place for place, share in enumerate(shares) if share >= _LEAST * max(shares)]
    total = math.fsum(shares[place] for place in kept)
    share = [shares[place] / total for place in kept]
    centres = [fits[place][0] for place in kept]
    fit = [dot(share, [fits[place][number] for place in kept]) for number in range(wide)]
    spread = math.sqrt(dot(share, [squares[place] / (1 - _GRID[place] ** 2) for place in kept]))
    scales = [math.sqrt(max(squares[place] * firsts[place], 1e-300)) for place in kept]
    return Told(fit[0], centres, scales, share, freedom, fit, spread)


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    """The sum of products."""
    found: float = sum(map(mul, one, other))
    return found


def course(columns: Sequence[Sequence[float]], fit: Sequence[float]) -> Values:
    """What columns weighted by a fit come to, step by step."""
    return [dot(fit, step) for step in zip(*columns, strict=True)]


def _products(columns: Columns) -> Matrix:
    found = [[0.0] * len(columns) for _ in columns]
    for place, one in enumerate(columns):
        for other in range(place + 1):
            found[place][other] = found[other][place] = dot(one, columns[other])
    return found


def _shifted(columns: Columns) -> Matrix:
    """Of each pair: one's steps with the other's steps before, both ways round."""
    found = [[0.0] * len(columns) for _ in columns]
    for place, one in enumerate(columns):
        for other in range(place + 1):
            two = columns[other]
            found[place][other] = found[other][place] = dot(one[1:], two[:-1]) + dot(one[:-1], two[1:])
    return found


def _solved(matrix: Matrix, aim: Sequence[float]) -> tuple[Values, float, float]:
    """The solution, the first entry of the inverse, and the logarithm of the determinant, by Cholesky's factor."""
    many = len(matrix)
    ridge = _RIDGE * math.fsum(matrix[place][place] for place in range(many)) / many
    factor: Matrix = []
    for place in range(many):
        row: Values = []
        for other in range(place):
            row.append((matrix[place][other] - dot(row, factor[other])) / factor[other][other])
        square = matrix[place][place] + ridge - dot(row, row)
        if square <= 0:
            raise ValueError("columns that say the same twice over")
        row.append(math.sqrt(square))
        factor.append(row)
    solution = _back(factor, _forward(factor, aim))
    first = _forward(factor, [1.0] + [0.0] * (many - 1))
    return solution, dot(first, first), 2 * math.fsum(math.log(row[-1]) for row in factor)


def _forward(factor: Matrix, aim: Sequence[float]) -> Values:
    found: Values = []
    for row, value in zip(factor, aim, strict=True):
        found.append((value - dot(row, found)) / row[-1])
    return found


def _back(factor: Matrix, aim: Values) -> Values:
    found = list(aim)
    for place in range(len(aim) - 1, -1, -1):
        found[place] /= factor[place][place]
        for other in range(place):
            found[other] -= factor[place][other] * found[place]
    return found


def columns(length: int, at: int, *, season: int, trend: bool) -> Columns:
    """The step, the level, and if asked the places of the season and a trend (about the change)."""
    found = [[float(step >= at) for step in range(length)], [1.0] * length]
    found += [[float(step % season == place) for step in range(length)] for place in range(1, season)]
    if trend:
        found.append([(step - at) / max(at, 1) for step in range(length)])
    return found


def slope_p(gaps: Sequence[float], season: int) -> float:
    """Two-sided p of gaps having no slope."""
    level, *rest = columns(len(gaps), 0, season=season, trend=False)
    slope = [step / len(gaps) for step in range(len(gaps))]
    return tell(gaps, [slope, level, *rest[1:]]).p()
