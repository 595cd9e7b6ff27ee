"""What the readers of the floor cost at a million cases: each timed alone, and how often it would miss 100 ms.

python -m benchmarks.floor [--cases 1000000] [--waiting 100000] [--rounds 30] [--json]
"""

from __future__ import annotations

import argparse
import json
import time
import uuid
from collections.abc import Callable
from typing import Any


def readers() -> dict[str, Callable[[], Any]]:
    """The calls behind the queue page and the workbench, by a reviewer limited to a market and a severity."""
    from tests.support.floor import LEAD, someone

    from benchmarks._floor import CASE
    from watchfloor.review import queries
    from watchfloor.review.queries import summary

    actor = someone(LEAD, markets=frozenset({"US", "DE"}), max_severity=4)
    case_id = uuid.UUID(CASE + f"{99:012x}")
    deep = queries.queue_jobs(actor, "spam.en", limit=200).next

    def fresh() -> Any:
        summary.forget()
        return queries.queue_summary(actor)

    return {
        "queue_summary (nothing kept)": fresh,
        "queue_summary": lambda: queries.queue_summary(actor),
        "queue_jobs, first page": lambda: queries.queue_jobs(actor, "spam.en"),
        "queue_jobs, later page": lambda: queries.queue_jobs(actor, "spam.en", after=deep),
        "cases, open": lambda: queries.cases(actor, state="open"),
        "cases, all": lambda: queries.cases(actor),
        "case": lambda: queries.case(actor, case_id),
        "case_timeline": lambda: queries.case_timeline(actor, case_id),
        "linked_cases": lambda: queries.linked_cases(actor, case_id),
        "precedents": lambda: queries.precedents(actor, "spam", "spam.bulk"),
        "next_up": lambda: queries.next_up(actor),
        "reviewer_today": lambda: queries.reviewer_today(actor),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from benchmarks._floor import database, fill, percentile

    found: dict[str, dict[str, float]] = {}
    with database():
        fill(options.cases, options.waiting, queues=12)
        for name, read in readers().items():
            times = []
            for _ in range(options.rounds):
                started = time.perf_counter()
                read()
                times.append(1000 * (time.perf_counter() - started))
            found[name] = {"p50": percentile(times, 0.5), "p95": percentile(times, 0.95)}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{options.cases:,} cases, {options.waiting:,} of them waiting in 12 queues; {options.rounds} rounds; milliseconds"
    )
    for name, row in found.items():
        print(
            f"  {name:<30} p50 {row['p50']:>8.1f}   p95 {row['p95']:>8.1f}   {'over 100 ms' if row['p95'] > 100 else ''}"
        )


if __name__ == "__main__":
    main()
