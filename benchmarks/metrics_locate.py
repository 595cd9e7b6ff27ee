"""Which slice a change comes from: F1 and processor time on generated and real faults, RiskLoc beside ours.

    WATCHFLOOR_DATA=<folder> WATCHFLOOR_RISKLOC=<checkout> python -m benchmarks.metrics_locate [--cases 60] [--seeds 602 702] [--large]

Input: cases of the public RiskLoc generator with the paper's settings for S and L, made afresh for each seed (the checkout named by
WATCHFLOOR_RISKLOC makes them, and runs beside; without it this part is left out); the real faults of the earlier days (one answer
a case); calm, outside and local changes of a generator of ours; one million leaves, with --large also 24 million. A cause
counts if it is exactly a true one (micro F1). Processor time of the search with the coding of the dimensions, reading excluded.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import warnings
from collections.abc import Callable
from statistics import mean, median
from typing import Any

import polars as pl

from benchmarks._faults import DATA, RISKLOC, Cause, calm_or_not, generated, real_faults
from benchmarks._leaves import planted
from watchfloor.engines.metrics import Location, locate_counts, locate_ratio

Counts = tuple[int, int, int]


def judged(found: set[Cause], true: set[Cause]) -> Counts:
    return len(found & true), len(found - true), len(true - found)


def f1(counts: list[Counts]) -> float:
    hit, wrong, missed = (sum(each) for each in zip(*counts, strict=True))
    return 2 * hit / (2 * hit + wrong + missed)


def answers(found: Location) -> set[Cause]:
    return {frozenset(each.where.items()) for each in found.causes}


def rival() -> Callable[[Any], set[Cause]]:
    sys.path.insert(0, RISKLOC)
    warnings.filterwarnings("ignore")
    from algorithms.riskloc import riskloc  # type: ignore[import-not-found]

    def run(table: Any) -> set[Cause]:
        dims = [name for name in table.columns if name not in ("real", "predict")]
        return {
            frozenset(zip(each["cuboid"], map(str, element), strict=True))
            for each in riskloc(table, dims, debug=False)
            for element in each["elements"]
        }

    return run


def counts(kind: str, cases: int, seed: int, beside: int) -> None:
    import pandas

    run = rival()
    ours: list[Counts] = []
    theirs: list[Counts] = []
    cost, their_cost = [], []
    frames: list[tuple[Any, set[Cause]]] = []
    for number, (path, true) in enumerate(generated(kind, cases, seed)):
        table = pl.read_csv(path)
        if not number:
            locate_counts(table, real="real", forecast="predict")
        start = time.process_time()
        found = answers(locate_counts(table, real="real", forecast="predict"))
        cost.append(time.process_time() - start)
        ours.append(judged(found, true))
        if number < beside:
            frames.append((pandas.read_csv(path), true))
    for frame, true in frames:  # one after the other: each finds the caches as it left them itself
        start = time.process_time()
        said = run(frame)
        their_cost.append(time.process_time() - start)
        theirs.append(judged(said, true))
    both = ours[:beside]
    if not ours:
        print(f"  {kind}, seed {seed}: the generator makes no case at this seed")
        return
    ratio = mean(their_cost) / mean(cost[:beside])
    print(f"  {kind}, seed {seed}: F1 {f1(ours):.3f} on {len(ours)} cases, {mean(cost) * 1e3:.1f} ms a case", end="")
    print(
        f"; on the first {beside}: {f1(both):.3f}, RiskLoc {f1(theirs):.3f} at {mean(their_cost):.2f} s (x{ratio:.0f})"
    )


def ratios() -> None:
    scores, cost, names = [], [], {"real_num": "f", "real_den": "n", "forecast_num": "f0", "forecast_den": "n0"}
    days = []
    for number, (day, table, true) in enumerate(real_faults()):
        if not number:
            locate_ratio(table, **names)
        start = time.process_time()
        found = locate_ratio(table, **names)
        cost.append(time.process_time() - start)
        scores.append(judged(answers(found), true))
        days.append(day)
    hits = sum(each[0] for each in scores)
    by_day = [[each for each, at in zip(scores, days, strict=True) if at != day] for day in set(days)]
    spread = (len(by_day) - 1) / len(by_day) * sum((f1(each) - mean(map(f1, by_day))) ** 2 for each in by_day)
    print(
        f"  real faults of the earlier days, one answer each: {hits} of {len(scores)} right, F1 {f1(scores):.3f}",
        end="",
    )
    print(f" (standard error {spread**0.5:.3f}, leaving out days in turn), {median(cost) * 1e3:.1f} ms median")


def verdicts(cases: int) -> None:
    names = {"real_num": "f", "real_den": "n", "forecast_num": "f0", "forecast_den": "n0"}
    table: dict[tuple[str, str], int] = {}
    calm = []
    for seed in range(cases):
        leaves, true = calm_or_not(seed + 10_000)
        found = locate_ratio(leaves, **names, seed=seed)
        table[true, found.verdict] = table.get((true, found.verdict), 0) + 1
        if true == "none":
            calm.append(found.p)
    no = {key: count for key, count in table.items() if "localised" not in key}
    hit = sum(no.values())
    wrong = sum(count for (true, said), count in table.items() if true == "localised" and said != "localised")
    missed = sum(count for (true, said), count in table.items() if true != "localised" and said == "localised")
    calm.sort()
    gap = max(abs(p - (at + 0.5) / len(calm)) for at, p in enumerate(calm))
    print(f'  "no localised cause" on {cases} cases of ours: F1 {2 * hit / (2 * hit + wrong + missed):.3f}', end="")
    print(
        f"; p when calm: largest gap to uniform {gap:.3f} over {len(calm)} (5 % bound {1.36 / len(calm) ** 0.5:.3f}),",
        end="",
    )
    print(f" below .05 in {mean(p < 0.05 for p in calm):.1%}")


def large(sizes: list[int], seed: int) -> None:
    table, true = planted(sizes, seed, 4)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    start, wall = time.process_time(), time.perf_counter()
    found = answers(locate_counts(table, real="real", forecast="predict"))
    cpu, wall = time.process_time() - start, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    scores = judged(found, {frozenset(each.items()) for each in true})
    print(
        f"  {len(table):,} leaves: {scores[0]} of {len(true)} planted causes, {scores[1]} others, {wall:.2f} s wall",
        end="",
    )
    print(f" ({cpu:.2f} s processor), peak {peak:.1f} GB of which {before:.1f} GB before the search")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--beside", type=int, default=10, help="cases that RiskLoc runs too")
    parser.add_argument("--seeds", type=int, nargs="+", default=[602, 702])
    parser.add_argument("--large", action="store_true")
    given = parser.parse_args()
    print("Locate (F1 is micro, exact causes)")
    if RISKLOC:
        for kind in ("S", "L"):
            for seed in given.seeds:
                counts(kind, given.cases, seed, min(given.beside, given.cases))
    else:
        print("  generated cases left out: WATCHFLOOR_RISKLOC names no checkout")
    if (DATA / "rs_early").exists():
        ratios()
    verdicts(400)
    large([10, 5, 50, 20, 5, 4], 11)
    if given.large:
        large([10, 5, 250, 20, 8, 12], 5)


if __name__ == "__main__":
    main()
