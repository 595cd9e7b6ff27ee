"""Made-up floors with a change of known size, to try what measures changes on: the worlds of ``benchmarks/effects.py`` and of its test."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


class World(NamedTuple):
    """One made-up history: what was touched from ``at`` on by ``effect`` a step (the mean of what was planted), and what was not."""

    touched: Values
    controls: dict[str, Values]
    at: int
    effect: float
    scaled: bool = False


def _noise(chance: np.random.Generator, count: int, rho: float) -> Values:
    fresh = chance.normal(size=count)
    found = np.empty(count)
    found[0] = fresh[0]
    for step in range(1, count):
        found[step] = rho * found[step - 1] + np.sqrt(1 - rho * rho) * fresh[step]
    return found


def _panel(
    chance: np.random.Generator,
    planted: float,
    *,
    rho: float = 0.3,
    others: int = 8,
    week: float = 3.0,
    trend: float = 0.05,
    shifts: float = 0.0,
) -> World:
    at, after = int(chance.integers(35, 70)), int(chance.integers(10, 30))
    count = at + after
    steps = np.arange(count)
    common = trend * steps + 1.5 * _noise(chance, count, 0.8) + week * np.isin(steps % 7, (5, 6))
    rows = []
    for _ in range(others + 1):
        own_week = chance.normal(0, week / 3, 7)[steps % 7]
        rows.append(20 + chance.normal(0, 4) + common + own_week + _noise(chance, count, rho))
    for place in range(1, others + 1):
        if chance.random() < shifts:
            rows[place][int(chance.integers(5, count - 4)) :] += chance.choice([-1, 1]) * chance.uniform(4, 12)
    rows[0][at:] += planted
    return World(rows[0], {f"c{place}": row for place, row in enumerate(rows[1:])}, at, planted)


def _counts(chance: np.random.Generator, planted: float) -> World:
    """Markets of unlike size that a common tide moves by a share; the change takes a share of what would have come."""
    at, after = int(chance.integers(35, 70)), int(chance.integers(10, 30))
    count = at + after
    steps = np.arange(count)
    tide = np.exp(0.15 * _noise(chance, count, 0.8) + 0.25 * np.isin(steps % 7, (5, 6)))
    means = [chance.uniform(15, 150) * tide * np.exp(0.05 * _noise(chance, count, 0.3)) for _ in range(9)]
    share = 0.1 * planted
    drawn = [chance.poisson(mean).astype(np.float64) for mean in means]
    moved = means[0].copy()
    moved[at:] *= 1 + share
    drawn[0][at:] = chance.poisson(moved[at:])
    return World(
        drawn[0],
        {f"c{n}": row for n, row in enumerate(drawn[1:])},
        at,
        float((moved - means[0])[at:].mean()),
        scaled=True,
    )


def _alone(chance: np.random.Generator, planted: float) -> World:
    """Nothing to compare with: a level, a trend, a week, noise."""
    at, after = int(chance.integers(42, 90)), int(chance.integers(10, 30))
    steps = np.arange(at + after)
    series = 20 + chance.normal(0, 0.05) * steps + chance.normal(0, 2, 7)[steps % 7] + _noise(chance, at + after, 0.4)
    series[at:] += planted
    return World(series, {}, at, planted)


WORLDS: dict[str, Callable[[np.random.Generator, float], World]] = {
    "no autocorrelation": lambda chance, planted: _panel(chance, planted, rho=0.0),
    "AR(1) noise 0.3": lambda chance, planted: _panel(chance, planted, rho=0.3),
    "AR(1) noise 0.6": lambda chance, planted: _panel(chance, planted, rho=0.6),
    "strong week": lambda chance, planted: _panel(chance, planted, week=9.0),
    "steep trend": lambda chance, planted: _panel(chance, planted, trend=0.5),
    "counts": _counts,
    "level shifts in controls": lambda chance, planted: _panel(chance, planted, shifts=0.2),
    "few controls": lambda chance, planted: _panel(chance, planted, others=2),
    "no controls": _alone,
}
