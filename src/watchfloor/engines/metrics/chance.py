"""Seeded chance as columns: uniform, normal and overdispersed counts, the same for the same seed on every machine."""

from __future__ import annotations

import math

import polars as pl

# Below this mean a count is drawn from its exact distribution, above it from a gamma by a cube of a normal.
_BY_COUNTING = 12.0
_MOST_COUNT = 60


def uniform(count: int, seed: int) -> pl.Series:
    """Numbers in the open interval (0, 1)."""
    # splitmix64 (Steele, Lea and Flood, 2014) of the row number; integer columns wrap, as it wants them to.
    # The seed is mixed in the same way first, or neighbouring seeds would give one sequence, two places further on.
    start = _mixed(seed * 2 + 1)
    state = pl.int_range(count, dtype=pl.UInt64, eager=True) * 0x9E3779B97F4A7C15 + start
    state = _xored(state, 30) * 0xBF58476D1CE4E5B9
    state = _xored(state, 27) * 0x94D049BB133111EB
    state = _xored(state, 31)
    return (state // 2048).cast(pl.Float64) * 2.0**-53 + 2.0**-54


def _mixed(number: int) -> int:
    """The same for one whole number."""
    state = number * 0x9E3779B97F4A7C15 % 2**64
    state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
    return state ^ (state >> 31)


def normal(count: int, seed: int) -> pl.Series:
    """Standard normal numbers, two of each pair of uniform ones (Box and Muller, 1958)."""
    half = (count + 1) // 2
    draws = uniform(2 * half, seed)
    frame = pl.DataFrame({"r": draws[:half], "a": draws[half:]}).select(
        r=(-2 * pl.col("r").log()).sqrt(), a=pl.col("a") * (2 * math.pi)
    )
    both = frame.select(x=pl.col("r") * pl.col("a").cos(), y=pl.col("r") * pl.col("a").sin())
    return pl.concat([both["x"], both["y"]])[:count]


def counts(mean: pl.Series, variance: pl.Series, repeats: int, seed: int) -> pl.Series:
    """Negative-binomial counts, ``repeats`` rounds of one count for each mean.

    Small means are drawn from the exact distribution, large ones from the gamma distribution of the same mean and variance
    (Wilson and Hilferty, 1931).
    """
    rows = len(mean)
    steps = pl.int_range(rows * repeats, dtype=pl.UInt32, eager=True)
    column = steps % rows
    below = mean < _BY_COUNTING
    small, large = below.arg_true(), (~below).arg_true()
    if not len(large):
        return _counted(mean, variance, repeats, seed)
    if not len(small):
        return _cubed(mean, variance, repeats, seed)
    drawn = pl.zeros(rows * repeats, dtype=pl.Float64, eager=True)
    few = below[column]
    drawn.scatter(steps.filter(few), _counted(mean[small], variance[small], repeats, seed))
    drawn.scatter(steps.filter(~few), _cubed(mean[large], variance[large], repeats, seed + 1))
    return drawn


def _cubed(mean: pl.Series, variance: pl.Series, repeats: int, seed: int) -> pl.Series:
    shape = mean * mean / variance
    centre, scale = 1 - 1 / (shape * 9), 1 / (shape.sqrt() * 3)
    cube = normal(len(mean) * repeats, seed) * _tiled(scale, repeats) + _tiled(centre, repeats)
    return (cube * cube * cube * _tiled(mean, repeats)).clip(0.0)


def _counted(mean: pl.Series, variance: pl.Series, repeats: int, seed: int) -> pl.Series:
    """How many steps of the distribution function lie below a uniform number."""
    spare = (variance - mean).clip(1e-4)
    size = mean * mean / spare
    odds = mean / (mean + size).clip(1e-300)
    term = ((1 - odds).log() * size).exp()
    draws = uniform(len(mean) * repeats, seed)
    found, below = pl.zeros(len(draws), dtype=pl.Float64, eager=True), term
    for step in range(_MOST_COUNT):
        more = draws > _tiled(below, repeats)
        if not more.any():
            break
        found = found + more.cast(pl.Float64)
        term = term * (size + step) * odds * (1 / (step + 1))
        below = below + term
    return found


def _xored(state: pl.Series, shift: int) -> pl.Series:
    mixed: pl.Series = state ^ (state // 2**shift)
    return mixed


def _tiled(values: pl.Series, repeats: int) -> pl.Series:
    return pl.concat([values] * repeats, rechunk=True)
