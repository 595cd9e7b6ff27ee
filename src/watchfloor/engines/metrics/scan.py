"""How often chance alone makes some slice of a ratio stand out as much as the one that does: a calibrated p-value by simulation.

The statistic is the largest standardised excess of any slice, ``sum(f - e) / sqrt(sum var)`` (a scan statistic; Kulldorff 1997), over
all slices at once. Its distribution in the calm state is simulated with the leaves' own means and with the scatter that the data
show, so that the forecast's own error and restlessness count as calm. A common shift of all leaves is no slice: the means are first
scaled to the level of the leaves that look calm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from watchfloor.engines.metrics.chance import counts
from watchfloor.engines.metrics.cube import Cube, Cuboid
from watchfloor.engines.metrics.leaves import Leaves

_SCATTER = 30.0  # see locate_ratios
_LEAST = 0.05  # variance below which a slice is too small to stand out
_LEAST_PHI = 0.3
_TURNS = 8
_DRAW_LEAST, _DRAW_MOST = 0.5, 50.0
_CUT = 4.0  # counts are skewed: nearer by, too much of their own tail is left out
_FEWEST_LEAVES = 4
_FEWEST, _MOST_NUMBERS = 19, 20_000_000
_BY_RANK = 0.05
_DRAW = 20.0  # forecast cases worth of the whole's rate that each leaf's own is drawn towards it by


@dataclass(frozen=True)
class Expected:
    """What was expected of each leaf. ``mean`` of ``f``, given ``n``; ``total`` their sum; ``sign`` where the whole went."""

    f: pl.Series
    mean: pl.Series
    total: float
    sign: float
    calm: pl.Series  # the mean again, drawn as far towards the whole as the leaves are alike: for p
    size: pl.Series  # forecast cases that it rests on
    looseness: float  # variance of the whole over its mean, the forecast's own counting noise included

    def whole_p(self) -> float:
        """Two-sided normal p of the whole's change, on the scatter of counts alone."""
        z = abs(float(self.f.sum()) - self.total) / math.sqrt(max(self.total * self.looseness, 1e-9))
        return math.erfc(z / math.sqrt(2))


def expected(f: pl.Series, n: pl.Series, f0: pl.Series, n0: pl.Series) -> Expected:
    """Expected numerators: each leaf's forecast rate, drawn towards that of the whole, times its measured denominator."""
    whole = float(f0.sum()) / float(n0.sum()) or 0.5 / float(n0.sum())
    mean = n * (f0 + _DRAW * whole) / (n0 + _DRAW)
    total = float(mean.sum())
    sign = 1.0 if float(f.sum()) >= total else -1.0
    draw = _draw(f0, n0 * whole) / whole
    near = f0 + draw * whole
    return Expected(f, mean, total, sign, n * near / (n0 + draw), near, 1 + float(n.sum()) / float(n0.sum()))


def _draw(f0: pl.Series, mean: pl.Series) -> float:
    """How many counts the whole's rate is worth beside a leaf's own: one over the leaves' squared variation (method of moments)."""
    square = float((mean * mean).sum())
    spread = float(((f0 - mean) * (f0 - mean) - mean).sum())
    return min(max(square / spread, _DRAW_LEAST), _DRAW_MOST) if spread > 0 else _DRAW_MOST


def scan_p(leaves: Leaves, law: Expected, simulations: int, seed: int, depth: int | None = None) -> float:
    """The chance of an excess somewhere as large as the largest one, if no slice changed."""
    rows = len(law.f)
    calm = fit_calm(law)
    excess = (law.f - calm.mean) * law.sign
    seen = Cube(leaves.codes, leaves.sizes, [excess, calm.variance], depth)
    largest = max(_top(each.channel(0) / _deviation(each)) for each in _cuboids(seen))
    rounds = max(_FEWEST, min(simulations, _MOST_NUMBERS // max(seen.cuboids[seen.searched[0]].held, rows)))
    drawn = counts(calm.mean, calm.variance, rounds, seed)
    total = float(calm.mean.sum())
    level = drawn.reshape((rounds, rows)).arr.sum() / total if total else pl.zeros(rounds, eager=True)
    each_round = pl.int_range(rounds * rows, dtype=pl.UInt32, eager=True) // rows
    spare = (drawn - pl.concat([calm.mean] * rounds, rechunk=True) * level[each_round]) * law.sign
    simulated = Cube(leaves.codes, leaves.sizes, spare, depth)
    tops: pl.Series | None = None
    for cuboid in _cuboids(seen):
        deviation = _deviation(cuboid)
        scaled = simulated.cuboids[cuboid.dims].stack / pl.concat([deviation] * rounds, rechunk=True)
        top = scaled.reshape((rounds, len(deviation))).arr.max()
        tops = top if tops is None else tops.zip_with(tops > top, top)
    assert tops is not None
    return _tail(largest, tops.to_list())


class Calm(NamedTuple):
    """Mean and variance of each leaf when no slice has changed, of the count and of the forecast's own error together.

    Of a leaf's rate its few forecast cases say what a gamma distribution says (they are drawn towards the whole as far as the leaves are
    alike), so its count is negative binomial about the forecast: skewed to more. To take counting error of the forecast off as if the
    rate were known from elsewhere is as skewed to less: calm tables of many small leaves were then localised twice as often as said.
    """

    mean: pl.Series
    variance: pl.Series


def fit_calm(law: Expected) -> Calm:
    """Level and scatter of the leaves that look calm, found by leaving out the others in turns.

    A leaf's variance is ``phi * e + omega * u`` with ``u = e^2 (1 / size + 1 / 30)``: counting, the forecast's own error (``size``
    forecast cases stand behind it) and restlessness. What is left out shortens the tails; the factor of a normal cut there makes up.
    """
    f, e, unsure = law.f, law.calm, law.calm * law.calm * (1 / law.size + 1 / _SCATTER)
    level, phi, omega = _median_ratio(f, e), 1.0, 1.0
    for _ in range(_TURNS):
        mean = e * level
        variance = (mean * phi + unsure * (omega * level * level)).clip(1e-9)
        gap = f - mean
        near = (gap.abs() <= variance.sqrt() * _CUT + 1.0) & (e > 0)
        if near.sum() < _FEWEST_LEAVES:
            break
        f_near, e_near = f.filter(near), e.filter(near)
        level = float(f_near.sum()) / float(e_near.sum())
        if not level:
            return Calm(e * 0.0, e * 0.0 + 1e-9)
        mean = e_near * level
        reach = _CUT + float((1 / variance.filter(near).sqrt()).mean() or 0.0)  # type: ignore[arg-type] # a number
        phi, omega = _two_moments(f_near - mean, mean, unsure.filter(near) * (level * level), _kept(reach))
    return Calm(e * level, (e * (level * phi) + unsure * (omega * level * level)).clip(1e-9))


def _two_moments(gap: pl.Series, mean: pl.Series, unsure: pl.Series, share: float) -> tuple[float, float]:
    """``phi`` and ``omega`` from squared errors weighed in two ways, neither below nought."""
    guard = 1 / mean.clip(1.0)
    kept = share * max(len(gap) - 2, 1) / len(gap)
    one = [float((each * guard).sum()) for each in (gap * gap, mean, unsure)]
    two = [float((each * guard * guard).sum()) for each in (gap * gap, mean, unsure)]
    one[0], two[0] = one[0] / kept, two[0] / kept
    across = one[1] * two[2] - one[2] * two[1]
    phi = (one[0] * two[2] - one[2] * two[0]) / across if across else 0.0
    omega = (one[1] * two[0] - one[0] * two[1]) / across if across else -1.0
    if omega <= 0:
        return max(one[0] / one[1] if one[1] else 1.0, _LEAST_PHI), 0.0
    if phi < _LEAST_PHI:
        return _LEAST_PHI, max(0.0, (one[0] - _LEAST_PHI * one[1]) / one[2]) if one[2] else 0.0
    return phi, omega


def _kept(cut: float) -> float:
    """The variance of a standard normal that is cut on both sides."""
    density = math.exp(-cut * cut / 2) / math.sqrt(2 * math.pi)
    return 1 - 2 * cut * density / math.erf(cut / math.sqrt(2))


def _median_ratio(f: pl.Series, e: pl.Series) -> float:
    """The ratio f / e that half of all that was expected lies below; where counts are too small for that, the ratio of the sums."""
    total = float(e.sum())
    if not total:
        return 1.0
    order = (f / e.clip(1e-12)).arg_sort()
    below = e[order].cum_sum()
    place = order[int((below >= total / 2).arg_max() or 0)]
    ratio = float(f[place]) / float(e[place]) if e[place] else 0.0
    return ratio or float(f.sum()) / total or 1.0


def _cuboids(cube: Cube) -> list[Cuboid]:
    return [cube.cuboids[dims] for dims in cube.searched]


def _tail(value: float, drawn: list[float]) -> float:
    """The share of drawn values that reach this one; beyond them, the tail of the Gumbel distribution through them."""
    reached = sum(each >= value for each in drawn)
    p = (reached + 1) / (len(drawn) + 1)
    if p > _BY_RANK:
        return p
    mean = sum(drawn) / len(drawn)
    scale = math.sqrt(6 * sum((each - mean) ** 2 for each in drawn) / (len(drawn) - 1)) / math.pi or 1e-9
    return min(p, -math.expm1(-math.exp(-(value - mean) / scale - 0.5772156649)))


def _deviation(cuboid: Cuboid) -> pl.Series:
    return cuboid.channel(1).clip(_LEAST).sqrt()


def _top(values: pl.Series) -> float:
    at = values.arg_max()
    return 0.0 if at is None else float(values[at])
