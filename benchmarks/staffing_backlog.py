"""Work with hours to spare: the backlog model and Erlang C against the simulation, by agents and by due time.

    python -m benchmarks.staffing_backlog [--replications 40] [--write docs/explanation/staffing-backlog.svg]

One queue of 20 erlangs on average with a daily peak of 1.7 times that, items of two minutes on average; so many agents all day. Attainment
is the share done within the due time. Erlang C is asked hour by hour, as planners do; an hour with fewer agents than erlangs has no steady
state and counts as nothing in time. The simulation runs 30 days after two to fill up, with the same rules as the model.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from benchmarks._plot import Point, linear
from watchfloor.engines.staffing.backlog import Problem, WorkClass, evaluate, required
from watchfloor.engines.staffing.erlang import figures
from watchfloor.engines.staffing.erlang import required as by_erlang
from watchfloor.engines.staffing.simulation import build, outcome, replications
from watchfloor.engines.staffing.simulation.scenario import Queue, Scenario, Team

HANDLE = 120
ITEMS = [20 * 3600 / HANDLE * (1 + 0.7 * math.cos(2 * math.pi * (hour - 15) / 24)) for hour in range(24)]


def model(agents: int, due: float) -> float:
    """By the backlog model."""
    return (
        evaluate(Problem(classes=[WorkClass(name="q", arrivals=ITEMS, aht=HANDLE, due=due)], agents=[agents]))
        .classes[0]
        .attainment
    )


def simulated(agents: int, due: float, many: int) -> tuple[float, float]:
    """By the simulation: mean and half of its 95 % interval."""
    queue = Queue(name="q", arrivals=ITEMS, aht=HANDLE, due=due, spread="exponential")
    floor = build(
        Scenario(start="2026-11-23", days=32, warm_up="2d", queues=[queue], teams=[Team(name="all", agents=agents)])
    )
    found = outcome(floor, replications(floor, many)).all.attainment
    return found.value, (found.high or found.value) - found.value


def erlang(agents: int, due: float) -> float:
    """By Erlang C, hour by hour."""
    good = 0.0
    for items in ITEMS:
        if items * HANDLE / 3600 < agents:  # within: it must have begun a handle time before it is due
            good += items * (figures(rate=items, handle=HANDLE, agents=agents, within=due - HANDLE).served_within or 0)
    return good / sum(ITEMS)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, default=40)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    print("agents   due   simulation       model    off   Erlang C    off")
    worst, lines = 0.0, dict[str, list[Point]]()
    for hours in (1, 4, 8):
        for agents in range(21, 36, 2 if hours == 1 else 1):
            truth, half = simulated(agents, hours * 3600, given.replications)
            ours, theirs = model(agents, hours * 3600), erlang(agents, hours * 3600)
            print(
                f"{agents:6} {hours:4} h  {truth:7.1%} ±{half:5.1%}  {ours:7.1%} {ours - truth:+6.1%}  {theirs:8.1%} {theirs - truth:+6.1%}"
            )
            worst = max(worst, abs(ours - truth))
            if hours == 4:
                for name, value in (("simulation", truth), ("backlog model", ours), ("Erlang C by the hour", theirs)):
                    lines.setdefault(name, []).append((agents, 100 * value))
            if truth > 0.9999 and ours > 0.9999 and theirs > 0.98:
                break
    print(f"The model is at most {worst:.1%} off.")
    print("due    agents all day   agent-hours   by Erlang C: peak   agent-hours (95 % in time)")
    for hours in (1, 4, 12, 24):
        flat = required(Problem(classes=[WorkClass(name="q", arrivals=ITEMS, aht=HANDLE, due=hours * 3600)]), "flat")
        asked = [
            by_erlang(rate=items, handle=HANDLE, share=0.95, within=hours * 3600 - HANDLE).agents for items in ITEMS
        ]
        print(f"{hours:3} h  {flat.peak:14}  {flat.agent_hours:12,.0f}  {max(asked):18}  {sum(asked):12,}")
    if given.write:
        title = "Done in time (%), 20 erlangs with a daily peak, due in four hours"
        given.write.write_text(linear(title, "agents at work all day", lines, (0, 100)), encoding="utf-8")


if __name__ == "__main__":
    main()
