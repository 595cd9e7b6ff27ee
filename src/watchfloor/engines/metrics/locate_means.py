"""Which slice a change of a mean of times comes from (seconds of a job, age at its end), by the logarithms of single times.

Per leaf the number of times, the sum of their logarithms and of its squares, in the window and before it. What a leaf is expected to
take is learned from before: a mean, an effect of each value of each dimension and the leaf's own, each drawn towards none by as much
as it is uncertain (ridge; the leaf's own by the moments of DerSimonian and Laird, 1986). A leaf that was not there before, such as a
new vendor in a market, is expected to take what its values take elsewhere. The gap between seen and expected scatters by

    v = s^2 / n1 + s^2 / (n0 + k) + t^2

``s`` of single times, ``k`` of the drawing, ``t`` the restlessness of leaves from one stretch to another, set so that the middle
leaf of those with enough times is as far off as a normal one would be: a cause in a minority of them does not move it. A cause adds
``a`` to every logarithm under a slice; the log likelihood ratio for each of a few ``a`` adds over leaves and rolls up, and its mean over
``a``, less the log of the number of slices looked at, is a slice's score, as in ``locate_ratios``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from watchfloor.engines.metrics.cube import Cube, Cuboid
from watchfloor.engines.metrics.leaves import Leaves, encode, numbers
from watchfloor.engines.metrics.located import Cause, Location
from watchfloor.kernel.errors import BadInput

_SIZES = (0.05, 0.1, 0.2, 0.4, 0.8)  # of a shift, in logarithms
_ROUNDS = 12  # of fitting effects one dimension after the other
_RIDGE = 5.0  # times' worth of "no effect" of a value
_ENOUGH = 5  # times in a leaf that tells how restless leaves are
_LEAST_LEAVES = 8
_MIDDLE = 0.4549  # median of the square of a standard normal
_MOST_RESTLESS = 0.25
_LEAST = 1e-9


class _Gaps(NamedTuple):
    """Of each leaf: how far its mean logarithm is above the expected one, the variance of that, how many times."""

    gap: pl.Series
    variance: pl.Series
    n: pl.Series


def locate_mean(
    frame: pl.DataFrame, *, dims: Sequence[str], alpha: float = 0.05, depth: int = 2, up: bool | None = None
) -> Location:
    """Find the slice that moves a mean of times.

    Args:
        frame: leaf rows: the dimension columns and ``real_d``, ``real_m``, ``real_q`` (number of times, sum of their natural
            logarithms, sum of the squares of these), likewise ``base_d``, ``base_m``, ``base_q`` of before, and ``real_n``, ``base_n``,
            the sums of the times themselves, which the answer is stated in.
        dims: the dimensions.
        alpha: a slice whose p is larger is not called a cause.
        depth: dimensions of a cause at most.
        up: the way it moved; by default that of the whole, mix set aside.

    Returns:
        Means in the unit of ``real_n``. A cause's ``forecast`` is what its times would have been without the shift.

    Raises:
        BadInput: no row, a missing column, or a negative count.
    """
    if not len(frame):
        raise BadInput("no_rows", "There is no row to look at.")
    sums = {
        name: numbers(frame, name)
        for name in ("real_n", "real_d", "real_m", "real_q", "base_n", "base_d", "base_m", "base_q")
    }
    if any(float(sums[name].min() or 0) < 0 for name in ("real_d", "base_d")):  # type: ignore[arg-type] # numbers all
        raise BadInput("negative", "A number of times is negative.", where="real_d")
    real, base = _rate(sums["real_n"], sums["real_d"]), _rate(sums["base_n"], sums["base_d"])
    if not sums["real_d"].sum() or not sums["base_d"].sum():
        return Location("none", [], 1.0, 0.0, real, base)
    leaves = encode(frame, dims)
    gaps = _gaps(leaves, sums)
    level = _level(gaps.gap, gaps.variance)
    sign = (1.0 if level >= 0 else -1.0) if up is None else (1.0 if up else -1.0)
    evidence = _evidence(gaps, sign)
    whole = _mean_of([float(each.sum()) for each in evidence])
    cube = Cube(leaves.codes, leaves.sizes, evidence, depth)
    score, cuboid, place = max(
        (_best(each, len(leaves.dims)) for each in (cube.cuboids[each] for each in cube.searched)),
        key=lambda best: (best[0], -len(best[1].dims)),
    )
    p = min(1.0, math.exp(-max(score - max(whole, 0.0), 0.0)))
    if p > alpha:
        everywhere = whole > max(score, 0.0) and math.exp(-whole) <= alpha
        shift = math.expm1(level) if everywhere else 0.0
        return Location("everywhere" if everywhere else "none", [], p, shift, real, base)
    codes = cuboid.codes(place)
    under = pl.repeat(True, len(frame), eager=True)
    for dim, code in zip(cuboid.dims, codes, strict=True):
        under = under & (leaves.codes[dim] == code)
    return Location(
        "localised", [_cause(leaves.element(cuboid.dims, codes), under, gaps, sums, score, p)], p, 0.0, real, base
    )


def _gaps(leaves: Leaves, sums: dict[str, pl.Series]) -> _Gaps:
    n1, n0 = sums["real_d"], sums["base_d"]
    single = _single(sums)
    y0 = sums["base_m"] / n0.clip(_LEAST)
    main = _effects(leaves, y0, n0)
    own = _own(y0 - main, n0, single)
    expected = main + (y0 - main) * (n0 / (n0 + own))
    gap = (sums["real_m"] / n1.clip(_LEAST) - expected).zip_with(n1 > 0, pl.zeros(len(n1), eager=True))
    variance = single / n1.clip(_LEAST) + single / (n0 + own)
    restless = _restless(gap, variance, n1)
    return _Gaps(gap, variance + restless, n1)


def _single(sums: dict[str, pl.Series]) -> float:
    """The variance of the logarithm of a single time about the mean of its leaf and stretch."""
    square, freedom = 0.0, 0.0
    for side in ("real", "base"):
        n, m, q = (sums[f"{side}_{name}"] for name in ("d", "m", "q"))
        square += float((q - m * m / n.clip(1.0)).clip(0.0).sum())
        freedom += float((n - 1).clip(0.0).sum())
    return max(square / freedom if freedom else 1.0, 1e-6)


def _effects(leaves: Leaves, y: pl.Series, n: pl.Series) -> pl.Series:
    """What each leaf takes by its values alone, without its own: known for leaves of which nothing is known before."""
    middle = float((y * n).sum()) / float(n.sum())
    found = pl.zeros(len(y), eager=True) + middle
    effects = [pl.zeros(size, eager=True) for size in leaves.sizes]
    for _ in range(_ROUNDS):
        for dim, codes in enumerate(leaves.codes):
            without = found - effects[dim][codes]
            table = pl.DataFrame({"code": codes, "gap": (y - without) * n, "n": n}).group_by("code").sum()
            fresh = pl.zeros(leaves.sizes[dim], eager=True).scatter(table["code"], table["gap"] / (table["n"] + _RIDGE))
            effects[dim] = fresh
            found = without + fresh[codes]
    return found


def _own(gap: pl.Series, n: pl.Series, single: float) -> float:
    """How many times' worth of "nothing of its own" a leaf begins with."""
    total = float(n.sum())
    beyond = float((gap * gap * n).sum()) - single * float((n > 0).sum())
    between = beyond / max(total - float((n * n).sum()) / total, 1.0)
    return min(max(single / between, 0.5), 1e6) if between > 0 else 1e6


def _restless(gap: pl.Series, variance: pl.Series, n: pl.Series) -> float:
    """The variance by which leaves wander from one stretch to the next, from the middle one of those with enough times."""
    told = n >= _ENOUGH
    if int(told.sum()) < _LEAST_LEAVES:
        return 0.0
    gap, variance = gap.filter(told), variance.filter(told)
    low, high = 0.0, _MOST_RESTLESS
    for _ in range(30):
        middle = (low + high) / 2
        apart = gap - _level(gap, variance + middle)
        square = float((apart * apart / (variance + middle)).median() or 0.0)  # type: ignore[arg-type] # a number
        low, high = (middle, high) if square > _MIDDLE else (low, middle)
    return low


def _level(gap: pl.Series, variance: pl.Series) -> float:
    weight = 1 / variance
    return float((gap * weight).sum()) / float(weight.sum())


def _evidence(gaps: _Gaps, sign: float) -> list[pl.Series]:
    none = pl.zeros(len(gaps.gap), eager=True)
    return [
        ((gaps.gap * (size * sign) - size * size / 2) / gaps.variance).zip_with(gaps.n > 0, none) for size in _SIZES
    ]


def _best(cuboid: Cuboid, dims: int) -> tuple[float, Cuboid, int]:
    """The best cell of a cuboid by the mean over sizes, the number of cells paid for."""
    prior = math.log(cuboid.cells) + math.log(math.comb(dims, len(cuboid.dims)))
    channels = [cuboid.channel(number) for number in range(cuboid.channels)]
    places = {int(each.arg_max() or 0) for each in channels}
    score, place = max((_mean_of([each[place] for each in channels]) - prior, -place) for place in places)
    return score, cuboid, -place


def _mean_of(logs: Sequence[float]) -> float:
    top = max(logs)
    return top + math.log(sum(math.exp(each - top) for each in logs) / len(logs))


def _cause(
    where: dict[str, str], under: pl.Series, gaps: _Gaps, sums: dict[str, pl.Series], score: float, p: float
) -> Cause:
    level = _level(gaps.gap.filter(under & (gaps.n > 0)), gaps.variance.filter(under & (gaps.n > 0)))
    real = _rate(sums["real_n"].filter(under), sums["real_d"].filter(under))
    moved = gaps.gap * gaps.n
    change = float(moved.sum())
    share = float(moved.filter(under).sum()) / change if change else 0.0
    return Cause(where, p, score, real, real * math.exp(-level), share, int(under.sum()))


def _rate(part: pl.Series, whole: pl.Series) -> float:
    total = float(whole.sum())
    return float(part.sum()) / total if total else 0.0
