"""Server time of the floor and of what stands behind it at a million open jobs: through Django's whole stack, rendered.

    python -m benchmarks.floor_page [--open 1000000] [--rounds 50] [--json]

The bar is 100 ms at p95 for the page. Counting the wall is the loop's work; it is timed beside it, as is a reader who finds nothing kept.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

BAR_MS = 100.0


def calls() -> dict[str, Callable[[], Any]]:
    """The page by a manager without limits and one limited to a market, and the pieces."""
    from django.urls import reverse
    from tests.support.people import member, signed_in

    from watchfloor.insight import live, wall
    from watchfloor.review.queries import due_times

    rights = {"floor.view", "review.reassign", "queue.manage", "insight.view"}
    free, limited = signed_in(member(rights)), signed_in(member(rights, markets=["US"]))

    def get(who: Any, address: str) -> Callable[[], Any]:
        def run() -> None:
            answer = who.get(address)
            assert answer.status_code == 200, (address, answer.status_code)

        return run

    floor, act = reverse("floor"), reverse("floor-act")

    def nothing_remembered() -> None:
        live._past.forget()
        wall._kept.forget()
        free.get(floor)

    return {
        "floor": get(free, floor),
        "floor, a market": get(limited, floor),
        "floor, by vendor": get(free, floor + "?by=vendor"),
        "floor, what changes": get(free, reverse("floor-now")),
        "floor, nothing remembered": nothing_remembered,
        "due times": get(free, reverse("service-plan")),
        "(count a boost of 83,000)": get(free, act + "?do=boost&queue=spam.en&points=2&hours=1"),
        "(count a new plan)": lambda: due_times.preview({"targets": [{"name": "x", "policy": "spam", "minutes": 60}]}),
        "(count the wall: the loop)": wall.count,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--open", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from benchmarks._floor import database, fill, percentile

    found: dict[str, dict[str, float]] = {}
    with database():
        fill(options.open + options.open // 10, options.open, queues=12)
        for name, run in calls().items():
            run()  # templates are compiled once per process; the wall is counted once
            rounds = 3 if name.startswith("(") else options.rounds
            times = []
            for _ in range(rounds):
                started = time.perf_counter()
                run()
                times.append(1000 * (time.perf_counter() - started))
            found[name] = {"least": min(times), "p50": percentile(times, 0.5), "p95": percentile(times, 0.95)}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{options.open:,} open jobs in 12 queues; {options.rounds} requests each; milliseconds of server time")
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, row in found.items():
        over = "over the bar" if row["p95"] > BAR_MS and not name.startswith("(") else ""
        print(f"  {name:<28} " + "   ".join(f"{title} {value:>8.1f}" for title, value in row.items()) + f"   {over}")


if __name__ == "__main__":
    main()
