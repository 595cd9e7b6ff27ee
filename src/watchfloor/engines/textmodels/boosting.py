"""Boosted trees over a table of numbers: for what is known of an account, where counts, ages and shares matter more than words.

Gradient boosting of the logistic loss with Newton leaves (Friedman, 2001; Chen and Guestrin, 2016) over histograms: each column is cut
into at most 64 bins of equal share, and a missing value is a bin of its own. Trees are small and every one sees a part of the rows and
columns, drawn by a seed: the same table gives the same model. Needs numpy (the ``models`` extra).
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

from watchfloor.kernel.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]
    Table = NDArray[np.float64]  # rows x columns; NaN where nothing is known
    Bins = NDArray[np.uint8]

_BINS = 64  # of values; bin 0 is for missing ones
_SMOOTH = 1.0  # added to the curvature of every leaf


class Shape(NamedTuple):
    """How large a model is and how it learns."""

    trees: int = 200
    depth: int = 3
    rate: float = 0.06
    rows: float = 0.7  # share of rows and of columns that a tree sees
    columns: float = 0.6
    least: float = 3.0  # curvature (about four times the rows) that a leaf must hold


class _Tree(NamedTuple):
    """Node ``i`` has the children ``2i + 1`` (bins up to ``cut``) and ``2i + 2``; a column of -1 ends there."""

    column: list[int]
    cut: list[int]
    value: list[float]
    gain: list[float]


def numpy() -> Any:
    """The numpy module.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import numpy as np
    except ImportError:
        raise MissingExtra("models", "Judging models of accounts") from None
    return np


class Boosted:
    """A fitted model; ``Boosted.fit(table, labels)`` makes one."""

    def __init__(self, edges: list[Any], base: float, trees: list[_Tree]) -> None:
        self._edges, self._base, self._trees = edges, base, trees

    @classmethod
    def fit(cls, table: Table, labels: NDArray[np.bool_], *, shape: Shape | None = None, seed: int = 0) -> Boosted:
        """Learns ``labels`` (rows) from ``table`` (rows x columns, NaN for missing).

        Raises:
            BadInput: all labels are the same.
        """
        np = numpy()
        shape = shape or Shape()
        share = float(labels.mean()) if len(labels) else 0.0
        if not 0.0 < share < 1.0:
            raise BadInput("one_class", "All rows have the same label: there is nothing to tell apart.", where="label")
        edges = [_edges(table[:, column]) for column in range(table.shape[1])]
        bins = _binned(table, edges)
        base = float(np.log(share / (1 - share)))
        margin = np.full(len(labels), base)
        chance = random.Random(seed)
        trees: list[_Tree] = []
        for _ in range(shape.trees):
            said = 1.0 / (1.0 + np.exp(-margin))
            error, curve = labels - said, said * (1.0 - said)
            kept = np.random.default_rng(chance.getrandbits(32)).random(len(labels)) < shape.rows
            many = max(1, round(shape.columns * len(edges)))
            columns = sorted(chance.sample(range(len(edges)), many))
            tree = _grow(bins, error * kept, curve * kept, columns, shape)
            trees.append(tree)
            margin += _values(tree, bins)
        return cls(edges, base, trees)

    def score(self, table: Table) -> Scores:
        """The probability of the label for each row."""
        np = numpy()
        bins = _binned(table, self._edges)
        margin = np.full(len(table), self._base)
        for tree in self._trees:
            margin += _values(tree, bins)
        scores: Scores = 1.0 / (1.0 + np.exp(-margin))
        return scores

    def weights(self) -> list[float]:
        """How much each column did: its share of what all cuts together gained."""
        gained = [0.0] * len(self._edges)
        for tree in self._trees:
            for column, gain in zip(tree.column, tree.gain, strict=True):
                if column >= 0:
                    gained[column] += gain
        total = sum(gained) or 1.0
        return [gain / total for gain in gained]


def _edges(values: Any) -> Any:
    """The upper bounds of a column's bins, the last one open."""
    np = numpy()
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(0)
    distinct = np.unique(known)
    if len(distinct) < _BINS:
        return (distinct[1:] + distinct[:-1]) / 2
    return np.unique(np.quantile(known, np.arange(1, _BINS - 1) / (_BINS - 1)))


def _binned(table: Any, edges: list[Any]) -> Any:
    np = numpy()
    bins = np.zeros(table.shape, dtype=np.uint8)
    for column, bounds in enumerate(edges):
        values = table[:, column]
        bins[:, column] = np.where(np.isnan(values), 0, 1 + np.searchsorted(bounds, values, side="left"))
    return bins


def _grow(bins: Any, error: Any, curve: Any, columns: list[int], shape: Shape) -> _Tree:
    """One tree, level by level: the sums of all nodes of a level come from one pass over the rows."""
    np = numpy()
    nodes = 2 ** (shape.depth + 1) - 1
    column, cut, value, gain = [-1] * nodes, [0] * nodes, [0.0] * nodes, [0.0] * nodes
    at = np.zeros(len(error), dtype=np.int64)
    for level in range(shape.depth + 1):
        first, many = 2**level - 1, 2**level
        here = (at >= first) & (at < first + many)
        errors = np.bincount(at[here] - first, weights=error[here], minlength=many)
        curves = np.bincount(at[here] - first, weights=curve[here], minlength=many)
        for node in range(many):
            value[first + node] = shape.rate * float(errors[node] / (curves[node] + _SMOOTH))
        if level == shape.depth:
            break
        best = [(1e-6, -1, 0)] * many
        own = errors**2 / (curves + _SMOOTH)
        for each in columns:
            key = (at[here] - first) * (_BINS + 1) + bins[here, each]
            size = many * (_BINS + 1)
            left_error = np.bincount(key, weights=error[here], minlength=size).reshape(many, -1).cumsum(axis=1)
            left_curve = np.bincount(key, weights=curve[here], minlength=size).reshape(many, -1).cumsum(axis=1)
            right_error, right_curve = errors[:, None] - left_error, curves[:, None] - left_curve
            gained = left_error**2 / (left_curve + _SMOOTH) + right_error**2 / (right_curve + _SMOOTH) - own[:, None]
            gained[(left_curve < shape.least) | (right_curve < shape.least)] = 0.0
            places = gained.argmax(axis=1)
            for node, place in enumerate(places):
                if gained[node, place] > best[node][0]:
                    best[node] = (float(gained[node, place]), each, int(place))
        for node, (gained_here, chosen, place) in enumerate(best):
            if chosen < 0:
                continue
            column[first + node], cut[first + node], gain[first + node] = chosen, place, gained_here
            inside = at == first + node
            at[inside] = 2 * (first + node) + 1 + (bins[inside, chosen] > place)
    return _Tree(column, cut, value, gain)


def _values(tree: _Tree, bins: Any) -> Any:
    """What a tree says of each row."""
    np = numpy()
    column, cut, value = np.array(tree.column), np.array(tree.cut), np.array(tree.value)
    at = np.zeros(len(bins), dtype=np.int64)
    rows = np.arange(len(bins))
    depth = len(tree.column).bit_length() - 1
    for _ in range(depth):
        ends = column[at] < 0
        right = bins[rows, np.maximum(column[at], 0)] > cut[at]
        at = np.where(ends, at, 2 * at + 1 + right)
    return value[at]
