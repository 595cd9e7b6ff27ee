"""Forecasts against repeating the last season, effects against planted ones, decompositions against their own sum.

    WATCHFLOOR_DATA=<folder> python -m benchmarks.metrics_change [--simulations 500]

Input: the Numenta series of report-like volume (ten companies' mentions and taxi rides, per hour), each forecast a day ahead from
eight places of its second half, the whole choice made again on what came before each; panels of two touched and six other units
over 60 steps with common ups and downs, weekly season and autocorrelated noise, an effect planted at step 40; 2,000 random slices.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import time
from statistics import mean

import polars as pl

from benchmarks.metrics_detect import DATA
from watchfloor.engines.metrics import decompose, effect, forecast, forecast_tree

Panel = dict[str, list[float]]


def hourly() -> list[tuple[str, list[float], int]]:
    """Name, values per hour, hours per season."""
    found = []
    folder = DATA / "nab"
    for path in [folder / "realKnownCause/nyc_taxi.csv", *sorted((folder / "realTweets").glob("*.csv"))]:
        with path.open(newline="") as stream:
            values = [float(row["value"]) for row in csv.DictReader(stream)]
        per, season = (2, 168) if "taxi" in path.name else (12, 24)
        sums = [math.fsum(values[at : at + per]) for at in range(0, len(values) - per + 1, per)]
        found.append((path.stem, sums, season))
    return found


def holidays(simulations: int) -> None:
    """Days with a week, a trend and holidays every month that take away 63 %; the fourth day ahead is one."""
    chance = random.Random(9)
    errors = {"told": 0.0, "not told": 0.0}
    inside = 0
    for _ in range(simulations):
        off = [float((day % 31 == 20 and day < 140) or day == 143) for day in range(147)]
        values = [
            (200 + day / 5 + 60 * math.sin(day * 2 * math.pi / 7)) * math.exp(chance.gauss(0, 0.05) - off[day])
            for day in range(147)
        ]
        for how, events in (("told", {"holiday": off}), ("not told", None)):
            found = forecast(values[:140], horizon=7, season=7, origins=0, events=events).ahead[3]
            errors[how] += abs(found.value - values[143]) / simulations
            inside += events is not None and found.low <= values[143] <= found.high
    print(
        f"  a holiday ahead: mean error {errors['told']:.0f} when told of it, {errors['not told']:.0f} when not", end=""
    )
    print(f"; its intervals hold {inside / simulations:.0%} of {simulations}")


def panel(chance: random.Random, planted: float, rho: float, steps: int = 60, at: int = 40) -> tuple[Panel, Panel]:
    common, level = [], 0.0
    for step in range(steps):
        level += chance.gauss(0, 0.5)
        common.append(level + 3 * math.sin(step * 2 * math.pi / 7))

    def unit(by: float) -> list[float]:
        own, before, found = chance.gauss(100, 10), chance.gauss(0, 1), []
        for step, each in enumerate(common):
            before = rho * before + math.sqrt(1 - rho * rho) * chance.gauss(0, 1)
            found.append(own + each + 2 * before + by * (step >= at))
        return found

    return {f"touched {n}": unit(planted) for n in range(2)}, {f"control {n}": unit(0.0) for n in range(6)}


def effects(method: str, rho: float, simulations: int) -> None:
    chance = random.Random(20)
    inside, refused, placebo, false = [], 0, [], []
    start = time.process_time()
    for _ in range(simulations):
        planted = effect(*panel(chance, 1.0, rho), at=40, method=method)
        calm = effect(*panel(chance, 0.0, rho), at=40, method=method)
        placebo.append(planted.placebo_false or 0.0)
        refused += planted.verdict == "refused"
        if planted.low is not None and planted.high is not None:
            inside.append(planted.low <= 1.0 <= planted.high)
        false.append(calm.verdict == "effect")
    cost = (time.process_time() - start) / simulations / 2 * 1e3
    print(
        f"  {method}, autocorrelation {rho}: 95 % intervals hold {mean(inside):.1%} of {len(inside)}, refused {refused}",
        end="",
    )
    print(f"; effects seen where none is {mean(false):.1%}, at placebo dates {mean(placebo):.1%}; {cost:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--simulations", type=int, default=500)
    simulations = parser.parse_args().simulations
    print("Forecast, a day ahead by hours (error over that of repeating the last season; 95 % intervals)")
    ratios, covered = [], []
    for name, values, season in hourly():
        found = forecast(values, horizon=24, season=season).backtest
        if found is None:
            continue
        ratios.append(found.ratio)
        covered.append(found.coverage)
        print(f"  {name:22} {found.ratio:.2f}, intervals hold {found.coverage:.1%} of {found.origins * 24}")
    if ratios:
        print(f"  all: {math.exp(mean(map(math.log, ratios))):.2f} (geometric mean), hold {mean(covered):.1%}")
    tree: dict[tuple[str, ...], list[float]] = {}
    for name, values, season in hourly():
        if season == 24:
            tree["AB"[len(tree) % 2], name] = values[:1_300]
    together = forecast_tree(tree, horizon=24, season=24, origins=4)
    if together.backtest is not None:
        found = together.backtest
        print(
            f"  ten companies, two halves and all of them, adding up: {found.ratio:.2f} (each by itself {together.alone:.2f})",
            end="",
        )
        print(f", intervals hold {found.coverage:.1%}")
    holidays(simulations // 5)
    print(f"Effect, {simulations} panels each")
    for rho in (0.0, 0.3, 0.5, 0.7):
        effects("did", rho, simulations)
    for rho in (0.0, 0.5):
        effects("synthetic", rho, simulations // 2)
    chance = random.Random(2)
    rows = [[chance.lognormvariate(3, 2) for _ in range(4)] for _ in range(2_000)]
    table = pl.DataFrame(rows, schema=["f0", "n0", "f1", "n1"], orient="row").with_row_index("slice")
    names = {"before_num": "f0", "before_den": "n0", "after_num": "f1", "after_den": "n1"}
    for method in ("kitagawa", "three-way", "lmdi"):
        split = decompose(table, **names, by=["slice"], method=method)
        print(f"Decompose {method}: change {split.change:.4f}, left over {abs(split.closes / split.change):.1e} of it")


if __name__ == "__main__":
    main()
