"""Leaf tables with planted causes, of any size, after the recipe of the public RiskLoc generator (arXiv 2205.10004, section 5.1).

Leaf values are Weibull, a share is nought, forecasts are off by a relative normal error on either side; under a cause the forecast holds
and the measurement falls by one proportion. Made of Polars columns alone, so that 24 million leaves fit.
"""

from __future__ import annotations

import math
import random
from math import prod

import polars as pl


def uniform(count: int, seed: int) -> pl.Series:
    """Numbers in (0, 1), the same for the same seed."""
    bits = pl.int_range(count, dtype=pl.UInt64, eager=True).hash(seed)
    return (bits // 2048).cast(pl.Float64) * 2.0**-53 + 2.0**-54


def normal(count: int, seed: int) -> pl.Series:
    """Standard normal numbers (Box and Muller)."""
    frame = pl.DataFrame({"u": uniform(count, seed), "v": uniform(count, seed + 7)})
    return frame.select((-2 * pl.col("u").log()).sqrt() * (pl.col("v") * 2 * math.pi).cos()).to_series()


def planted(
    sizes: list[int], seed: int, causes: int, *, noise: float = 0.1, zeros: float = 0.1, severity: float = 0.6
) -> tuple[pl.DataFrame, list[dict[str, str]]]:
    """Leaf rows (dimensions as categories, ``real``, ``predict``) and the planted causes, which share no leaf."""
    chance, count = random.Random(seed), prod(sizes)
    names = "abcdefghijklmnop"[: len(sizes)]
    values = (-uniform(count, seed).log()) ** 1.4 * 100 * (uniform(count, seed + 1) > zeros).cast(pl.Float64)
    off = (values * (normal(count, seed + 2) * noise + 1)).clip(0.0)
    swap = uniform(count, seed + 3) > 0.5
    real, predict = values.zip_with(swap, off), off.zip_with(swap, values)
    falls = 1.0 if real.sum() < predict.sum() else -1.0
    codes, after = {}, count
    row = pl.int_range(count, dtype=pl.UInt32, eager=True)
    for name, size in zip(names, sizes, strict=True):
        after //= size
        codes[name] = (row // after) % size
    found: list[dict[str, str]] = []
    taken: list[dict[str, int]] = []
    while len(taken) < causes:
        dims = chance.sample(range(len(sizes)), chance.randint(1, min(4, len(sizes))))
        cell = {names[dim]: chance.randrange(sizes[dim]) for dim in sorted(dims)}
        if any(all(cell.get(key, value) == value for key, value in other.items()) for other in taken):
            continue
        taken.append(cell)
        under = pl.Series([True] * 1).new_from_index(0, count)
        for name, code in cell.items():
            under = under & (codes[name] == code)
        left = 1 - (severity + chance.uniform(-0.1, 0.3))
        if falls > 0:
            real = (predict * left).zip_with(under, real)
        else:
            predict = (real * left).zip_with(under, predict)
        found.append({name: f"{name}{code + 1}" for name, code in cell.items()})
    columns = {
        name: pl.Series(words := [f"{name}{at + 1}" for at in range(size)], dtype=pl.Enum(words))[code]
        for (name, code), size in zip(codes.items(), sizes, strict=True)
    }
    return pl.DataFrame({**columns, "real": real, "predict": predict}), found
