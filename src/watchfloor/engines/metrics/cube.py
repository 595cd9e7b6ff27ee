"""All roll-ups of a table at once: every cuboid is summed from its smallest parent, so the whole costs little more than its leaves.

A *cuboid* is a set of dimensions, a *cell* one combination of their values. ``Cube`` holds additive *channels* (counts, sums, sums of
squares) for every cell of every cuboid. Where the table is nearly full the cells are one dense column in row-major order (channel by
channel), and a roll-up adds strides; where it is sparse each cuboid holds the occupied cells only, grouped. Leaves can be taken
out again: small cuboids are then summed anew, large ones only where they are touched.

Series are indexed as ``series[places]``: a fifth of the cost of ``series.gather(places)``, which goes through the query engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from math import prod

import polars as pl

SMALL = 100_000  # cells: below, summing again is cheaper than finding what is touched
_FULL = 20  # dense while there are at most so many cells per leaf, or few cells in all
_FEW_CELLS = 200_000
_MOST_CELLS = 200_000_000
_LONG = 1_024  # strides of this length are added one by one
_MOST_STEPS = 1_024


@dataclass
class Cuboid:
    """One set of dimensions with the sums of each of its cells.

    Attributes:
        dims: places of the dimensions, ascending.
        sizes: their numbers of values.
        stack: the sums, Float64: all cells of the first channel, then of the second ...
        channels: how many channels are stacked.
        keys: row-major number of each cell where only occupied cells are held; None where all are, in order.
    """

    dims: tuple[int, ...]
    sizes: tuple[int, ...]
    stack: pl.Series
    channels: int
    keys: pl.Series | None = None
    parent: Cuboid | None = field(default=None, repr=False)

    @property
    def cells(self) -> int:
        """How many combinations there are, occupied or not."""
        return prod(self.sizes)

    @property
    def held(self) -> int:
        """How many cells are held."""
        return len(self.stack) // self.channels

    def channel(self, number: int) -> pl.Series:
        """One channel, a value per held cell."""
        return self.stack.slice(number * self.held, self.held)

    def codes(self, place: int) -> tuple[int, ...]:
        """The value of each dimension at the cell held at this place."""
        number, found = place if self.keys is None else int(self.keys[place]), []
        for size in reversed(self.sizes):
            number, code = divmod(number, size)
            found.append(code)
        return tuple(reversed(found))


class Cube:
    """Every cuboid of a table of leaves, or those of at most ``depth`` dimensions (and the leaves themselves).

    Args:
        codes: of each dimension, the code of each row.
        sizes: of each dimension, how many codes there are.
        channels: what is summed, one value per row, or several channels in one column, one after the other; rows of the same
            leaf are added up.
        depth: the most dimensions a cuboid has; all by default.
        full: the rows are all cells, each once and in order.
    """

    def __init__(
        self,
        codes: Sequence[pl.Series],
        sizes: Sequence[int],
        channels: Sequence[pl.Series] | pl.Series,
        depth: int | None = None,
        *,
        full: bool = False,
    ) -> None:
        self.sizes = tuple(sizes)
        cells, rows = prod(self.sizes), len(codes[0])
        count = len(channels) // rows if isinstance(channels, pl.Series) else len(channels)
        self.dense = cells <= _MOST_CELLS and cells <= max(_FEW_CELLS, _FULL * rows)
        every = tuple(range(len(self.sizes)))
        if self.dense and full:
            stack = channels if isinstance(channels, pl.Series) else pl.concat(channels, rechunk=True)
            leaves = Cuboid(every, self.sizes, stack, count)
        elif self.dense:
            keys = _keys(codes, self.sizes)
            stack = channels if isinstance(channels, pl.Series) else pl.concat(channels, rechunk=True)
            leaves = Cuboid(every, self.sizes, _scattered(keys, stack, count, cells), count)
        else:
            leaves = _grouped(_split(channels, rows), _keys(codes, self.sizes), every, self.sizes)
        self.cuboids: dict[tuple[int, ...], Cuboid] = {every: leaves}
        deepest = len(every) if depth is None else max(1, min(depth, len(every)))
        for dims in _order(len(every), deepest):
            if dims not in self.cuboids:
                parents = (each for each in self.cuboids.values() if set(dims) < set(each.dims))
                self.cuboids[dims] = self._rolled(min(parents, key=lambda each: each.held), dims)
        self.searched = [dims for dims in self.cuboids if len(dims) <= deepest]

    def remove(self, dims: Sequence[int], codes: Sequence[int]) -> dict[tuple[int, ...], pl.Series]:
        """Take out all leaves below a cell. Small cuboids wait for ``settle``; of each large one the places that changed."""
        fixed = dict(zip(dims, codes, strict=True))
        changed: dict[tuple[int, ...], pl.Series] = {}
        for cuboid in self.cuboids.values():
            if cuboid.parent is None:
                if not self.dense:
                    _without(cuboid, fixed)
                    continue
                places = touched(cuboid, fixed)
                for number in range(cuboid.channels):
                    cuboid.stack.scatter(places + number * cuboid.cells, 0.0)
                if cuboid.cells > SMALL:
                    changed[cuboid.dims] = places
            elif self._patched(cuboid):
                changed[cuboid.dims] = touched(cuboid, fixed)
                _patch(cuboid, changed[cuboid.dims])
        return changed

    def settle(self) -> None:
        """Sum again what ``remove`` left waiting."""
        for cuboid in self.cuboids.values():
            if cuboid.parent is not None and not self._patched(cuboid):
                fresh = self._rolled(cuboid.parent, cuboid.dims)
                cuboid.stack, cuboid.keys = fresh.stack, fresh.keys

    def large(self, cuboid: Cuboid) -> bool:
        """Whether a cuboid is kept by patching, so that its scores are too."""
        return self.dense and cuboid.cells > SMALL and (cuboid.parent is None or self._patched(cuboid))

    def _patched(self, cuboid: Cuboid) -> bool:
        parent = cuboid.parent
        assert parent is not None
        return self.dense and cuboid.cells > SMALL and len(parent.dims) == len(cuboid.dims) + 1

    def _rolled(self, parent: Cuboid, dims: tuple[int, ...]) -> Cuboid:
        if not self.dense:
            keys = _keys_within(parent, dims)
            channels = [parent.channel(number) for number in range(parent.channels)]
            found = _grouped(channels, keys, dims, tuple(self.sizes[dim] for dim in dims))
            found.parent = parent
            return found
        stack, sizes, left = parent.stack, list(parent.sizes), list(parent.dims)
        while len(left) > len(dims):
            axis = next(place for place in reversed(range(len(left))) if left[place] not in dims)
            before, length, after = prod(sizes[:axis]), sizes[axis], prod(sizes[axis + 1 :])
            stack = _sum_axis(stack, before * parent.channels, length, after)
            del left[axis], sizes[axis]
        return Cuboid(dims, tuple(sizes), stack, parent.channels, None, parent)


def touched(cuboid: Cuboid, fixed: dict[int, int]) -> pl.Series:
    """Places of a dense cuboid's cells that share a leaf with the cell ``fixed`` (value of each of its dimensions)."""
    places = pl.Series([0], dtype=pl.UInt32)
    for dim, size in zip(cuboid.dims, cuboid.sizes, strict=True):
        if dim in fixed:
            places = places * size + fixed[dim]
        else:
            count = pl.int_range(len(places) * size, dtype=pl.UInt32, eager=True)
            places = places[count // size] * size + count % size
    return places


def _order(count: int, depth: int) -> Iterator[tuple[int, ...]]:
    """Sets of dimensions, large ones first, so that parents stand before children."""
    for size in range(depth, 0, -1):
        yield from combinations(range(count), size)


def _keys(codes: Sequence[pl.Series], sizes: Sequence[int]) -> pl.Series:
    wide = pl.UInt32 if prod(sizes) < 2**32 else pl.UInt64
    keys = codes[0].cast(wide)
    for code, size in zip(codes[1:], sizes[1:], strict=True):
        keys = keys * size + code.cast(wide)
    return keys


def _code_of(cuboid: Cuboid, axis: int) -> pl.Series:
    assert cuboid.keys is not None
    return (cuboid.keys // prod(cuboid.sizes[axis + 1 :])) % cuboid.sizes[axis]


def _keys_within(parent: Cuboid, dims: tuple[int, ...]) -> pl.Series:
    axes = [parent.dims.index(dim) for dim in dims]
    return _keys([_code_of(parent, axis) for axis in axes], [parent.sizes[axis] for axis in axes])


def _without(leaves: Cuboid, fixed: dict[int, int]) -> None:
    """Drop the rows under a cell from sparse leaves."""
    assert leaves.keys is not None
    outside = pl.zeros(leaves.held, dtype=pl.Boolean, eager=True)
    for dim, code in fixed.items():
        outside = outside | (_code_of(leaves, leaves.dims.index(dim)) != code)
    leaves.stack = leaves.stack.filter(pl.concat([outside] * leaves.channels))
    leaves.keys = leaves.keys.filter(outside)


def _grouped(channels: list[pl.Series], keys: pl.Series, dims: tuple[int, ...], sizes: tuple[int, ...]) -> Cuboid:
    names = [f"c{place}" for place in range(len(channels))]
    frame = pl.DataFrame({"key": keys, **dict(zip(names, channels, strict=True))})
    summed = frame.group_by("key").sum().sort("key")
    stack = pl.concat([summed[name] for name in names], rechunk=True)
    return Cuboid(dims, sizes, stack, len(channels), summed["key"])


def _split(channels: Sequence[pl.Series] | pl.Series, rows: int) -> list[pl.Series]:
    if isinstance(channels, pl.Series):
        return [channels.slice(start, rows) for start in range(0, len(channels), rows)]
    return list(channels)


def _scattered(keys: pl.Series, stack: pl.Series, count: int, cells: int) -> pl.Series:
    """Channels by row as one dense stack by cell."""
    rows = pl.int_range(len(keys), dtype=pl.UInt32, eager=True)
    if len(keys) == cells and (keys == rows).all():
        return stack
    where = pl.zeros(cells, dtype=pl.UInt32, eager=True).scatter(keys, rows)
    if not (where[keys] == rows).all():  # a leaf has several rows
        parts = _split(stack, len(keys))
        names = [f"c{place}" for place in range(count)]
        frame = pl.DataFrame({"key": keys, **dict(zip(names, parts, strict=True))}).group_by("key").sum()
        keys, stack = frame["key"], pl.concat([frame[name] for name in names], rechunk=True)
    found = pl.zeros(cells * count, dtype=pl.Float64, eager=True)
    if len(stack) > 4 * SMALL:
        for number in range(count):
            found.scatter(keys + number * cells, stack.slice(number * len(keys), len(keys)))
        return found
    starts = pl.int_range(len(stack), dtype=pl.UInt32, eager=True) // len(keys) * cells
    return found.scatter(pl.concat([keys] * count, rechunk=True) + starts, stack)


def _sum_axis(stack: pl.Series, before: int, length: int, after: int) -> pl.Series:
    """Sum the middle axis out of a (before, length, after) array in row-major order."""
    if length == 1:
        return stack
    if after == 1:
        return stack.reshape((-1, length)).arr.sum()
    if after > _LONG and before * length <= _MOST_STEPS:
        parts = []
        for start in range(0, before * length * after, length * after):
            total = stack.slice(start, after)
            for step in range(1, length):
                total = total + stack.slice(start + step * after, after)
            parts.append(total)
        return parts[0] if before == 1 else pl.concat(parts, rechunk=True)
    if before * length * after <= 4 * SMALL:
        return stack[_turn_kept(before, length, after)].reshape((-1, length)).arr.sum()
    # Large ones block by block: the places of one block serve all, and no copy of the whole is turned at once.
    at_once = max(1, SMALL // (length * after))
    size = at_once * length * after
    turn = _turn(at_once, length, after)
    parts = []
    for start in range(0, len(stack), size):
        block = stack.slice(start, size)
        parts.append(block[turn if len(block) == size else turn.head(len(block))].reshape((-1, length)).arr.sum())
    return pl.concat(parts, rechunk=True)


def _turn(before: int, length: int, after: int) -> pl.Series:
    """Places that turn (before, length, after) into (before, after, length)."""
    block = pl.int_range(length * after, dtype=pl.UInt32, eager=True)
    block = (block % length) * after + block // length
    if before == 1:
        return block
    count = pl.int_range(before * length * after, dtype=pl.UInt32, eager=True)
    return count - count % len(block) + block[count % len(block)]


_turn_kept = lru_cache(maxsize=128)(_turn)


def _patch(cuboid: Cuboid, places: pl.Series) -> None:
    """Sum the touched cells of a dense cuboid again from its parent (one dimension more)."""
    parent = cuboid.parent
    assert parent is not None
    axis = next(at for at, dim in enumerate(parent.dims) if dim not in cuboid.dims)
    length, after = parent.sizes[axis], prod(parent.sizes[axis + 1 :])
    first = (places // after) * (length * after) + places % after
    for number in range(parent.channels):
        start = first + number * parent.cells
        total = parent.stack[start]
        for step in range(1, length):
            total = total + parent.stack[start + step * after]
        cuboid.stack.scatter(places + number * cuboid.cells, total)
