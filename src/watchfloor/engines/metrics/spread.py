"""How far forecasts of leaves are off when nothing happened, read from the leaves that moved against the change.

A cause drags its leaves one way, so the other side shows the plain error. Relative errors have a part that is the same at every
size (the forecast's) and one that shrinks with it (counting): variance = level + count / size, fitted to medians over bins of size,
which a few broken leaves cannot move (median absolute deviation; 1.4826 makes it the standard deviation of a normal).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import polars as pl

_BINS, _FEW_BINS = 8, 3
_SAMPLE = 10_000
_LEAST = 1e-3  # forecasts are never taken to be better than a tenth of a per cent
_LEAST_LEAVES = 30
_FEW_AGAINST = 0.1
_CLEAR = 1.5


class Spread(NamedTuple):
    """Variance of a relative error at size ``s`` is ``level + counting / s``; ``shift`` is what all leaves share."""

    level: float
    counting: float
    shift: float


def fit_spread(deviation: pl.Series, size: pl.Series) -> Spread:
    """The spread of relative deviations, signed so that the change is above zero; leaves of size nought do not count."""
    if len(deviation) > _SAMPLE:
        places = _sample(len(deviation))
        deviation, size = deviation[places], size[places]
    there = size > 0
    deviation, size = deviation.filter(there), size.filter(there)
    if deviation.is_empty():
        return Spread(_LEAST**2, 0.0, 0.0)
    against = deviation < 0
    moved = (deviation != 0).sum()
    shift = 0.0
    if int(against.sum()) < _FEW_AGAINST * int(moved) and moved >= _LEAST_LEAVES:
        shift = float(deviation.median() or 0.0)  # type: ignore[arg-type]
        deviation = deviation - shift
        against = deviation < 0
    few = against.sum() < _LEAST_LEAVES
    used, sizes = (deviation, size) if few else (deviation.filter(against), size.filter(against))
    variances, at = _by_size(used.abs(), sizes)
    level = max(sorted(variances)[len(variances) // 2] if len(variances) < _FEW_BINS else min(variances), _LEAST**2)
    top = sorted(variances[len(variances) // 2 :])
    flat = max(top[len(top) // 2], _LEAST**2)
    if len(variances) < _FEW_BINS or variances[0] < _CLEAR * flat:
        whole = float(used.abs().median() or 0.0) * 1.4826  # type: ignore[arg-type]
        return Spread(max(whole, _LEAST) ** 2, 0.0, shift)
    slopes = sorted(max(each - level, 0.0) * place for each, place in zip(variances, at, strict=True))
    count = slopes[len(slopes) // 2]
    return Spread(max(level - count / at[-1], _LEAST**2), count, shift)


@lru_cache(maxsize=16)
def _sample(count: int) -> pl.Series:
    """Places of the sample; the step is no whole number, or the sample would follow the table's own rhythm."""
    return (pl.int_range(_SAMPLE, eager=True) * (count / _SAMPLE)).cast(pl.UInt32)


def _by_size(error: pl.Series, size: pl.Series) -> tuple[list[float], list[float]]:
    """Squared robust deviation and median size of up to eight bins of equal count, small sizes first."""
    bins = min(_BINS, max(1, len(error) // _LEAST_LEAVES))
    order = size.arg_sort()
    error, size = error[order], size[order]
    step = len(error) / bins
    variances, at = [], []
    for number in range(bins):
        part = slice(round(number * step), round((number + 1) * step))
        variances.append((1.4826 * float(error[part].median() or 0.0)) ** 2)  # type: ignore[arg-type]
        middle = (
            part.start + part.stop - 1
        ) / 2  # they are sorted: the median is the one in the middle, or the mean of two
        at.append((float(size[math.floor(middle)]) + float(size[math.ceil(middle)])) / 2)
    return variances, at
