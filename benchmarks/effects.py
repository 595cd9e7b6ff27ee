"""Intervals of ``engines.effects`` on made-up floors whose change is known: how many hold it, and how often one is seen where none is.

    python -m benchmarks.effects [--worlds 1000]

Prints, for each kind of floor and method: the share of 95 % intervals that hold the planted effect, the share of floors without an
effect where one was claimed (5 % is stated), the share of planted ones seen, the share refused, the method ``best`` chose, and milliseconds
a call. Beside it what is commonly done instead: the means before and after, with Student's interval.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks._effect_worlds import WORLDS, World
from watchfloor.engines.effects import Effect, before_after, best, difference_in_differences, synthetic_control
from watchfloor.engines.metrics.effect import student_quantile


class Tried(NamedTuple):
    """How a method fared on one kind of floor."""

    coverage: float
    false: float
    power: float
    refused: float
    chosen: Counter[str]
    ms: float


Method = Callable[[World], Effect]
BESIDE: dict[str, Method] = {
    "difference in differences": lambda w: difference_in_differences(
        w.touched.tolist(), rows(w), w.at, scaled=w.scaled, placebos=False
    ),
    "synthetic control": lambda w: synthetic_control(
        w.touched.tolist(), rows(w), w.at, scaled=w.scaled, placebos=False
    ),
    "best": lambda w: best(w.touched.tolist(), rows(w), w.at, scaled=w.scaled, placebos=False),
}
ALONE: dict[str, Method] = {"before and after": lambda w: before_after(w.touched.tolist(), w.at, placebos=False)}


def rows(world: World) -> dict[str, list[float]]:
    """Controls as lists."""
    return {name: row.tolist() for name, row in world.controls.items()}


def naive(world: World) -> Effect:
    """Means before and after, each step taken for a draw of its own."""
    before, after = world.touched[: world.at], world.touched[world.at :]
    found = float(after.mean() - before.mean())
    error = math.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after))
    reach = error * student_quantile(0.95, len(world.touched) - 2)
    return Effect(
        method="naive",
        level=0.95,
        estimate=found,
        low=found - reach,
        high=found + reach,
        p=0.04 if abs(found) > reach else 0.5,
    )


def tried(kind: str, method: Method, worlds: int, *, effect: float = 2.0, seed: int = 7) -> Tried:
    """One method on so many floors with an effect, and as many without."""
    chance = np.random.default_rng(seed)
    held, seen, false, refused, chosen, begun = [], [], [], 0, Counter[str](), time.perf_counter()
    for _ in range(worlds):
        planted, calm = WORLDS[kind](chance, effect), WORLDS[kind](chance, 0.0)
        found, nothing = method(planted), method(calm)
        if found.enough and found.low is not None and found.high is not None and found.p is not None:
            held.append(found.low <= planted.effect <= found.high)
            seen.append(found.p < 0.05)
            chosen[found.method] += 1
        else:
            refused += 1
        if nothing.enough and nothing.p is not None:
            false.append(nothing.p < 0.05)
    cost = (time.perf_counter() - begun) / (2 * worlds) * 1000
    return Tried(float(np.mean(held)), float(np.mean(false)), float(np.mean(seen)), refused / worlds, chosen, cost)


def methods_of(kind: str) -> dict[str, Method]:
    """Those that can be tried on a kind of floor."""
    return ALONE if kind == "no controls" else BESIDE


def main() -> None:
    """Print the table."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--worlds", type=int, default=1000)
    worlds = given.parse_args().worlds
    print(f"{worlds:,} floors of each kind with an effect, and as many without; 95 % intervals")
    print("| floor | method | coverage | false positives | seen | refused | ms |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for kind in WORLDS:
        for name, method in {**methods_of(kind), "means before and after": naive}.items():
            told = tried(kind, method, worlds)
            chose = " ".join(f"{each} {count}" for each, count in told.chosen.most_common()) if name == "best" else ""
            print(
                f"| {kind} | {name}{f' ({chose})' if chose else ''} | {told.coverage:.1%} | {told.false:.1%} | {told.power:.0%} "
                f"| {told.refused:.0%} | {told.ms:.1f} |", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
