"""The fewest agents by interval that do deferred work in time, as level as the due times allow.

The level plan is the one of F. Yao, A. Demers, S. Shenker ("A scheduling model for reduced CPU energy", 1995): again and again the span
of intervals that needs the most for the work that both comes and falls due within it is given just that. For work served in the order
it is due no other plan has a lower peak. It is then scaled until the targets are met with chance in it.
"""

from __future__ import annotations

import math

import msgspec

from watchfloor.engines.staffing.backlog.attainment import Result, evaluated
from watchfloor.engines.staffing.backlog.problem import Problem, Steps, steps
from watchfloor.kernel.errors import BadInput

_ROUNDS = 14
_MOST = 64.0


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """Whole agents at work by interval, those that are paid for it, and what becomes of the work with them."""

    shape: str
    agents: list[int]
    paid: list[int]
    agent_hours: float
    peak: int
    result: Result


def required(problem: Problem, shape: str = "level") -> Requirement:
    """The least agents in one ``shape``: ``level`` follows the work as evenly as its due times allow, ``flat`` is one number.

    Raises:
        BadInput: a mistake in the problem, or targets that cannot be met.
    """
    of = steps(problem)
    if shape not in ("level", "flat"):
        raise BadInput("bad_shape", f"{shape!r} is no shape of a plan.", hint="Take level or flat.")
    plan = levelled(of) if shape == "level" else _flat(of)
    low, high = 0.0, 1.0
    while not (result := evaluated(of, _scaled(plan, high))).meets:
        low, high = high, high * 2
        if high > _MOST:
            raise BadInput(
                "no_number_meets_it",
                "No number of agents meets the targets.",
                hint="Give the work more time, or lower a target.",
            )
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if _scaled(plan, middle) == _scaled(plan, high):
            break
        found = evaluated(of, _scaled(plan, middle))
        if found.meets:
            high, result = middle, found
        else:
            low = middle
    agents = [int(each) for each in _scaled(plan, high)]
    return Requirement(
        shape=shape, agents=agents, paid=[math.ceil(each / (1 - problem.shrinkage) - 1e-9) for each in agents],
        agent_hours=result.agent_hours, peak=max(agents), result=result,
    )  # fmt: skip


def _scaled(plan: list[float], by: float) -> list[float]:
    return [float(math.ceil(each * by - 1e-9)) for each in plan]


def _flat(of: Steps) -> list[float]:
    whole = sum(sum(each.items) * each.handle + each.waiting * each.handle for each in of.works)
    return [max(1e-6, whole / (of.intervals * of.per * of.length))] * of.intervals


def levelled(of: Steps) -> list[float]:
    """Agents by interval of one turn, not yet whole: the level plan for work that comes as expected."""
    turns = 3 if of.repeat else 1
    slots = of.intervals * turns
    jobs: list[tuple[int, int, float]] = []  # first slot, one after the last, agents for one interval
    interval = of.per * of.length
    for each in of.works:
        width = max(1, int(each.window / of.per))
        if each.waiting and not of.repeat:
            jobs.append((0, min(slots, width), each.waiting * each.handle / interval))
        for slot in range(slots):
            begin = slot % of.intervals * of.per
            amount = sum(each.items[begin : begin + of.per]) * each.handle / interval
            if amount > 0:
                jobs.append((slot, min(slots, slot + width), amount))
    plan = [0.0] * slots
    free = list(range(slots))
    while jobs:
        begin, end, level = _densest(jobs, len(free))
        for slot in free[begin:end]:
            plan[slot] = level
        gone = end - begin
        free = free[:begin] + free[end:]
        jobs = [
            (_folded(first, begin, end, gone), _folded(after, begin, end, gone), amount)
            for first, after, amount in jobs
            if first < begin or after > end
        ]
    return plan[of.intervals : 2 * of.intervals] if of.repeat else plan


def _folded(place: int, begin: int, end: int, gone: int) -> int:
    """A place once the slots from ``begin`` to ``end`` are taken out."""
    return place - gone if place >= end else min(place, begin)


def _densest(jobs: list[tuple[int, int, float]], slots: int) -> tuple[int, int, float]:
    """The span with the most work per slot among the work that lies within it."""
    by_first: list[list[tuple[int, float]]] = [[] for _ in range(slots + 1)]
    for first, after, amount in jobs:
        by_first[first].append((after, amount))
    best = (0, slots, -1.0)
    ending = [0.0] * (slots + 1)
    for begin in range(slots - 1, -1, -1):
        if not by_first[begin]:
            continue
        for after, amount in by_first[begin]:
            ending[after] += amount
        total = 0.0
        for end in range(begin + 1, slots + 1):
            if ending[end]:
                total += ending[end]
                if total > best[2] * (end - begin) * (1 + 1e-12):
                    best = (begin, end, total / (end - begin))
    return best
