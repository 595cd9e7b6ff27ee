"""How often the 95 % intervals of prevalence studies hold the truth, for each way to draw.

    python -m benchmarks.prevalence [--rounds 1000] [--json]

The population is made (``tests.support.prevalence``): 2,000 items, 4 % violating, 300 drawn.
"""

from __future__ import annotations

import argparse
import json

from tests.support.prevalence import held


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {method: held(method, options.rounds)._asdict() for method in ("simple", "stratified", "views")}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{options.rounds:,} samples of each; wanted: 95 %")
    for method, row in found.items():
        print(
            f"  {method:<12} held {row['share']:>6.1%}   truth {row['truth']:.4f}   mean of the estimates {row['mean']:.4f}"
        )


if __name__ == "__main__":
    main()
