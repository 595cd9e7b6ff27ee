"""A week's roster in three steps: how many work each tour (optimal coverage), who works which (preference), who does what each hour.

Tours, not people, are the unknowns of the first step: people of a class are interchangeable for coverage, so 200 people are some
hundred whole numbers instead of tens of thousands of yes or no.
"""

from __future__ import annotations

import math
import time

from watchfloor.engines.staffing.roster.hours import Hints, assign_hours
from watchfloor.engines.staffing.roster.problem import HOURS, Duty, Plan, Problem, Roster, checked, needs
from watchfloor.engines.staffing.roster.solver import Model
from watchfloor.engines.staffing.roster.tours import Class, Tour, classes, dislike
from watchfloor.kernel.errors import BadInput


def plan(problem: Problem, *, seconds: float = 60.0) -> Roster:
    """The roster; ``seconds`` is what the solver may take for the coverage.

    Raises:
        BadInput: a mistake in the problem, or no roster. MissingExtra: HiGHS is not installed.
    """
    contracts = checked(problem)
    groups = classes(problem, contracts)
    chosen, bound, hints = _cover(problem, groups, seconds)
    weeks: dict[str, tuple[Tour, int]] = {}
    for group, counts in zip(groups, chosen, strict=True):
        weeks.update(_hand_out(group, counts, problem.start.weekday()))
    duties = {
        name: [Duty(begin=day * 24 + tour.start, hours=tour.hours, work=[]) for day in tour.days]
        for name, (tour, _) in weeks.items()
    }
    return finished(problem, duties, bound, hints, {name: cost for name, (_, cost) in weeks.items()})


def finished(
    problem: Problem,
    duties: dict[str, list[Duty]],
    bound: int,
    hints: Hints,
    costs: dict[str, int],
    window: tuple[int, int] = (0, HOURS),
) -> Roster:
    """A roster of given shifts: what is done in each hour, what stays uncovered. Outside the ``window`` of hours work stays as it is."""
    worked = assign_hours(problem, duties, hints, window)
    left = {demand.name: needs(demand) for demand in problem.demands}
    for lines in worked.values():
        for duty in lines:
            for offset, work in enumerate(duty.work):
                if work is not None:
                    left[work][duty.begin + offset] -= 1
    uncovered = sum(max(0, value) for line in left.values() for value in line)
    people = [
        Plan(name=person.name, duties=worked[person.name], cost=costs.get(person.name, 0)) for person in problem.people
    ]
    return Roster(
        start=problem.start, people=people, uncovered=uncovered, bound=min(bound, uncovered), optimal=uncovered <= bound,
        uncovered_by={name: [max(0, value) for value in line] for name, line in left.items()},
        mean_cost=math.fsum(costs.values()) / len(costs) if costs else 0.0,
    )  # fmt: skip


def _cover(problem: Problem, groups: list[Class], seconds: float) -> tuple[list[list[int]], int, Hints]:
    """How many of each class work each tour, the least that any roster leaves uncovered, and who should do what in each hour."""
    model = Model()
    numbers = [[model.column(0, len(group.people), whole=True) for _ in group.tours] for group in groups]
    for group, columns in zip(groups, numbers, strict=True):
        model.row(len(group.people), len(group.people), [(column, 1) for column in columns])
    # Classes that serve the same and have the same cap share who does what.
    kinds: dict[tuple[frozenset[int], int | None], list[int]] = {}
    for place, group in enumerate(groups):
        kinds.setdefault((group.serves, group.cap), []).append(place)
    filled: list[list[list[tuple[int, float]]]] = [[[] for _ in range(HOURS)] for _ in problem.demands]
    does: dict[tuple[tuple[int, ...], int | None], list[dict[int, int]]] = {}
    for (serves, cap), places in kinds.items():
        mine = does.setdefault((tuple(sorted(serves)), cap), [{} for _ in range(HOURS)])
        present: list[list[tuple[int, float]]] = [[] for _ in range(HOURS)]
        for place in places:
            for tour, column in zip(groups[place].tours, numbers[place], strict=True):
                for at in tour.covers():
                    present[at].append((column, 1))
        people = sum(len(groups[place].people) for place in places)
        exposed = []
        for at in range(HOURS):
            given = []
            for number in sorted(serves):
                column = model.column(0, people, whole=False)
                given.append((column, -1.0))
                mine[at][number] = column
                filled[number][at].append((column, 1))
                if problem.demands[number].exposes:
                    exposed.append((column, 1.0))
            if given:
                model.row(0, math.inf, [*present[at], *given])
        if cap is not None and exposed:
            model.row(0, cap * people, exposed)
    for demand, lines in zip(problem.demands, filled, strict=True):
        for need, terms in zip(needs(demand), lines, strict=True):
            if need:
                model.row(need, math.inf, [*terms, (model.column(1, need, whole=False), 1)])
    values, bound = _whole(model, [column for columns in numbers for column in columns], seconds)
    hints = {
        kind: [{demand: round(values[column]) for demand, column in line.items()} for line in lines]
        for kind, lines in does.items()
    }
    return (
        [[round(values[column]) for column in columns] for columns in numbers],
        max(0, math.ceil(bound - 1e-6)),
        hints,
    )


def _whole(model: Model, tours: list[int], seconds: float) -> tuple[list[float], float]:
    """Values and bound. Uncovered hours are whole numbers, so less than one above the bound is optimal.

    First without whole numbers, which gives a bound and says which tours matter; with these alone whole numbers are soon found and mostly
    reach the bound. Where not, all tours are tried.
    """
    until = time.monotonic() + seconds
    values, _, bound = model.solve(seconds=seconds, relaxed=True)
    matter = {column for column in tours if values[column] > 1e-7}
    best, cost, _ = model.solve(seconds=max(1.0, (until - time.monotonic()) / 2), gap=0.99, only=matter)
    if cost < math.ceil(bound - 1e-6) + 0.99:
        return best, bound
    try:
        values, other, proved = model.solve(seconds=max(1.0, until - time.monotonic()), gap=0.99)
    except BadInput:  # nothing better in the time: what was found stands, with the bound that is proved
        return best, bound
    return (values if other < cost else best), max(bound, proved)


def _hand_out(group: Class, counts: list[int], first_weekday: int) -> dict[str, tuple[Tour, int]]:
    """Each person of a class one of the chosen tours, so that the sum of dislikes is least (a transport problem: its corners are whole)."""
    tours = [(place, count) for place, count in enumerate(counts) if count]
    costs = [[dislike(person, group.tours[place], first_weekday) for place, _ in tours] for person in group.people]
    if len(tours) == 1 or not any(map(any, costs)):
        order = [place for place, count in tours for _ in range(count)]
        return {
            person.name: (group.tours[place], dislike(person, group.tours[place], first_weekday))
            for person, place in zip(group.people, order, strict=True)
        }
    model = Model()
    kinds: dict[tuple[int, ...], list[int]] = {}
    for number, line in enumerate(costs):
        kinds.setdefault(tuple(line), []).append(number)
    columns = {
        kind: [model.column(cost, len(members), whole=False) for cost in kind] for kind, members in kinds.items()
    }
    for kind, members in kinds.items():
        model.row(len(members), len(members), [(column, 1) for column in columns[kind]])
    for number, (_, count) in enumerate(tours):
        model.row(count, count, [(line[number], 1) for line in columns.values()])
    values, _, _ = model.solve(seconds=60.0)
    found: dict[str, tuple[Tour, int]] = {}
    for kind, members in kinds.items():
        order = [number for number, column in enumerate(columns[kind]) for _ in range(round(values[column]))]
        for member, number in zip(members, order, strict=True):
            found[group.people[member].name] = (group.tours[tours[number][0]], kind[number])
    return found
