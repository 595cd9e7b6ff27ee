"""How much deferred work is done in time: the fluid says what stands before an item, a normal spread says how sure that is.

Work in front of an item is a reflected sum of random arrivals. Its mean and variance are carried from step to step as those of a
normal variable cut off at nought (the recursion W' = max(0, W + in - out), its moments by C. E. Clark, Operations Research 9, 1961).
An item is in time if at some moment before it is due the capacity since it came exceeds what was before it and what came and went first.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import accumulate

import msgspec

from watchfloor.engines.staffing.backlog.flow import waiting
from watchfloor.engines.staffing.backlog.problem import Problem, Steps, Work, capacity, steps
from watchfloor.kernel.errors import BadInput

_FORGETTING, _STILL = 400, 1e-4  # at most so many turns, until the mean moves by less than this share
_TURNS = 3  # of a cycle: one to forget the start, one that is told, one in which the last of it falls due
Walls = tuple[list[float], list[float]]


class ClassResult(msgspec.Struct, frozen=True, kw_only=True):
    """One class. ``attainment`` is of the items that fall due within the time told; by interval they are those that came in it."""

    name: str
    items: float
    due_items: float
    attainment: float
    target: float
    meets: bool
    mean_wait: float
    most_waiting: float
    attainment_by_interval: list[float | None]
    waiting_by_interval: list[float]
    oldest_by_interval: list[float]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the work. ``grows`` is the work in agent-hours that a turn of a cycle leaves over, for ever."""

    agents: list[float]
    agent_hours: float
    work_hours: float
    occupancy: float
    grows: float
    meets: bool
    classes: list[ClassResult]


def evaluate(problem: Problem, agents: list[float] | None = None) -> Result:
    """The result with the problem's agents, or those given.

    Raises:
        BadInput: a mistake in the problem, or no agents at all.
    """
    of = steps(problem)
    given = agents if agents is not None else problem.agents
    if not given:
        raise BadInput(
            "no_agents",
            "The agents by interval are not given.",
            where="agents",
            hint="Give them, or ask for the requirement.",
        )
    return evaluated(of, [given[number % len(given)] for number in range(of.intervals)])


def evaluated(of: Steps, agents: list[float]) -> Result:
    """As ``evaluate``, on checked steps and one number of agents per interval."""
    turns = _TURNS if of.repeat else 1
    room = capacity(agents, of) * turns
    work = [[items * each.handle for items in each.items] * turns for each in of.works]
    told = len(room) // turns
    begin = told if of.repeat else 0
    amounts, oldest = waiting(of.works, work, room)
    hours = sum(agents) * of.length * of.per / 3600
    turn_hours = sum(sum(line) for line in work) / turns / 3600
    ahead = {level: _walls(of, level, room) for level in {each.priority for each in of.works}}
    classes = [
        _class(of, number, work, room, amounts, oldest[number], ahead[each.priority], begin, told)
        for number, each in enumerate(of.works)
    ]
    enough = not of.repeat or turn_hours < hours
    return Result(
        agents=agents, agent_hours=hours, work_hours=turn_hours, occupancy=min(1.0, turn_hours / hours) if hours else 1.0,
        grows=max(0.0, turn_hours - hours) if of.repeat else 0.0, meets=enough and all(each.meets for each in classes),
        classes=classes,
    )  # fmt: skip


def _walls(of: Steps, level: int, room: list[float]) -> Walls:
    """The work of ``level`` and above it that waits before each step; in a cycle, once it has forgotten its start."""
    works = [each for each in of.works if each.priority <= level]
    came = [sum(each.items[step] * each.handle for each in works) for step in range(len(of.works[0].items))]
    spread = [sum(each.items[step] * each.square for each in works) for step in range(len(came))]
    mean, variance = sum(each.waiting * each.handle for each in works), 0.0
    turns = len(room) // len(came)
    if of.repeat and sum(came) < sum(room[: len(came)]):
        for _ in range(_FORGETTING):
            before = mean
            mean, variance = _reflected(came, spread, room[: len(came)], mean, variance)[2:]
            if abs(mean - before) <= _STILL * (1 + before):
                break
    return _reflected(came * turns, spread * turns, room, mean, variance)[:2]


def _reflected(
    arriving: list[float], spread: list[float], room: list[float], mean: float, variance: float
) -> tuple[list[float], list[float], float, float]:
    """Mean and variance of the work that waits before each step, and after the last."""
    means, variances = [], []
    for came, more, served in zip(arriving, spread, room, strict=True):
        means.append(mean)
        variances.append(variance)
        mean += came - served
        variance += more
        deviation = math.sqrt(variance)
        if deviation == 0:
            mean = max(0.0, mean)
        elif mean < -30 * deviation:  # nothing can wait, and the square below would be beyond any number
            mean = variance = 0.0
        elif mean < 8 * deviation:
            above = _below(mean / deviation)
            density = deviation * math.exp(-0.5 * (mean / deviation) ** 2) / math.sqrt(2 * math.pi)
            cut = mean * above + density
            variance = max(0.0, (mean**2 + variance) * above + mean * density - cut**2)
            mean = max(0.0, cut)
    return means, variances, mean, variance


def _class(
    of: Steps, number: int, work: list[list[float]], room: list[float], amounts: list[list[float]], oldest: list[float],
    ahead: Walls, begin: int, told: int,
) -> ClassResult:  # fmt: skip
    """One class over the steps that are told."""
    mine = of.works[number]
    chances = _chances(of, number, work, room, amounts, ahead)
    items = mine.items
    due_items, met, by_interval = 0.0, 0.0, []
    for interval in range(of.intervals):
        came, good = 0.0, 0.0
        for step in range(interval * of.per, (interval + 1) * of.per):
            chance = chances[begin + step]
            if chance is not None:
                came += items[step]
                good += items[step] * chance
        due_items += came
        met += good
        by_interval.append(good / came if came else None)
    ends = [begin + (interval + 1) * of.per - 1 for interval in range(of.intervals)]
    whole = sum(items)
    served = whole + mine.waiting if not of.repeat else whole
    attainment = met / due_items if due_items else 1.0
    return ClassResult(
        name=mine.name, items=whole, due_items=due_items, attainment=attainment, target=mine.target, meets=attainment >= mine.target,
        mean_wait=sum(amounts[number][begin : begin + told]) / mine.handle * of.length / served if served else 0.0,
        most_waiting=max(amounts[number][begin : begin + told]) / mine.handle,
        attainment_by_interval=by_interval, waiting_by_interval=[amounts[number][end] / mine.handle for end in ends],
        oldest_by_interval=[(end + 1 - oldest[end]) * of.length if oldest[end] >= 0 else 0.0 for end in ends],
    )  # fmt: skip


def _chances(
    of: Steps, number: int, work: list[list[float]], room: list[float], amounts: list[list[float]], ahead: Walls
) -> list[float | None]:
    """By step of arrival, the chance to be done before it is due; ``None`` where that lies beyond the end."""
    mine = of.works[number]
    window = max(0.0, mine.window - mine.handle / of.length)  # it must have begun by then
    whole, part = int(window), window - int(window)
    higher = [other for other, each in enumerate(of.works) if each.priority < mine.priority]
    equal = [other for other, each in enumerate(of.works) if each.priority == mine.priority and other != number]
    came = {other: [0.0, *accumulate(work[other])] for other in [*higher, *equal]}
    wide = {other: of.works[other].square / of.works[other].handle for other in came}
    steps_ = len(room)
    gain = [0.0, *accumulate(room[step] - sum(work[other][step] for other in higher) for step in range(steps_))]
    best: deque[int] = deque()  # places of falling gain within the window, for its largest
    reach = 0
    found: list[float | None] = []
    for step in range(steps_):
        end = step + whole
        if end + 1 > steps_ or (part and end + 1 >= steps_):
            found.append(None)
            continue
        while reach <= end:
            while best and gain[best[-1]] <= gain[reach]:
                best.pop()
            best.append(reach)
            reach += 1
        while best[0] < step:
            best.popleft()
        top, at = gain[best[0]], best[0]
        last = gain[end] + part * (gain[end + 1] - gain[end])
        if last >= top:
            top, at = last, end
        before, spread = ahead[0][step], ahead[1][step]
        before, spread = _own_part(mine, step, equal, of.works, came, amounts, number, before, spread)
        for other in equal:  # those that come later and are due earlier
            until = min(at, max(step, int(step + mine.window - of.works[other].window)))
            more = came[other][until] - came[other][step]
            before += more
            spread += more * wide[other]
        spread += sum((came[other][at] - came[other][step]) * wide[other] for other in higher)
        margin = top - gain[step] - before
        found.append(_below(margin / math.sqrt(spread)) if spread > 0 else float(margin >= 0))
    return found


def _own_part(
    mine: Work, step: int, equal: list[int], works: list[Work], came: dict[int, list[float]], amounts: list[list[float]], number: int,
    before: float, spread: float,
) -> tuple[float, float]:  # fmt: skip
    """What waits, without the work of equal priority that is due later."""
    if not equal or step == 0:
        return before, spread
    all_of = amounts[number][step - 1] + sum(amounts[other][step - 1] for other in equal)
    if all_of <= 0:
        return before, spread
    later = 0.0
    for other in equal:
        since = max(0, min(step, math.ceil(step + mine.window - works[other].window)))
        later += min(amounts[other][step - 1], came[other][step] - came[other][since])
    share = max(0.0, 1 - later / all_of)
    return before * share, spread * share


def _below(value: float) -> float:
    """The normal distribution function."""
    return 0.5 * math.erfc(-value / math.sqrt(2))
