"""How much a cell of a cube speaks for "these leaves moved together" against "nothing happened": Bayes factors less the price of looking.

The law is that of ``locate_counts``; here are its sums. Cells that cannot reach the bar are left out by a bound that costs little.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

import polars as pl

from watchfloor.engines.metrics.cube import Cuboid
from watchfloor.engines.metrics.flat import Flat
from watchfloor.engines.metrics.spread import Spread

AT_ONCE = 200  # candidates looked at before the rest is scored again
_TIGHT = (0.01, 0.05, 0.1, 0.2)  # how unlike the leaves under one cause may be, as relative deviation
_REACH = 0.7  # how large causes are before anything is known of them, as relative deviation
_LEAST = 0.1  # slices that moved by less are not worth naming
_FEW = 150


class Scorer:
    """Scores cells: evidence less the prior of having looked at so many."""

    def __init__(self, spread: Spread, dims: int) -> None:
        self.spread, self.dims = spread, dims
        scale = math.sqrt(spread.level)
        # Leaves that all weigh the same come with their plain deviations.
        self.weight = 1.0 if spread.counting else 1 / spread.level
        # Counting noise does not go away under a cause; a forecast's error may.
        self.tight = [0.5, 1.0] if spread.counting else sorted({min(1.0, each / scale) for each in _TIGHT} | {1.0})
        self.least = _LEAST if spread.counting else max(_LEAST, scale)

    def prior(self, cuboid: Cuboid) -> float:
        """Log of the cells of the cuboid and of the cuboids of its layer."""
        return _prior(cuboid.sizes, self.dims)

    def one(self, cuboid: Cuboid, places: pl.Series | None) -> tuple[pl.Series, pl.Series]:
        """Places and scores of the cells (all, or at these places) that may score above nought."""
        channels = [cuboid.channel(number) for number in range(cuboid.channels)]
        if places is not None:
            channels = [each[places] for each in channels]
        prior = self.prior(cuboid)
        chosen = self._hopeful(channels, prior)
        scores = self._scores(channels, chosen) - prior
        return (chosen if places is None else places[chosen]), scores

    def many(self, cuboids: list[Cuboid]) -> list[tuple[float, Cuboid, int]]:
        """The best cells of many small cuboids, scored in one go."""
        if not cuboids:
            return []
        joined = [pl.concat([each.channel(at) for each in cuboids], rechunk=True) for at in range(cuboids[0].channels)]
        priors = pl.concat([_constant(self.prior(each), each.held) for each in cuboids], rechunk=True)
        chosen = self._hopeful(joined, priors)
        if not len(chosen):
            return []
        scores = self._scores(joined, chosen) - priors[chosen]
        if len(scores) > AT_ONCE:
            over = scores >= scores.top_k(AT_ONCE).min()
            scores, chosen = scores.filter(over), chosen.filter(over)
        ends = list(accumulate(each.held for each in cuboids))
        found = []
        for score, place in zip(scores.to_list(), chosen.to_list(), strict=True):
            number = bisect_right(ends, place)
            found.append((float(score), cuboids[number], int(place) - (ends[number] - cuboids[number].held)))
        return found

    def flat(self, table: Flat, places: pl.Series | None) -> list[tuple[float, int]]:
        """Score and place of the best cells of a flat cube (all, or of these places)."""
        priors = _priors(tuple(each.sizes for each in table.cuboids), self.dims)
        channels = table.channels
        if places is not None:
            channels, priors = [each[places] for each in channels], priors[places]
        chosen = self._hopeful(channels, priors)
        if not len(chosen):
            return []
        scores = self._scores(channels, chosen) - priors[chosen]
        where = chosen if places is None else places[chosen]
        if len(scores) > AT_ONCE:
            over = scores >= scores.top_k(AT_ONCE).min()
            scores, where = scores.filter(over), where.filter(over)
        return list(zip(scores.to_list(), where.to_list(), strict=True))

    def _hopeful(self, channels: list[pl.Series], prior: pl.Series | float) -> pl.Series:
        """Places of cells that moved the right way and whose evidence, at its very best, exceeds the prior."""
        if self.spread.counting:
            moved = (channels[1] > channels[3] * self.least).arg_true()
        else:
            moved = (channels[1] > channels[0] * self.least).arg_true()
        slack = -math.log(self.tight[0])
        hope = channels[2][moved] * (0.5 * self.weight) + (channels[0][moved] - 1.0) * slack
        return moved.filter(hope > (prior if isinstance(prior, float) else prior[moved]))

    def _scores(self, channels: list[pl.Series], chosen: pl.Series) -> pl.Series:
        count, first, second = (each[chosen] for each in channels[:3])
        if self.spread.counting:
            return _evidence(count, channels[3][chosen], first, second, self.tight)
        return _evidence(count, count * self.weight, first * self.weight, second * self.weight, self.tight)


def _prior(sizes: tuple[int, ...], dims: int) -> float:
    return math.log(math.prod(sizes)) + math.log(math.comb(dims, len(sizes)))


@lru_cache(maxsize=16)
def _priors(sizes: tuple[tuple[int, ...], ...], dims: int) -> pl.Series:
    """The prior of each cell of a flat cube."""
    parts = [pl.repeat(_prior(each, dims), math.prod(each), dtype=pl.Float64, eager=True) for each in sizes]
    return pl.concat(parts, rechunk=True)


@lru_cache(maxsize=256)
def _constant(value: float, length: int) -> pl.Series:
    return pl.repeat(value, length, dtype=pl.Float64, eager=True)


def _evidence(
    count: pl.Series, weight: pl.Series, first: pl.Series, second: pl.Series, tight: Sequence[float]
) -> pl.Series:
    """Log Bayes factor of "a common shift, spread c/sqrt(w)" to "none, spread 1/sqrt(w)", averaged over the values of c."""
    if len(count) <= _FEW:  # setting up an expression costs more than so many numbers do
        cells = zip(count.to_list(), weight.to_list(), first.to_list(), second.to_list(), strict=True)
        return pl.Series([_evidence_of(*cell, tight) for cell in cells], dtype=pl.Float64)
    sums = pl.DataFrame({"n": count, "w": weight, "s": first, "ss": second})
    n, w = pl.col("n"), pl.col("w")
    parts = (
        sums.lazy()
        .with_columns(mean=pl.col("s") / w)
        .with_columns(rest=(pl.col("ss") - pl.col("s") * pl.col("mean")).clip(0.0), pull=pl.col("mean") ** 2 * w * 0.5)
    )
    found = []
    for each in tight:
        reach = w * (_REACH / each) ** 2 + 1.0  # prior variance of the shift over the variance of its mean, and one
        found.append(
            pl.col("rest") * (-0.5 / each**2)
            - n * math.log(each)
            - pl.col("pull") / (reach * each**2)
            - reach.log() * 0.5
        )
    names = [f"e{place}" for place in range(len(found))]
    top = pl.col("top")
    total = sum(((pl.col(name) - top).exp() for name in names), pl.lit(0.0))
    answer = (
        parts.with_columns(pl.col("ss"), **dict(zip(names, found, strict=True)))
        .with_columns(top=pl.max_horizontal(names))
        .select(score=top + (total / len(found)).log() + pl.col("ss") * 0.5)
    )
    return answer.collect()["score"]


def _evidence_of(count: float, weight: float, first: float, second: float, tight: Sequence[float]) -> float:
    """The same for one cell."""
    mean = first / weight
    rest, pull = max(second - first * mean, 0.0), mean * mean * weight * 0.5
    found = []
    for each in tight:
        reach = weight * (_REACH / each) ** 2 + 1.0
        found.append(
            rest * (-0.5 / each**2) - count * math.log(each) - pull / (reach * each**2) - math.log(reach) * 0.5
        )
    top = max(found)
    return top + math.log(sum(math.exp(each - top) for each in found) / len(found)) + second * 0.5
