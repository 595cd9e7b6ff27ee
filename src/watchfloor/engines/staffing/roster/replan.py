"""One day planned again: who is missing, what is needed now, the cheapest overtime and calls that cover it. Other days stay."""

from __future__ import annotations

import math
from datetime import date, timedelta

import msgspec

from watchfloor.engines.staffing.roster.hours import Hints, Kind
from watchfloor.engines.staffing.roster.plan import finished
from watchfloor.engines.staffing.roster.problem import (
    HOURS,
    Contract,
    Duty,
    Person,
    Problem,
    Roster,
    can,
    checked,
    needs,
)
from watchfloor.engines.staffing.roster.problem import hour as hour_of
from watchfloor.engines.staffing.roster.solver import Model
from watchfloor.kernel.errors import BadInput

Option = tuple[int, int, float]  # first hour, hours (0: does not work), cost


class Day(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different on a day: people who are ``absent``, ``need`` by demand in 24 numbers where it is another; costs of an hour."""

    day: date
    absent: list[str] = []
    need: dict[str, list[int]] = {}
    overtime_cost: float = 1.5
    call_in_cost: float = 2.0
    uncovered_cost: float = 10.0


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What one person is asked: the shift before and after, as (first hour of the week, hours), or ``None``."""

    name: str
    was: tuple[int, int] | None
    now: tuple[int, int] | None
    absent: bool


class Replan(msgspec.Struct, frozen=True, kw_only=True):
    """The problem with the day's needs, the roster that answers it, what changed and what it costs in hours of pay."""

    problem: Problem
    roster: Roster
    changes: list[Change]
    cost: float


def replan(problem: Problem, roster: Roster, day: Day, *, seconds: float = 10.0) -> Replan:
    """The roster with one day changed.

    Raises:
        BadInput: the day is not of this week, or a name is unknown. MissingExtra: HiGHS is not installed.
    """
    contracts = checked(problem)
    number = (day.day - problem.start).days
    if not 0 <= number < 7:
        raise BadInput("bad_day", f"{day.day} is not in the week from {problem.start}.", where="day")
    weeks = {plan.name: list(plan.duties) for plan in roster.people}
    names = {person.name for person in problem.people}
    for what, given, known in (
        ("absent", day.absent, names),
        ("need", list(day.need), {each.name for each in problem.demands}),
    ):
        for each in given:
            if each not in known:
                raise BadInput("unknown_name", f"Nobody and nothing is called {each!r}.", where=what)
    if names != weeks.keys():
        raise BadInput("other_roster", "The roster does not name the people of the problem.", where="roster")
    problem = _with_needs(problem, number, day.need)
    today = {
        name: next((duty for duty in duties if duty.begin // 24 == number), None) for name, duties in weeks.items()
    }
    options = {
        person.name: _options(
            person, contracts[person.contract], problem, weeks[person.name], today[person.name], number, day
        )
        for person in problem.people
    }
    chosen, hints = _choose(problem, contracts, weeks, today, options, number, day, seconds)
    changes, cost, changed = [], 0.0, {}
    for person in problem.people:
        begin, hours, price = chosen[person.name]
        was = today[person.name]
        others = [duty for duty in weeks[person.name] if duty is not was]
        if was is not None and (begin, hours) == (was.begin, was.hours):
            others.append(was)
        elif hours:
            others.append(Duty(begin=begin, hours=hours, work=[]))
        if (None if was is None else (was.begin, was.hours)) != ((begin, hours) if hours else None):
            changes.append(
                Change(
                    name=person.name, was=None if was is None else (was.begin, was.hours), now=(begin, hours) if hours else None,
                    absent=person.name in day.absent,
                )
            )  # fmt: skip
        cost += price
        changed[person.name] = sorted(others, key=lambda duty: duty.begin)
    window = (number * 24, min(HOURS, number * 24 + 48))
    costs = {plan.name: plan.cost for plan in roster.people}
    return Replan(
        problem=problem, roster=finished(problem, changed, 0, hints, costs, window), changes=changes, cost=cost
    )


def _with_needs(problem: Problem, number: int, given: dict[str, list[int]]) -> Problem:
    demands = []
    for demand in problem.demands:
        line = needs(demand)
        if demand.name in given:
            if len(given[demand.name]) != 24:
                raise BadInput("bad_need", "The need of a day is 24 numbers.", where=f"need.{demand.name}")
            line[number * 24 : number * 24 + 24] = given[demand.name]
        demands.append(msgspec.structs.replace(demand, need=line))
    return msgspec.structs.replace(problem, demands=demands)


def _options(
    person: Person, contract: Contract, problem: Problem, duties: list[Duty], today: Duty | None, number: int, day: Day
) -> list[Option]:
    """What one may be asked, the plan as it is first."""
    if person.name in day.absent:
        return [(0, 0, 0.0)]
    others = [duty for duty in duties if duty is not today]
    before = max((duty.begin + duty.hours for duty in others if duty.begin < number * 24), default=-1000)
    if person.last_end is not None:
        before = max(before, -person.last_end)
    after = min((duty.begin for duty in others if duty.begin >= number * 24 + 24), default=10_000)
    most = max(contract.most_hours, contract.hours * contract.shifts) - sum(duty.hours for duty in others)

    def fits(begin: int, hours: int) -> bool:
        inside = number * 24 <= begin < number * 24 + 24
        return inside and begin - before >= contract.rest and after - begin - hours >= contract.rest and hours <= most

    if today is not None:
        found = [(today.begin, today.hours, 0.0)]
        for more in range(1, contract.extra - max(0, today.hours - contract.hours) + 1):
            for begin in (today.begin, today.begin - more):
                if fits(begin, today.hours + more):
                    found.append((begin, today.hours + more, more * day.overtime_cost))
        return found
    found = [(0, 0, 0.0)]
    if contract.call_in and problem.start + timedelta(days=number) not in person.off:
        starts = [hour_of(each, "starts") for each in contract.starts] or list(range(24))
        found += [
            (number * 24 + start, contract.hours, contract.hours * day.call_in_cost)
            for start in starts
            if fits(number * 24 + start, contract.hours)
        ]
    return found


def _choose(
    problem: Problem, contracts: dict[str, Contract], weeks: dict[str, list[Duty]], today: dict[str, Duty | None],
    options: dict[str, list[Option]], number: int, day: Day, seconds: float,
) -> tuple[dict[str, Option], Hints]:  # fmt: skip
    """One option each, for the least sum of costs. People with the same options are one whole number for each."""
    first, last = number * 24, min(HOURS, number * 24 + 48)
    model = Model()
    kinds: dict[Kind, list[list[tuple[int, float]]]] = {}
    fixed: dict[Kind, list[int]] = {}
    alike: dict[tuple[Kind, tuple[Option, ...]], list[str]] = {}
    for person in problem.people:
        serves = tuple(place for place, demand in enumerate(problem.demands) if can(person, demand))
        kind = (serves, contracts[person.contract].most_exposed)
        kinds.setdefault(kind, [[] for _ in range(HOURS)])
        there = fixed.setdefault(kind, [0] * HOURS)
        for duty in weeks[person.name]:
            if duty is not today[person.name]:
                for at in range(max(first, duty.begin), min(last, duty.begin + duty.hours)):
                    there[at] += 1
        alike.setdefault((kind, tuple(options[person.name])), []).append(person.name)
    columns = {}
    for (kind, may), people in alike.items():
        columns[kind, may] = line = [model.column(cost, len(people), whole=True) for _, _, cost in may]
        model.row(len(people), len(people), [(column, 1) for column in line])
        for column, (begin, hours, _) in zip(line, may, strict=True):
            for at in range(max(first, begin), min(last, begin + hours)):
                kinds[kind][at].append((column, 1))
    does: dict[Kind, list[dict[int, int]]] = {kind: [{} for _ in range(HOURS)] for kind in kinds}
    for at in range(first, last):
        for kind, present in kinds.items():
            for served in kind[0]:
                does[kind][at][served] = model.column(0, len(problem.people), whole=False)
            model.row(
                -fixed[kind][at], math.inf, [*present[at], *((column, -1.0) for column in does[kind][at].values())]
            )
        for place, demand in enumerate(problem.demands):
            need = needs(demand)[at]
            if need:
                given = [(line[at][place], 1.0) for line in does.values() if place in line[at]]
                model.row(need, math.inf, [*given, (model.column(day.uncovered_cost, need, whole=False), 1.0)])
    values, _, _ = model.solve(seconds=seconds, gap=0.49)
    chosen: dict[str, Option] = {}
    for key, people in alike.items():
        each = [
            option for option, column in zip(key[1], columns[key], strict=True) for _ in range(round(values[column]))
        ]
        chosen.update(zip(people, each, strict=True))
    hints = {
        kind: [{demand: round(values[column]) for demand, column in line.items()} for line in lines]
        for kind, lines in does.items()
    }
    return chosen, hints
