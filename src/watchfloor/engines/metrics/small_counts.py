"""Which slices hold a movement of small counts: the likeliest one of every cell of every cuboid, "all of it" among them.

``locate_counts`` weighs leaves by how alike they moved, which needs leaves that hold something; by the hour and in many
dimensions most hold nought to three. Here only sums count. For a cell with ``c`` now and ``s`` in ``m`` windows before, the log
likelihood ratio of two Poisson rates against one is

    g(c) + g(s) - g(c + s) with g(x) = x ln(x / length),   lengths 1, m and m + 1

(Kulldorff 1997 without the rest of the map: what is expected is known from before). A parent of the true slice carries calm cells
and a child misses moved ones, so the slice itself stands out. Counts are restless: ratios are divided by the variance over mean of the
cells outside. Each cell pays for its company: the logarithm of the cells of its cuboid and of the cuboids of its depth. p is the
chance of one such ratio (chi-square, one-sided) times all cells looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec
import polars as pl

DEPTH = 3
MOST = 3
ALPHA = 0.01
LEAST_PART = 0.15  # of the movement that is left, for a further slice
_LEAST_EXPECTED = 1.0


class SmallCell(msgspec.Struct, frozen=True):
    """A slice. ``where`` is empty for all of it; ``p`` bounds the chance of such a cell anywhere when nothing moved."""

    where: dict[str, str]
    real: float
    expected: float
    ratio: float
    p: float


def locate_small(table: pl.DataFrame, dims: Sequence[str], windows: int, *, up: bool) -> list[SmallCell]:
    """The slices that moved up (or down), the likeliest first; one with an empty ``where``: all moved alike. None: chance.

    Args:
        table: dimensions, ``real``, and ``expected``: the mean of the windows before.
        windows: how many those were.
    """
    cells = _cells(table, dims, windows, up)
    if not cells:
        return []
    looked = len(cells)
    first = max(cells, key=lambda each: each[0])
    spread = _spread(table, first[1].where, windows)
    found: list[SmallCell] = []
    left = table
    while len(found) < MOST:
        cells = _cells(left, dims, windows, up, spread)
        if not cells:
            break
        cell = max(cells, key=lambda each: each[0])[1]
        p = min(1.0, looked * chi_tail(2 * cell.ratio / spread))
        if p > ALPHA:
            break
        if found and abs(cell.real - cell.expected) < LEAST_PART * abs(found[0].real - found[0].expected):
            break
        found.append(SmallCell(cell.where, cell.real, cell.expected, cell.ratio, p))
        if not cell.where:
            break
        left = left.filter(~holds(cell.where))
        if left.is_empty():
            break
    if len(found) > 1:
        found = [each for each in found if each.where]  # "all of the rest" is no slice
    return found


def chi_tail(square: float) -> float:
    """One-sided chance of a chi-square of one degree of freedom."""
    return 0.5 * math.erfc(math.sqrt(max(square, 0.0) / 2))


def holds(where: Mapping[str, str]) -> pl.Expr:
    """Whether a row lies in a slice."""
    return pl.all_horizontal([pl.col(name) == value for name, value in where.items()]) if where else pl.lit(True)


def _cells(
    table: pl.DataFrame, dims: Sequence[str], windows: int, up: bool, spread: float = 1.0
) -> list[tuple[float, SmallCell]]:
    """The best cell of each cuboid and, so that looks are counted, the number of the others as cells of no score."""
    found: list[tuple[float, SmallCell]] = []
    for depth in range(min(DEPTH, len(dims)) + 1):
        cuboids = list(combinations(dims, depth))
        for names in cuboids:
            both = pl.col("real", "expected").sum()
            sums = table.group_by(list(names)).agg(both) if names else table.select(both)
            moved = pl.col("real") > pl.col("expected") if up else pl.col("real") < pl.col("expected")
            sums = sums.with_columns(ratio=pl.when(moved).then(_ratio(windows)).otherwise(0.0))
            paid = math.log(max(1, len(sums))) + math.log(len(cuboids)) + depth
            for row in sums.iter_rows(named=True):
                where = {name: row[name] for name in names}
                found.append(
                    (row["ratio"] / spread - paid, SmallCell(where, row["real"], row["expected"], row["ratio"], 1.0))
                )
    return found


def _ratio(windows: int) -> pl.Expr:
    now, before = pl.col("real"), pl.col("expected") * windows
    return (_g(now, 1) + _g(before, windows) - _g(now + before, windows + 1)).clip(0.0)


def _g(count: pl.Expr, length: int) -> pl.Expr:
    return pl.when(count > 0).then(count * (count / length).log()).otherwise(0.0)


def _spread(table: pl.DataFrame, where: Mapping[str, str], windows: int) -> float:
    """Variance over mean of the leaves outside of a slice, one at least."""
    rest = (table.filter(~holds(where)) if where else table).filter(pl.col("expected") >= _LEAST_EXPECTED)
    if len(rest) < 5:
        return 1.0
    level = float(rest["real"].sum()) / float(rest["expected"].sum()) if where else 1.0
    usual = pl.col("expected") * max(level, 0.2)
    square = rest.select(((pl.col("real") - usual) ** 2 / (usual * (1 + 1 / windows))).mean()).item()
    return min(5.0, max(1.0, float(square)))
