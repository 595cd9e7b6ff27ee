"""Which slice a change of a ratio comes from (failures of requests, overturned of appealed), on its rare side, with a p-value.

Per leaf: ``f`` cases of ``n``, and the number expected of them ``e = n * r``, where ``r`` is the forecast's rate drawn towards that
of the whole (leaves of few forecast cases say little). Counts scatter about their mean as a negative binomial of size ``k``: like
Poisson counts where they are few, by a fixed proportion where they are many, so that a million requests do not make a difference of
one per cent a cause. A cause adds failures to a share ``a`` of what did not fail:

    nothing happened:  f ~ NB(e, k)               a cause:  f ~ NB(e + a (n - e), k),  a one of a few, the same for the slice

The log likelihood ratio for each ``a`` adds over leaves, so it rolls up; the mean over ``a``, less the log of the number of slices
looked at, is a slice's score. A parent of the true slice pays for its calm leaves, a child gives away moved ones.
The sizes of the scatter and of the draw towards the whole were set on part of the RobustSpot faults; F1 there does not turn on them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from watchfloor.engines.metrics.cube import Cube, Cuboid
from watchfloor.engines.metrics.leaves import Leaves, encode, numbers
from watchfloor.engines.metrics.located import Cause, Location
from watchfloor.engines.metrics.scan import Expected, expected, scan_p
from watchfloor.kernel.errors import BadInput

_SIZE = 30.0
_MORE = (0.02, 0.04, 0.08, 0.16, 0.32, 0.64)  # share of the rest that fails too, or of the failures that went
_TIMES = (1.1, 1.2, 1.4, 1.8, 2.6, 4.2)  # where the numerator is no part of the denominator
_MANY = 0.5
_UNSUPPORTED = 0.1  # where "all of it" or "nothing" fits better than the slice, its p must be that much smaller
_DECISIVE = 14.0  # log odds, a million to one


class _Sides(NamedTuple):
    """Numerator and denominator, measured and forecast, on the rare side."""

    f: pl.Series
    n: pl.Series
    f0: pl.Series
    n0: pl.Series
    part: bool  # the numerator is a part of the denominator
    turned: bool  # it was turned to the rare side


def locate_ratio(
    frame: pl.DataFrame,
    *,
    real_num: str,
    real_den: str,
    forecast_num: str,
    forecast_den: str,
    dims: Sequence[str] | None = None,
    alpha: float = 0.05,
    most: int = 1,
    depth: int | None = None,
    simulations: int = 99,
    seed: int = 1,
) -> Location:
    """Find the slices that move the ratio ``real_num / real_den`` away from the forecast one in the direction the whole moved.

    Args:
        frame: leaf rows: dimension columns and the four numbers.
        dims: the dimensions; all other columns by default.
        alpha: a slice whose p is larger is not called a cause; nor one whose p is above a tenth of it, if "all of it changed" or
            "nothing did" fits better.
        most: causes at most; after the first, each needs the evidence of a score above log(1 / alpha).
        depth: dimensions of a cause at most.
        simulations: of the calm state, for the p-value where the evidence is not decisive anyhow; 0 takes the bound of the score
            instead, which is never too small but often too large.
    """
    columns = (real_num, real_den, forecast_num, forecast_den)
    names = [name for name in frame.columns if name not in columns] if dims is None else list(dims)
    if not len(frame):
        raise BadInput("no_rows", "There is no row to look at.")
    f, n, f0, n0 = (numbers(frame, name) for name in columns)
    for name, column in zip(columns, (f, n, f0, n0), strict=True):
        if float(column.min() or 0) < 0:  # type: ignore[arg-type] # numbers all
            raise BadInput(
                "negative", f"Column {name!r} holds a negative number; parts and wholes are counts.", where=name
            )
    leaves = encode(frame, names)
    sides = _sides(f, n, f0, n0)
    real, forecast = _rate(f, n), _rate(f0, n0)
    if sides.n.sum() == 0 or sides.n0.sum() == 0:
        return Location("none", [], 1.0, 0.0, real, forecast)
    law = expected(sides.f, sides.n, sides.f0, sides.n0)
    found = _ranked(leaves, sides, law, alpha, most, depth)
    if found.lead >= _DECISIVE:  # a bound (Markov) is enough, and no simulation would see its like
        p = math.exp(-min(found.lead, 700.0))
    else:
        p = scan_p(leaves, law, simulations, seed, depth) if simulations else math.exp(-max(found.lead, 0.0))
    bar = alpha if found.lead > 0 else alpha * _UNSUPPORTED
    causes = [] if p > bar else [cause if at else _with(cause, p) for at, cause in enumerate(found.causes)]
    return Location(_verdict(found, bool(causes), alpha, law), causes, p, found.shift, real, forecast)


class _Found(NamedTuple):
    causes: list[Cause]
    everywhere: bool  # all of it fits better than any slice
    lead: float  # of the best slice over "all of it" and over "nothing"
    shift: float


def _verdict(found: _Found, named: bool, alpha: float, law: Expected) -> str:
    if named:
        return "localised"
    return "everywhere" if found.everywhere and law.whole_p() <= alpha else "none"


def _ranked(leaves: Leaves, sides: _Sides, law: Expected, alpha: float, most: int, depth: int | None) -> _Found:
    """The best slices by score, and whether "all of it" scores better than any of them."""
    evidence = _evidence(sides, law)
    cube = Cube(leaves.codes, leaves.sizes, evidence, depth)
    whole = _mean_of([float(each.sum()) for each in evidence])
    causes: list[Cause] = []
    left = sides
    taken = pl.zeros(len(sides.f), dtype=pl.Boolean, eager=True)
    first = -math.inf
    while len(causes) < most:
        score, cuboid, place = max(
            (_best(each, len(leaves.dims)) for each in (cube.cuboids[dims] for dims in cube.searched)),
            key=lambda best: (best[0], -len(best[1].dims)),
        )
        if not causes:
            first = score
        elif score < math.log(1 / alpha):
            break
        codes = cuboid.codes(place)
        under = ~taken
        for dim, code in zip(cuboid.dims, codes, strict=True):
            under = under & (leaves.codes[dim] == code)
        taken = taken | under
        causes.append(_cause(leaves.element(cuboid.dims, codes), score, under, left, law))
        if len(causes) < most:
            cube.remove(cuboid.dims, codes)
            cube.settle()
    shift = float(sides.f.sum()) / law.total - 1 if law.total else 0.0
    return _Found(causes, whole > first, first - max(whole, 0.0), shift if whole > first else 0.0)


def _sides(f: pl.Series, n: pl.Series, f0: pl.Series, n0: pl.Series) -> _Sides:
    part = bool((f <= n).all()) and bool((f0 <= n0).all())
    if part and float(f0.sum()) + float(f.sum()) > _MANY * (float(n0.sum()) + float(n.sum())):
        return _Sides(n - f, n, n0 - f0, n0, True, True)
    if part:
        return _Sides(f, n, f0, n0, True, False)
    unit = _rate(f0, n0) or _rate(f, n) or 1.0  # such as seconds an answer took: counted in answers' worth
    return _Sides(f / unit, n, f0 / unit, n0, False, False)


def _evidence(sides: _Sides, law: Expected) -> list[pl.Series]:
    """Of each leaf and size of effect, the log likelihood ratio."""
    e, f, n = pl.col("e"), pl.col("f"), pl.col("n")
    if law.sign < 0:
        means = [e * (1 - more) for more in _MORE] if sides.part else [e / times for times in _TIMES]
    else:
        means = [e + (n - e).clip(0.0) * more for more in _MORE] if sides.part else [e * times for times in _TIMES]
    ratios = [
        f * (mean / e).log() - (f + _SIZE) * ((mean + _SIZE) / (e + _SIZE)).log() for mean in means
    ]  # the gamma functions of the two negative binomials are the same and fall out
    table = pl.DataFrame({"f": sides.f, "n": sides.n, "e": law.mean}).select(
        [pl.when(e > 0).then(ratio).otherwise(0.0).alias(f"a{at}") for at, ratio in enumerate(ratios)]
    )
    return table.get_columns()


def _best(cuboid: Cuboid, dims: int) -> tuple[float, Cuboid, int]:
    """The best cell of a cuboid by the mean over effects, its prior paid."""
    channels = [cuboid.channel(number) for number in range(cuboid.channels)]
    prior = math.log(cuboid.cells) + math.log(math.comb(dims, len(cuboid.dims)))
    # The mean lies between the largest and the largest less log(number), so few cells need it.
    tops = [float(each.max() or 0.0) for each in channels]  # type: ignore[arg-type] # sums, numbers all
    bar = max(tops) - math.log(len(channels)) - 1e-9
    places: set[int] = set()
    for each, top in zip(channels, tops, strict=True):
        if top >= bar:
            places.update((each >= bar).arg_true().to_list())
    scored = ((_mean_of([each[place] for each in channels]) - prior, -place) for place in places)
    score, place = max(scored)
    return score, cuboid, -place


def _mean_of(logs: Sequence[float]) -> float:
    top = max(logs)
    return top + math.log(sum(math.exp(each - top) for each in logs) / len(logs))


def _cause(where: dict[str, str], score: float, under: pl.Series, sides: _Sides, law: Expected) -> Cause:
    f, n, e = (float(each.filter(under).sum()) for each in (sides.f, sides.n, law.mean))
    change = float(sides.f.sum()) - law.total
    rate, was = (f / n, e / n) if n else (0.0, 0.0)
    if sides.turned:
        rate, was = 1 - rate, 1 - was
    p = min(1.0, math.exp(-max(score, 0.0)))
    return Cause(where, p, score, rate, was, (f - e) / change if change else 0.0, int(under.sum()))


def _with(cause: Cause, p: float) -> Cause:
    return Cause(cause.where, p, cause.score, cause.real, cause.forecast, cause.share, cause.leaves)


def _rate(part: pl.Series, whole: pl.Series) -> float:
    total = float(whole.sum())
    return float(part.sum()) / total if total else 0.0
