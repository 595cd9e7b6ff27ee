"""The cube against its definition: every cell is the sum of its leaves, before and after slices are taken out, dense or sparse."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from unittest import mock

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.metrics import cube as module
from watchfloor.engines.metrics.cube import Cube


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, ...]], list[float]]:
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    cells = list(product(*map(range, sizes)))
    rows = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=40))
    values = draw(st.lists(st.integers(-50, 50), min_size=len(rows), max_size=len(rows)))
    return sizes, rows, [float(each) for each in values]


@settings(max_examples=60, deadline=None)
@given(tables(), st.booleans(), st.booleans(), st.data())
def test_every_cell_is_the_sum_of_its_leaves(
    table: tuple[list[int], list[tuple[int, ...]], list[float]], sparse: bool, patched: bool, data: st.DataObject
) -> None:
    sizes, rows, values = table
    codes = [pl.Series([row[dim] for row in rows], dtype=pl.UInt32) for dim in range(len(sizes))]
    channels = [pl.Series(values), pl.Series([1.0] * len(rows))]
    limits = mock.patch.multiple(
        module, SMALL=0 if patched else module.SMALL, _FEW_CELLS=0 if sparse else 200_000, _FULL=0 if sparse else 20
    )
    with limits:
        cube = Cube(codes, sizes, channels)
        _same(cube, rows, values)
        dims = sorted(data.draw(st.sets(st.integers(0, len(sizes) - 1), min_size=1)))
        fixed = [data.draw(st.integers(0, sizes[dim] - 1)) for dim in dims]
        cube.remove(dims, fixed)
        cube.settle()
        kept = [
            at for at, row in enumerate(rows) if any(row[dim] != code for dim, code in zip(dims, fixed, strict=True))
        ]
        _same(cube, [rows[at] for at in kept], [values[at] for at in kept])


def _same(cube: Cube, rows: list[tuple[int, ...]], values: list[float]) -> None:
    for dims, cuboid in cube.cuboids.items():
        wanted: dict[tuple[int, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for row, value in zip(rows, values, strict=True):
            cell = wanted[tuple(row[dim] for dim in dims)]
            cell[0] += value
            cell[1] += 1
        held = {cuboid.codes(at): [cuboid.channel(0)[at], cuboid.channel(1)[at]] for at in range(cuboid.held)}
        assert {cell: sums for cell, sums in held.items() if sums[1]} == dict(wanted)
