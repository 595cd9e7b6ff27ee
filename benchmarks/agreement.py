"""Errors of raters without a known truth against crowd-kit, looks spread by Neyman against in proportion, intervals that hold.

    python -m benchmarks.agreement [--rounds 2000] [--json]

Needs the dependency group ``agreement`` for the rival (it is left out, and said so, where it is missing). Inputs are made from seeds: 60
raters, 400, 4,000 and 40,000 units, two or three votes each; four strata of 50,000, 30,000, 5,000 and 2,000 decisions with 0.5, 2, 15 and
30 % wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from typing import Any

import polars

from watchfloor.engines import agreement

UNITS, ROUNDS = (400, 4000, 40_000), 5
STRATA = [("sure", 50_000, 0.005), ("usual", 30_000, 0.02), ("hard", 5_000, 0.15), ("new", 2_000, 0.3)]


def votes(seed: int = 1, units: int = 4000, raters: int = 60) -> list[tuple[str, str, str]]:
    """Two values, raters of 60 to 95 % right."""
    chance = random.Random(seed)
    right = [chance.uniform(0.6, 0.95) for _ in range(raters)]
    found = []
    for unit in range(units):
        true = chance.randrange(2)
        for rater in chance.sample(range(raters), 2 if chance.random() < 0.5 else 3):
            found.append((f"u{unit}", f"r{rater}", str(true if chance.random() < right[rater] else 1 - true)))
    return found


def latent(units: int) -> dict[str, Any]:
    """Milliseconds of ours and of the rival, in turns, each given a frame (least and median), and how far the answers are apart."""
    given = votes(units=units)
    frame = polars.DataFrame(given, schema=["unit", "rater", "value"], orient="row")
    rival, table = _rival(given)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        took, fitted = _timed(lambda: agreement.dawid_skene(frame))
        ours.append(took)
        if rival is not None:
            took, model = _timed(lambda: rival(n_iter=100).fit(table))
            theirs.append(took)
    found: dict[str, Any] = {"votes": len(given), "turns": fitted.turns, "ours_ms": _least(ours)}
    if rival is None:
        return found
    known = model.probas_["1"].to_dict()
    apart = max(abs(row["1"] - known[row["unit"]]) for row in fitted.chances.iter_rows(named=True))
    return found | {
        "rival_ms": _least(theirs), "ratio": [one / other for one, other in zip(_least(theirs), _least(ours), strict=True)],
        "rival_turns": len(model.loss_history_), "apart": apart,
    }  # fmt: skip


def _rival(given: list[tuple[str, str, str]]) -> tuple[Any, Any]:
    try:
        import pandas
        from crowdkit.aggregation import DawidSkene
    except ImportError:
        return None, None
    return DawidSkene, pandas.DataFrame(given, columns=["task", "worker", "label"])


def _least(seconds: list[float]) -> list[float]:
    return [1000 * min(seconds), 1000 * statistics.median(seconds)]


def spread(rounds: int) -> dict[str, Any]:
    """Looks for the same error with true rates, and errors in simulation where rates are only known from 400 earlier looks."""
    strata = [agreement.Stratum(*one) for one in STRATA]
    level = agreement.allocate(strata, 800, how="proportional")
    error = agreement.standard_error(strata, level)
    known = agreement.needed(strata, error)
    chance = random.Random(4)
    whole = sum(one.size for one in strata)
    squares = {"neyman": 0.0, "proportional": 0.0}
    truth = sum(one.size * one.rate for one in strata) / whole
    for _ in range(rounds):
        pilot = {one.key: (sum(chance.random() < one.rate for _ in range(100)), 100) for one in strata}
        rates = agreement.guessed(pilot)
        learnt = [agreement.Stratum(one.key, one.size, rates[one.key]) for one in strata]
        for how in squares:
            looks = agreement.allocate(learnt, 800, how=how)
            found = sum(
                one.size / whole * sum(chance.random() < one.rate for _ in range(looks[one.key])) / looks[one.key]
                for one in strata
            )
            squares[how] += (found - truth) ** 2 / rounds
    return {
        "proportional": 800, "neyman": known, "fewer": 1 - known / 800,
        "fewer_with_rates_from_a_pilot": 1 - squares["neyman"] / squares["proportional"],
    }  # fmt: skip


def _timed(do: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    found = do()
    return time.perf_counter() - start, found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {"latent": [latent(units) for units in UNITS], "spread": spread(options.rounds), "load": os.getloadavg()[0]}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"load {found['load']:.1f}; errors without a truth, least and median of {ROUNDS}:")
    for row in found["latent"]:
        print("  {:,} votes, {} turns: {:.1f} and {:.1f} ms".format(row["votes"], row["turns"], *row["ours_ms"]))
        if "ratio" not in row:
            print("    crowd-kit is not installed")
            continue
        print(
            "    crowd-kit {:,.0f} and {:,.0f} ms, {} turns: x{:.1f} and x{:.1f}; answers {:.1e} apart".format(
                *row["rival_ms"], row["rival_turns"], *row["ratio"], row["apart"]
            )
        )
    row = found["spread"]
    print(f"looks for the error of 800 in proportion: {row['neyman']} ({row['fewer']:.0%} fewer)")
    print(
        f"  with rates from a pilot of 400: {row['fewer_with_rates_from_a_pilot']:.0%} fewer, over {options.rounds:,} samples"
    )


if __name__ == "__main__":
    main()
