"""Errors of raters without a known truth against crowd-kit, looks spread by Neyman against in proportion, intervals that hold.

    python -m benchmarks.agreement [--rounds 2000] [--json]

Needs the dependency group ``agreement`` for the rival (it is left out, and said so, where it is missing). Inputs are made from seeds: 60
raters, 4,000 units, two or three votes each; four strata of 50,000, 30,000, 5,000 and 2,000 decisions with 0.5, 2, 15 and 30 % wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from typing import Any

from watchfloor.engines import agreement

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


def latent() -> dict[str, Any]:
    """Seconds of ours and of the rival (the best of three), and how far the answers are apart."""
    given = votes()
    ours = min(_timed(lambda: agreement.dawid_skene(given))[0] for _ in range(3))
    fitted = agreement.dawid_skene(given)
    found: dict[str, Any] = {"votes": len(given), "turns": fitted.turns, "ours_s": ours}
    try:
        import pandas
        from crowdkit.aggregation import DawidSkene
    except ImportError:
        return found | {"rival": "crowd-kit is not installed"}
    frame = pandas.DataFrame(given, columns=["task", "worker", "label"])
    rival, model = min((_timed(lambda: DawidSkene(n_iter=100).fit(frame)) for _ in range(3)), key=lambda each: each[0])
    theirs = model.probas_["1"].to_dict()
    apart = max(abs(row["1"] - theirs[row["unit"]]) for row in fitted.chances.iter_rows(named=True))
    return found | {"rival_s": rival, "ratio": rival / ours, "rival_turns": len(model.loss_history_), "apart": apart}


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
    found = {"latent": latent(), "spread": spread(options.rounds)}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    row = found["latent"]
    print(f"errors without a truth: {row['votes']:,} votes, {row['turns']} turns, {row['ours_s'] * 1000:.0f} ms")
    if "ratio" in row:
        print(
            f"  crowd-kit {row['rival_s'] * 1000:.0f} ms, {row['rival_turns']} turns: x{row['ratio']:.1f}; answers {row['apart']:.1e} apart"
        )
    else:
        print(f"  {row['rival']}")
    row = found["spread"]
    print(f"looks for the error of 800 in proportion: {row['neyman']} ({row['fewer']:.0%} fewer)")
    print(
        f"  with rates from a pilot of 400: {row['fewer_with_rates_from_a_pilot']:.0%} fewer, over {options.rounds:,} samples"
    )


if __name__ == "__main__":
    main()
