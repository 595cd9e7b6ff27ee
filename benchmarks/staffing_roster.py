"""A week's roster of 200 and of 1,000 people, and a day planned again; against one yes or no per person, day and start in CP-SAT.

    python -m benchmarks.staffing_roster [--seconds 90] [--json]

Need: 168 hours with a daily and a weekly curve, four fifths of the hours people have. Shifts of eight hours at any full hour, five a week,
eleven hours of rest, wishes of each person. Elapsed seconds. CP-SAT gets --seconds on all processors; it is left out, and it is said, where
``ortools`` is not installed. Each of our rosters is checked by the independent checker.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any

from watchfloor.engines.staffing.roster import Contract, Day, Demand, Person, Problem, check, plan, replan
from watchfloor.engines.staffing.roster.problem import WEEKDAYS, needs

MONDAY = date(2026, 11, 23)


def problem(people: int) -> Problem:
    """The week of so many people."""
    rng = random.Random(1)
    curve = [
        (1 + 0.5 * math.cos(2 * math.pi * (hour % 24 - 14) / 24)) * (0.8 if hour // 24 > 4 else 1.08)
        for hour in range(168)
    ]
    unit = people * 40 * 0.8 / sum(curve)
    wishes = [Person(name=f"p{number}", contract="full", prefers_starts=[f"{rng.randrange(24):02}:00"], prefers_off=rng.sample(WEEKDAYS, 2))
              for number in range(people)]  # fmt: skip
    return Problem(
        start=MONDAY,
        demands=[Demand(name="d", need=[round(each * unit) for each in curve])],
        contracts=[Contract(name="full")],
        people=wishes,
    )


def by_person(given: Problem, seconds: float) -> tuple[str, float | None]:
    """CP-SAT with a boolean for each person, day and start: the status and the hours left uncovered."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    people = range(len(given.people))
    works = {(one, day, start): model.new_bool_var("") for one in people for day in range(7) for start in range(24)}
    for one in people:
        model.add(sum(works[one, day, start] for day in range(7) for start in range(24)) == 5)
        for day in range(7):
            model.add_at_most_one(works[one, day, start] for start in range(24))
            for start in range(24):
                if day < 6:  # eight hours of work and eleven of rest
                    model.add_at_most_one(
                        [works[one, day, start], *(works[one, day + 1, other] for other in range(max(0, start - 5)))]
                    )
    under = []
    for at, need in enumerate(needs(given.demands[0])):
        there = [works[one, begin // 24, begin % 24] for one in people for begin in range(max(0, at - 7), at + 1)]
        gap = model.new_int_var(0, need, "")
        model.add(sum(there) + gap >= need)
        under.append(gap)
    model.minimize(sum(under))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    return solver.status_name(status), solver.objective_value if status in (
        cp_model.OPTIMAL,
        cp_model.FEASIBLE,
    ) else None


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    answer: dict[str, Any] = {}
    for people in (200, 1000):
        week = problem(people)
        start = time.perf_counter()
        roster = plan(week)
        took = time.perf_counter() - start
        out = [each.name for each in roster.people if any(duty.begin // 24 == 2 for duty in each.duties)][
            : people // 12
        ]
        start = time.perf_counter()
        again = replan(week, roster, Day(day=MONDAY + timedelta(days=2), absent=out))
        answer[str(people)] = {
            "seconds": took, "uncovered": roster.uncovered, "optimal": roster.optimal, "rules_broken": len(check(week, roster)),
            "mean_wish_cost": roster.mean_cost, "replan_seconds": time.perf_counter() - start, "absent": len(out),
            "uncovered_after": again.roster.uncovered, "replan_rules_broken": len(check(again.problem, again.roster, changed_day=2)),
        }  # fmt: skip
    if find_spec("ortools") is not None:
        start = time.perf_counter()
        with ProcessPoolExecutor(
            1, get_context("spawn")
        ) as other:  # its own copy of HiGHS does not go with ours in one process
            status, left = other.submit(by_person, problem(200), given.seconds).result()
        answer["cp_sat"] = {"status": status, "uncovered": left, "seconds": time.perf_counter() - start}
    if given.json:
        print(json.dumps(answer, indent=2))
        return
    for people in ("200", "1000"):
        one = answer[people]
        print(
            f"{people} people: {one['seconds']:.2f} s, {one['uncovered']} hours uncovered, optimal {one['optimal']}; ",
            end="",
        )
        print(
            f"{one['absent']} absent on a day planned again: {one['replan_seconds']:.2f} s, {one['uncovered_after']} uncovered; ",
            end="",
        )
        print(f"rules broken: {one['rules_broken'] + one['replan_rules_broken']}")
    if "cp_sat" not in answer:
        print("CP-SAT with a boolean per person, day and start: ortools is not installed, left out")
    else:
        rival = answer["cp_sat"]
        left = "none" if rival["uncovered"] is None else f"{rival['uncovered']:,.0f}"
        print(f"CP-SAT with a boolean per person, day and start, 200 people, {rival['seconds']:.0f} s: ", end="")
        print(f"{rival['status']}, hours uncovered: {left}.")


if __name__ == "__main__":
    main()
