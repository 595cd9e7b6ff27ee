"""A week of a floor: 500 agents, 40 queues, 400,000 items; ours against a plain heap, simpy and ciw, equal to the plain program.

    python -m benchmarks.staffing_simulation [--replications 200] [--json]

CPU time of one thread per item that came, in one process, each once after a first run for the compiler. The rivals do the same shifts,
breaks, skills and priorities without patience and budgets; ciw cannot serve two queues with one agent, so it gets forty floors of their
own for six hours. A rival that is not installed is left out, and it is said.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from typing import Any

from benchmarks._staffing_floor import scenario
from benchmarks._staffing_rivals import ciw_floor, heap, simpy_floor
from watchfloor.engines.staffing.simulation import Compiled, build, outcome, reference, replications

try:
    import simpy
except ImportError:
    simpy = None
try:
    import ciw
except ImportError:
    ciw = None


def timed(do: Callable[[], Any]) -> tuple[Any, float]:
    """The result and the CPU seconds it took."""
    start = time.process_time()
    found = do()
    return found, time.process_time() - start


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    floor = build(scenario())
    compiled, first = timed(lambda: Compiled(floor))
    _, compiling = timed(lambda: compiled.run(0))
    ours = [timed(lambda number=number: compiled.run(number)) for number in range(1, 6)]
    run, seconds = min(ours, key=lambda pair: pair[1])
    items = sum(map(sum, run.came))
    answer: dict[str, Any] = {
        "items": items,
        "events": run.events,
        "seconds": seconds,
        "first_run_seconds": first + compiling,
    }
    plain, took = timed(lambda: reference.run(floor, 0))
    answer["equal_to_the_plain_program"] = plain == compiled.run(0)
    answer["ratio_plain_program"] = took / sum(map(sum, plain.came)) / (seconds / items)
    found, took = timed(lambda: heap(floor, 1))
    answer["ratio_heap"] = took / found.items / (seconds / items)
    answer["heap"] = {"seconds": took, "items": found.items, "mean_wait_s": found.waited / found.solved / 1000}
    answer["mean_wait_s"] = sum(row[7] for row in run.queues) / sum(row[2] for row in run.queues) / 1000
    if simpy is not None:
        found, took = timed(lambda: simpy_floor(simpy, floor, 1))
        answer["ratio_simpy"] = took / found.items / (seconds / items)
        answer["simpy"] = {"seconds": took, "items": found.items, "mean_wait_s": found.waited / found.solved / 1000}
    if ciw is not None:
        done, took = timed(lambda: ciw_floor(ciw, floor, 6.0, 1))
        answer["ratio_ciw"] = took / done / (seconds / items)
    begin = time.perf_counter()
    runs = replications(floor, given.replications)
    answer["replications"] = {
        "many": given.replications,
        "elapsed_seconds": time.perf_counter() - begin,
        "processors": os.cpu_count(),
    }
    wait = outcome(floor, runs).all.wait
    answer["replications"]["mean_wait_s"] = [wait.low, wait.value, wait.high]
    if given.json:
        print(json.dumps(answer, indent=2))
        return
    print(
        f"A week, 500 agents, 40 queues: {items:,} items, {run.events:,} events in {seconds:.3f} s "
        f"({run.events / seconds / 1e6:.1f} M events/s)."
    )
    print(f"The first run took {first + compiling:.1f} s with the compiler (kept on disk from then on).")
    print(f"Equal to the plain program to the last item and millisecond: {answer['equal_to_the_plain_program']}.")
    for name, said in (
        ("plain_program", "our plain program"),
        ("heap", "a heap in plain Python"),
        ("simpy", "simpy"),
        ("ciw", "ciw, one skill each"),
    ):
        ratio = answer.get(f"ratio_{name}")
        print(f"  x{ratio:,.0f} {said}, per item" if ratio else f"  {said}: not installed, left out")
    print("Mean wait of one week: " + ", ".join(f"{name} {value:,.0f} s" for name, value in _waits(answer)))
    told = answer["replications"]
    print(f"{told['many']} replications on {told['processors']} processors: {told['elapsed_seconds']:.1f} s elapsed; mean wait "
          f"{wait.value:,.0f} s [{wait.low or 0:,.0f}, {wait.high or 0:,.0f}].")  # fmt: skip


def _waits(answer: dict[str, Any]) -> list[tuple[str, float]]:
    return [
        ("ours", answer["mean_wait_s"]),
        *((name, answer[name]["mean_wait_s"]) for name in ("heap", "simpy") if name in answer),
    ]


if __name__ == "__main__":
    main()
