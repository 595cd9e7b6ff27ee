"""Where a change of mean handle time comes from: planted slices, outside changes, a changed mix and calm, beside the locator of ratios.

    python -m benchmarks.metrics_means [--worlds 40] [--jobs 3000] [--restless 0.05] [--json]

Jobs of five dimensions' worth of habits (log-normal times of spread 0.6 about a mean that each value of each dimension, and each leaf,
moves), a window and twice as many before it; in the window one queue gets 1.6 times the work, and every leaf wanders a little.
``right``: exactly the planted slice; ``wrong``: any other. Seeds are counted from 0.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from typing import Any

import polars as pl

from watchfloor.engines.metrics import Location, locate_mean, locate_ratio

VALUES = {"queue": "abcdef", "market": "ABCDEF", "vendor": "xyz", "policy": "pqrst"}
DIMS = list(VALUES)
SPREAD = 0.6
CASES: tuple[tuple[str, dict[str, str] | None, float], ...] = (
    ("nothing but another mix", None, 1.0),
    ("everywhere, 1.2 times", {}, 1.2),
    ("a vendor, 1.3 times", {"vendor": "y"}, 1.3),
    ("a vendor, 1.15 times", {"vendor": "y"}, 1.15),
    ("a vendor, 0.8 times", {"vendor": "x"}, 0.8),
    ("a policy in a market, 1.6 times", {"market": "A", "policy": "q"}, 1.6),
    ("a small market, 1.4 times", {"market": "D"}, 1.4),
)


def world(seed: int, where: dict[str, str] | None, times: float, jobs: int, restless: float) -> pl.DataFrame:
    """Leaf rows as ``locate_mean`` takes them; ``where`` None: nothing happened, empty: everywhere."""
    chance = random.Random(seed)
    habit = {(dim, value): chance.gauss(0, 0.2) for dim in DIMS for value in VALUES[dim]}
    own: dict[tuple[str, ...], float] = {}
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for side, count in (("base", jobs * 2), ("real", jobs)):
        wander: dict[tuple[str, ...], float] = {}
        shares = {dim: [1 / (1 + at) for at in range(len(VALUES[dim]))] for dim in DIMS}
        if side == "real":
            shares["queue"][1] *= 1.6
        for _ in range(count):
            leaf = {dim: chance.choices(VALUES[dim], shares[dim])[0] for dim in DIMS}
            key = tuple(leaf.values())
            mean = 4.8 + sum(habit[each] for each in leaf.items()) + own.setdefault(key, chance.gauss(0, 0.1))
            mean += wander.setdefault(key, chance.gauss(0, restless))
            if side == "real" and where is not None and all(leaf[dim] == value for dim, value in where.items()):
                mean += math.log(times)
            log = mean + chance.gauss(0, SPREAD)
            row = rows.setdefault(key, leaf | {f"{each}_{name}": 0.0 for each in ("real", "base") for name in "ndmq"})
            for name, value in zip("ndmq", (math.exp(log), 1.0, log, log * log), strict=True):
                row[f"{side}_{name}"] += value
    return pl.DataFrame(list(rows.values()))


def said(found: Location, where: dict[str, str] | None) -> str:
    """``right``, ``wrong`` or the verdict without a slice."""
    if found.causes:
        return "right" if found.causes[0].where == where else "wrong"
    right = (where is None and found.verdict == "none") or (where == {} and found.verdict == "everywhere")
    return "right" if right else found.verdict


def main() -> None:
    """Print how often each was right."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--worlds", type=int, default=40)
    read.add_argument("--jobs", type=int, default=3_000)
    read.add_argument("--restless", type=float, default=0.05)
    read.add_argument("--json", action="store_true")
    args = read.parse_args()
    result = []
    spent = [0.0, 0.0]
    for name, where, times in CASES:
        ours: Counter[str] = Counter()
        ratios: Counter[str] = Counter()
        for seed in range(args.worlds):
            frame = world(seed, where, times, args.jobs, args.restless)
            begun = time.process_time()
            ours[said(locate_mean(frame, dims=DIMS), where)] += 1
            middle = time.process_time()
            names = {"real_num": "real_n", "real_den": "real_d", "forecast_num": "base_n", "forecast_den": "base_d"}
            kept = frame.select([*DIMS, *names.values()])
            ratios[said(locate_ratio(kept, **names, dims=DIMS, depth=2), where)] += 1
            spent[0] += middle - begun
            spent[1] += time.process_time() - middle
        result.append({"case": name, "means": dict(ours), "ratios": dict(ratios)})
    runs = args.worlds * len(CASES)
    if args.json:
        print(json.dumps({"worlds": args.worlds, "jobs": args.jobs, "cases": result}))
        return
    print(
        f"{args.worlds} worlds each, {args.jobs:,} jobs in the window; {spent[0] / runs * 1e3:.1f} and {spent[1] / runs * 1e3:.1f} ms CPU"
    )
    print(f"  {'':34} {'by logarithms of times':44} as a ratio")
    for row in result:
        print(f"  {row['case']:34} {row['means']!s:44} {row['ratios']}")


if __name__ == "__main__":
    main()
