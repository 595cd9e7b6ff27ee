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
from collections.abc import Sequence

import polars as pl

from watchfloor.engines.metrics.cube import SMALL, Cube, Cuboid
from watchfloor.engines.metrics.evidence import AT_ONCE, Scorer
from watchfloor.engines.metrics.flat import Flat
from watchfloor.engines.metrics.leaves import Leaves, encode, numbers
from watchfloor.engines.metrics.located import Cause, Location
from watchfloor.engines.metrics.spread import Spread, fit_spread
from watchfloor.kernel.errors import BadInput


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
        # Where every leaf is there, nobody needs to add up ones.
        full = leaves.full and len(measured) <= SMALL and (depth is None or depth >= len(leaves.dims))
        channels, self.spread, counted = _channels(measured, expected, self.sign, full)
        self.scorer = Scorer(self.spread, len(leaves.dims))
        self.cube = Cube(leaves.codes, leaves.sizes, channels, depth, full=leaves.full)
        self.layers = len({len(dims) for dims in self.cube.searched})
        self.bar = math.log(self.layers / alpha)
        self.first_p = 1.0
        self.taken: pl.Series | None = None
        searched = [self.cube.cuboids[dims] for dims in self.cube.searched]
        whole = self.cube.dense and len(searched) == len(self.cube.cuboids)
        self.flat = Flat(self.cube, counted=counted) if whole and not any(map(self.cube.large, searched)) else None
        self.standing: list[tuple[float, int]] | None = None  # scores of cells of the flat table, once found
        if self.flat is None:
            self.small = [each for each in searched if not self.cube.large(each)]
            self.large = {each.dims: (each, *self.scorer.one(each, None)) for each in searched if self.cube.large(each)}

    def next(self) -> list[Cause]:
        """The strongest slices of what is left that share no leaf, taken out; none if chance explains the rest."""
        found: list[Cause] = []
        chosen: list[dict[int, int]] = []
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
        if chosen and self.flat is not None:
            self._rescore_flat(self.flat, chosen)
        elif chosen:
            changed = [self.cube.remove(list(fixed), list(fixed.values())) for fixed in chosen]
            self.cube.settle()
            self._rescore_large(changed)
        return found

    def _ranked(self) -> list[tuple[float, Cuboid, int]]:
        """The best cells, best first; of equals the one with fewer dimensions."""
        if self.flat is not None:
            if self.standing is None:
                self.standing = self.scorer.flat(self.flat, None)
            cells = [(score, *self.flat.cell(place)) for score, place in self.standing]
            return sorted(cells, key=lambda each: (-each[0], len(each[1].dims)))[:AT_ONCE]
        found = self.scorer.many(self.small)
        for cuboid, places, scores in self.large.values():
            best = scores.top_k(min(len(scores), AT_ONCE))
            if len(best):
                over = scores >= best.min()
                pairs = zip(scores.filter(over), places.filter(over), strict=True)
                found += [(float(score), cuboid, int(place)) for score, place in pairs]
        return sorted(found, key=lambda each: (-each[0], len(each[1].dims)))[:AT_ONCE]

    def _rescore_flat(self, flat: Flat, chosen: list[dict[int, int]]) -> None:
        touched = flat.take_out(chosen)
        standing = self.standing or []
        if len(standing) >= AT_ONCE and min(standing)[0] >= self.bar:  # others above the bar were not listed
            self.standing = None
            return
        gone = set(touched.to_list())
        self.standing = [each for each in standing if each[1] not in gone] + self.scorer.flat(flat, touched)

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


def _channels(measured: pl.Series, expected: pl.Series, sign: float, full: bool) -> tuple[pl.Series, Spread, bool]:
    """Of each leaf: whether it is there, deviation and its square, one after the other; both weighed, and the weight, where it is
    not the same for all. In a full table where all are there the first is left out."""
    gap = measured - expected if sign > 0 else expected - measured
    size = measured.zip_with(measured > expected, expected)
    if float(measured.min() or 0) < 0 or float(expected.min() or 0) < 0:  # type: ignore[arg-type] # numbers both
        size = pl.select(pl.max_horizontal(measured.abs(), expected.abs())).to_series()
        deviation = (gap / size).clip(-1.0, 1.0)
    else:
        deviation = gap / size
    if float(size.min() or 0) > 0:  # type: ignore[arg-type] # a number
        occupied = None
    else:
        there = size > 0
        occupied = there.cast(pl.Float64)
        deviation = deviation.zip_with(there, pl.zeros(len(gap), eager=True))
    spread = fit_spread(deviation, size)
    if spread.shift:
        deviation = deviation - spread.shift
        deviation = deviation if occupied is None else deviation * occupied
    counted = full and occupied is None
    if occupied is None and not (counted and not spread.counting):
        occupied = pl.repeat(1.0, len(gap), dtype=pl.Float64, eager=True)
    parts = [] if counted or occupied is None else [occupied]
    if not spread.counting:
        return pl.concat([*parts, deviation, deviation * deviation], rechunk=True), spread, counted
    assert occupied is not None
    weight = occupied / (spread.counting / size.clip(1e-9) + spread.level)
    weighted = weight * deviation
    return pl.concat([*parts, weighted, weighted * deviation, weight], rechunk=True), spread, counted
