"""Which slices a change of a count comes from: additive evidence of every cell, the best taken out, until chance explains the rest.

Under a cause all leaves move by nearly the same proportion ("ripple"; Sun et al. 2018, HotSpot), elsewhere forecasts are off by
chance. With ``d`` the relative deviation of a leaf, signed so that the change is positive, and ``w`` one over its variance:

    nothing happened:  d ~ N(0, 1/w)              a cause:  d ~ N(m, c^2/w),  m ~ N(0, t^2)

so a cell's evidence (a Bayes factor, averaged over a few ``c``) needs four sums only: leaves, w, w*d and w*d*d, which roll up. A
parent of the true slice pays for its calm leaves and a child of it misses some moved ones, so the true one stands out by itself.
The prior spreads evenly over the layers, the cuboids of a layer and the cells of a cuboid. As evidence with its prior exceeds
1/p with probability at most p when nothing happened (Markov), p is bounded by exp(-score), whatever was looked at.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

import polars as pl

from watchfloor.engines.metrics.cube import Cube, Cuboid
from watchfloor.engines.metrics.leaves import Leaves, encode, numbers
from watchfloor.engines.metrics.located import Cause, Location
from watchfloor.engines.metrics.spread import Spread, fit_spread
from watchfloor.kernel.errors import BadInput

_TIGHT = (0.01, 0.05, 0.1, 0.2)  # how unlike the leaves under one cause may be, as relative deviation
_REACH = 0.7  # how large causes are before anything is known of them, as relative deviation
_LEAST = 0.1  # slices that moved by less are not worth naming
_FEW = 150
_AT_ONCE = 200  # candidates looked at before the rest is scored again


def locate_counts(
    frame: pl.DataFrame,
    *,
    real: str,
    forecast: str,
    dims: Sequence[str] | None = None,
    alpha: float = 0.05,
    most: int = 20,
    depth: int | None = None,
) -> Location:
    """Find the slices that make ``real`` differ from ``forecast`` in the direction the whole does.

    Args:
        frame: leaf rows: dimension columns and both numbers.
        dims: the dimensions; all other columns by default.
        alpha: how often a cause may be named when nothing happened.
        most: causes at most.
        depth: dimensions of a cause at most.
    """
    if not 0 < alpha < 1:
        raise BadInput("bad_alpha", "alpha is a probability between 0 and 1.", where="alpha")
    names = [name for name in frame.columns if name not in (real, forecast)] if dims is None else list(dims)
    measured, expected = numbers(frame, real), numbers(frame, forecast)
    leaves = encode(frame, names)
    if not len(frame):
        raise BadInput("no_rows", "There is no row to look at.")
    search = _Search(leaves, measured, expected, alpha, depth)
    causes: list[Cause] = []
    while len(causes) < most and (found := search.next()):
        causes += found
    del causes[most:]
    verdict = "localised" if causes else "everywhere" if search.spread.shift else "none"
    return Location(verdict, causes, search.first_p, search.spread.shift * search.sign, *search.whole)


class _Search:
    """The cube, what each cell scores, and what has been taken out."""

    def __init__(
        self, leaves: Leaves, measured: pl.Series, expected: pl.Series, alpha: float, depth: int | None
    ) -> None:
        self.leaves, self.measured, self.expected = leaves, measured, expected
        self.whole = (float(measured.sum()), float(expected.sum()))
        self.sign = 1.0 if self.whole[0] >= self.whole[1] else -1.0
        channels, self.spread = _channels(measured, expected, self.sign)
        self.scorer = _Scorer(self.spread, len(leaves.dims))
        self.cube = Cube(leaves.codes, leaves.sizes, channels, depth)
        self.layers = len({len(dims) for dims in self.cube.searched})
        self.bar = math.log(self.layers / alpha)
        self.first_p = 1.0
        self.taken: pl.Series | None = None
        searched = [self.cube.cuboids[dims] for dims in self.cube.searched]
        self.small = [each for each in searched if not self.cube.large(each)]
        self.large = {each.dims: (each, *self.scorer.one(each, None)) for each in searched if self.cube.large(each)}

    def next(self) -> list[Cause]:
        """The strongest slices of what is left that share no leaf, taken out; none if chance explains the rest."""
        found: list[Cause] = []
        chosen: list[dict[int, int]] = []
        changed: list[dict[tuple[int, ...], pl.Series]] = []
        for score, cuboid, place in self._ranked():
            if self.first_p == 1.0:
                self.first_p = self._p(score)
            if score < self.bar:
                break
            codes = cuboid.codes(place)
            fixed = dict(zip(cuboid.dims, codes, strict=True))
            kin = {_kinship(fixed, other) for other in chosen}
            if "crossing" in kin:  # what it scores once the other is out must be seen first
                break
            if not kin or kin == {"apart"}:
                chosen.append(fixed)
                found.append(self._cause(cuboid.dims, codes, score))
        for fixed in chosen:
            changed.append(self.cube.remove(list(fixed), list(fixed.values())))
        if chosen:
            self.cube.settle()
            self._rescore_large(changed)
        return found

    def _ranked(self) -> list[tuple[float, Cuboid, int]]:
        """The best cells, best first; of equals the one with fewer dimensions."""
        found = self.scorer.many(self.small)
        for cuboid, places, scores in self.large.values():
            best = scores.top_k(min(len(scores), _AT_ONCE))
            if len(best):
                over = scores >= best.min()
                pairs = zip(scores.filter(over), places.filter(over), strict=True)
                found += [(float(score), cuboid, int(place)) for score, place in pairs]
        return sorted(found, key=lambda each: (-each[0], len(each[1].dims)))[:_AT_ONCE]

    def _rescore_large(self, changed: list[dict[tuple[int, ...], pl.Series]]) -> None:
        for dims, (cuboid, places, scores) in list(self.large.items()):
            again = pl.concat([each[dims] for each in changed])
            again = again.unique() if len(changed) > 1 else again
            kept = ~places.is_in(again.implode())
            fresh = self.scorer.one(cuboid, again)
            joined = (pl.concat([places.filter(kept), fresh[0]]), pl.concat([scores.filter(kept), fresh[1]]))
            self.large[dims] = (cuboid, *joined)

    def _p(self, score: float) -> float:
        return min(1.0, self.layers * math.exp(-min(score, 700.0)))

    def _cause(self, dims: tuple[int, ...], codes: tuple[int, ...], score: float) -> Cause:
        under = self.leaves.codes[dims[0]] == codes[0]
        for dim, code in zip(dims[1:], codes[1:], strict=True):
            under = under & (self.leaves.codes[dim] == code)
        if self.taken is not None:
            under = under & ~self.taken
        self.taken = under if self.taken is None else self.taken | under
        real, forecast = float(self.measured.filter(under).sum()), float(self.expected.filter(under).sum())
        change = self.whole[0] - self.whole[1]
        share = (real - forecast) / change if change else 0.0
        return Cause(self.leaves.element(dims, codes), self._p(score), score, real, forecast, share, int(under.sum()))


def _kinship(one: dict[int, int], other: dict[int, int]) -> str:
    """How two cells stand to each other: ``apart`` (no leaf in common), ``line`` (one lies in the other) or ``crossing``."""
    if any(one.get(dim, code) != code for dim, code in other.items()):
        return "apart"
    return "line" if one.items() <= other.items() or other.items() <= one.items() else "crossing"


class _Scorer:
    """Scores cells: evidence less the prior of having looked at so many."""

    def __init__(self, spread: Spread, dims: int) -> None:
        self.spread, self.dims = spread, dims
        scale = math.sqrt(spread.level)
        # Counting noise does not go away under a cause; a forecast's error may.
        self.tight = [0.5, 1.0] if spread.counting else sorted({min(1.0, each / scale) for each in _TIGHT} | {1.0})
        self.least = _LEAST if spread.counting else max(_LEAST, scale)

    def prior(self, cuboid: Cuboid) -> float:
        """Log of the cells of the cuboid and of the cuboids of its layer."""
        return math.log(cuboid.cells) + math.log(math.comb(self.dims, len(cuboid.dims)))

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
        if len(scores) > _AT_ONCE:
            over = scores >= scores.top_k(_AT_ONCE).min()
            scores, chosen = scores.filter(over), chosen.filter(over)
        ends = list(accumulate(each.held for each in cuboids))
        found = []
        for score, place in zip(scores.to_list(), chosen.to_list(), strict=True):
            number = bisect_right(ends, place)
            found.append((float(score), cuboids[number], int(place) - (ends[number] - cuboids[number].held)))
        return found

    def _hopeful(self, channels: list[pl.Series], prior: pl.Series | float) -> pl.Series:
        """Places of cells that moved the right way and whose evidence, at its very best, exceeds the prior."""
        slack = -math.log(self.tight[0])
        hope = channels[2] * 0.5 + channels[0] * slack - slack
        if self.spread.counting:
            moved = channels[1] > channels[3] * self.least
        else:
            moved = channels[1] > channels[0] * (self.least / self.spread.level)
        return (moved & (hope > prior)).arg_true()

    def _scores(self, channels: list[pl.Series], chosen: pl.Series) -> pl.Series:
        count, first, second = (each[chosen] for each in channels[:3])
        weight = channels[3][chosen] if self.spread.counting else count * (1 / self.spread.level)
        return _evidence(count, weight, first, second, self.tight)


@lru_cache(maxsize=256)
def _constant(value: float, length: int) -> pl.Series:
    return pl.repeat(value, length, dtype=pl.Float64, eager=True)


def _channels(measured: pl.Series, expected: pl.Series, sign: float) -> tuple[pl.Series, Spread]:
    """Of each leaf: whether it is there, weighted deviation, its square, and the weight where it is not the same for all;
    one after the other."""
    gap = (measured - expected) * sign
    size = measured.zip_with(measured > expected, expected)
    if float(measured.min() or 0) < 0 or float(expected.min() or 0) < 0:  # type: ignore[arg-type] # numbers both
        size = pl.select(pl.max_horizontal(measured.abs(), expected.abs())).to_series()
        deviation = (gap / size).clip(-1.0, 1.0)
    else:
        deviation = gap / size
    there = size > 0
    deviation = deviation.zip_with(there, pl.zeros(len(gap), eager=True))
    spread = fit_spread(deviation, size)
    occupied = there.cast(pl.Float64)
    if spread.shift:
        deviation = (deviation - spread.shift) * occupied
    if not spread.counting:
        weighted = deviation * (1 / spread.level)
        return pl.concat([occupied, weighted, weighted * deviation], rechunk=True), spread
    weight = occupied / (spread.counting / size.clip(1e-9) + spread.level)
    weighted = weight * deviation
    return pl.concat([occupied, weighted, weighted * deviation, weight], rechunk=True), spread


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
