"""Hashes to measure an index on: even chance, and as photographs make them (related bits, templates, families of copies).

Photographs are imitated by dead leaves (shapes of all sizes that hide one another: the usual model of natural pictures), three in ten
under one of 200 templates (bars, captions, a frame: what memes and screen recordings share), each with 20 copies whose coefficients are
disturbed as by recompression, cropping and filters: bits near the median flip first, by up to some forty.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SIDE = 32
COPIES = 20


def even_chance(count: int, seed: int) -> Any:
    """n x 4 words of random bits, a fifth in families of eight that differ in up to 15 bits."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 2**64, (count, 4), dtype=np.uint64)
    related = count // 5 // 8 * 8
    if related:
        rows[:related] = np.repeat(rows[: related // 8], 8, axis=0)
        for first in range(0, related, 100_000):
            disturb(rows[first : min(related, first + 100_000)], 15, rng)
    return rows


def disturb(rows: Any, most: int, rng: np.random.Generator) -> None:
    """Flip up to ``most`` different bits of each row, in place."""
    for place in range(most):
        bit = rng.integers(0, 256, len(rows))
        flips = rng.random(len(rows)) < (most - place) / most
        rows[np.arange(len(rows)), bit >> 6] ^= np.where(
            flips, np.uint64(1) << (bit & 63).astype(np.uint64), np.uint64(0)
        )


def photographs(count: int, seed: int) -> Any:
    """n x 4 words of hashes as photographs and their copies have them, in no order."""
    rng = np.random.default_rng(seed)
    made = []
    step = 1_000
    templates = _templates(rng)
    for _ in range(0, count, step * COPIES):
        plain = _coefficients(_scenes(step, templates, rng))
        made.append(_rows(copies(plain, COPIES, rng)))
    rows = np.concatenate(made)[:count]
    rng.shuffle(rows)
    return rows


def copies(plain: Any, each: int, rng: np.random.Generator) -> Any:
    """Coefficients of disturbed copies: noise in proportion to how strong each frequency usually is."""
    usual = np.abs(plain).mean(axis=0)
    noisy = np.repeat(plain, each, axis=0)
    strength = rng.random((len(noisy), 1), dtype=np.float32) ** 2 * 0.35
    return noisy + rng.standard_normal(noisy.shape, dtype=np.float32) * strength * usual


def _rows(coefficients: Any) -> Any:
    middle = np.partition(coefficients, 127, axis=1)[:, 127:128]
    return np.packbits(coefficients > middle, axis=1, bitorder="little").view("<u8")


def _coefficients(scenes: Any) -> Any:
    angle = np.pi / 2 / SIDE * np.outer(np.arange(1, 17), 2 * np.arange(SIDE) + 1)
    cosines = np.cos(angle).astype(np.float32)
    return (cosines @ scenes @ cosines.T).reshape(len(scenes), 256)


def _scenes(count: int, templates: Any, rng: np.random.Generator) -> Any:
    across = np.arange(SIDE, dtype=np.float32)
    made = np.full((count, SIDE, SIDE), 0.5, dtype=np.float32)
    for _ in range(24):
        x, y = rng.random((2, count, 1), dtype=np.float32) * SIDE
        size = 1.5 / np.maximum(rng.random((count, 1), dtype=np.float32), 0.08)
        wide = (across - x) ** 2 / size**2
        tall = (across - y) ** 2 / (size * (0.5 + rng.random((count, 1), dtype=np.float32))) ** 2
        shade = rng.random((count, 1, 1), dtype=np.float32)
        made = np.where(tall[:, :, None] + wide[:, None, :] < 1, shade, made)
    chosen = np.flatnonzero(rng.random(count) < 0.3)
    which = rng.integers(0, len(templates), len(chosen))
    made[chosen] = np.where(np.isnan(templates[which]), made[chosen], templates[which])
    return made


def _templates(rng: np.random.Generator) -> Any:
    """Pictures with a hole in the middle, in which the scene shows."""
    made = np.full((200, SIDE, SIDE), np.nan, dtype=np.float32)
    for each in made:
        top, bottom, left = rng.integers(2, 10), rng.integers(1, 10), rng.integers(0, 4)
        shade = rng.choice([0.0, 1.0])
        each[:top] = each[SIDE - bottom :] = shade
        if left:
            each[:, :left] = each[:, SIDE - left :] = shade
        for line in range(1, top - 1, 2):  # a caption
            each[line, 4 : rng.integers(8, 28)] = 1 - shade
    return made
