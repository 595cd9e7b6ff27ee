"""A small cube as one long table: a cause is taken out by subtracting what its cells share with others, not by summing all again.

All cuboids stand behind one another, channel by channel. If ``R`` (fixed in the dimensions ``E``) is taken out, a cell ``C`` of the
dimensions ``D`` loses what lies under both, and that is itself a cell: the one of ``D`` and ``E`` together. So the touched cells of all
cuboids are two lists of places, and one subtraction a channel does it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, combinations
from math import prod
from typing import NamedTuple

import polars as pl

from watchfloor.engines.metrics.cube import Cube, Cuboid

_BY_HAND = 400  # places changed by plain loops; more of them by columns


class Flat:
    """The cells of all cuboids of a dense cube of full depth in a row.

    Args:
        cube: the cube.
        counted: its first channel is left out, being one in every leaf: how many leaves a cell has is put in front.

    Attributes:
        channels: one value per cell each.
    """

    def __init__(self, cube: Cube, *, counted: bool = False) -> None:
        self._start = _starts(cube.sizes)
        self.cuboids = [cube.cuboids[dims] for dims in self._start]
        held = [each.cells for each in self.cuboids]
        self._ends = list(accumulate(held))
        self.channels: list[pl.Series] = [_counts(cube.sizes).clone()] if counted else []
        for number in range(self.cuboids[0].channels):
            parts = [each.stack.slice(number * size, size) for each, size in zip(self.cuboids, held, strict=True)]
            self.channels.append(pl.concat(parts, rechunk=True))

    def cell(self, place: int) -> tuple[Cuboid, int]:
        """The cuboid of a cell and the cell's place in it."""
        number = bisect_right(self._ends, place)
        cuboid = self.cuboids[number]
        return cuboid, place - self._start[cuboid.dims]

    def take_out(self, cells: Sequence[dict[int, int]]) -> pl.Series:
        """Take out the leaves of cells that share none with each other; the places of all cells that lost something."""
        sizes = self.cuboids[0].sizes
        patterns = [_pattern(sizes, tuple(sorted(fixed))) for fixed in cells]
        if sum(len(each.ours) for each in patterns) <= _BY_HAND:
            return self._take_few(cells, patterns)
        lost = []
        for fixed, pattern in zip(cells, patterns, strict=True):
            ours, shared = pattern.places(fixed)
            self._subtract(ours, shared)
            lost.append(ours)
        return pl.concat(lost).unique() if len(lost) > 1 else lost[0]

    def _subtract(self, ours: pl.Series, shared: pl.Series) -> None:
        left = self.channels[0][ours] - self.channels[0][shared]
        alive = (left > 0).cast(pl.Float64)  # of a cell without leaves no rounding may stay behind
        for number, channel in enumerate(self.channels):
            value = left if not number else (channel[ours] - channel[shared]) * alive
            self.channels[number] = channel.scatter(ours, value)

    def _take_few(self, cells: Sequence[dict[int, int]], patterns: Sequence[_Pattern]) -> pl.Series:
        """The same by plain loops, all cells at once: what is shared with one is not touched by the others."""
        pairs = [
            pair for fixed, pattern in zip(cells, patterns, strict=True) for pair in pattern.listed(list(fixed.items()))
        ]
        ours = list({place: None for place, _ in pairs})
        own, shared = pl.Series(ours, dtype=pl.UInt32), pl.Series([pair[1] for pair in pairs], dtype=pl.UInt32)
        counts: dict[int, float] = {}
        for number, channel in enumerate(self.channels):
            left = dict(zip(ours, channel[own].to_list(), strict=True))
            for (place, _), value in zip(pairs, channel[shared].to_list(), strict=True):
                left[place] -= value
            if not number:
                counts = left
            values = [value if counts[place] > 0 else 0.0 for place, value in left.items()]
            self.channels[number] = channel.scatter(own, pl.Series(values, dtype=pl.Float64))
        return own


class _Pattern(NamedTuple):
    """The places that taking out a cell touches, for the first value in each of its dimensions, and how far other values move them.

    ``ours`` are the cells that lose something, ``shared`` those that hold what they lose; ``moves`` of each fixed dimension.
    """

    ours: list[int]
    shared: list[int]
    moves: dict[int, tuple[list[int], list[int]]]
    columns: list[pl.Series]

    def listed(self, fixed: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
        """Pairs of places for these values."""
        ours, shared = self.ours, self.shared
        for dim, code in fixed:
            if code:
                by_ours, by_shared = self.moves[dim]
                ours = [place + code * by for place, by in zip(ours, by_ours, strict=True)]
                shared = [place + code * by for place, by in zip(shared, by_shared, strict=True)]
        return zip(ours, shared, strict=True)

    def places(self, fixed: dict[int, int]) -> tuple[pl.Series, pl.Series]:
        """The same as columns."""
        if not self.columns:
            every = [self.ours, self.shared, *(each for pair in self.moves.values() for each in pair)]
            self.columns.extend(pl.Series(each, dtype=pl.UInt32) for each in every)
        ours, shared = self.columns[:2]
        for at, dim in enumerate(self.moves):
            ours = ours + self.columns[2 + 2 * at] * fixed[dim]
            shared = shared + self.columns[3 + 2 * at] * fixed[dim]
        return ours, shared


@lru_cache(maxsize=64)
def _pattern(sizes: tuple[int, ...], fixed: tuple[int, ...]) -> _Pattern:
    starts = _starts(sizes)
    free = [dim for dim in range(len(sizes)) if dim not in fixed]
    found = _Pattern([], [], {dim: ([], []) for dim in fixed}, [])
    for kept in _subsets(free):
        joint = tuple(sorted((*kept, *fixed)))
        both = _placed(sizes, joint, kept, starts[joint])
        steps_joint = _steps(sizes, joint)
        for also in _subsets(fixed):
            dims = tuple(sorted((*kept, *also)))
            if not dims:
                continue
            found.ours.extend(_placed(sizes, dims, kept, starts[dims]))
            found.shared.extend(both)
            steps = _steps(sizes, dims)
            for dim, (ours, shared) in found.moves.items():
                ours.extend([steps.get(dim, 0)] * len(both))
                shared.extend([steps_joint[dim]] * len(both))
    return found


@lru_cache(maxsize=64)
def _starts(sizes: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    """Where each cuboid begins: all dimensions first, then those with one less ..."""
    found, at = {}, 0
    for count in range(len(sizes), 0, -1):
        for dims in combinations(range(len(sizes)), count):
            found[dims] = at
            at += prod(sizes[dim] for dim in dims)
    return found


@lru_cache(maxsize=16)
def _counts(sizes: tuple[int, ...]) -> pl.Series:
    """Leaves under each cell of a full table."""
    rows, parts = prod(sizes), []
    for dims in _starts(sizes):
        cells = prod(sizes[dim] for dim in dims)
        parts.append(pl.repeat(rows / cells, cells, dtype=pl.Float64, eager=True))
    return pl.concat(parts, rechunk=True)


def _steps(sizes: Sequence[int], dims: Sequence[int]) -> dict[int, int]:
    """How far apart neighbours in each dimension lie."""
    found, step = {}, 1
    for dim in reversed(dims):
        found[dim] = step
        step *= sizes[dim]
    return found


def _placed(sizes: Sequence[int], dims: Sequence[int], kept: Sequence[int], start: int) -> list[int]:
    """Places of a cuboid's cells with every value of ``kept`` and the first of the others."""
    places, steps = [start], _steps(sizes, dims)
    for dim in kept:
        step = steps[dim]
        places = [place + more for place in places for more in range(0, sizes[dim] * step, step)]
    return places


def _subsets(dims: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for size in range(len(dims) + 1):
        yield from combinations(dims, size)
