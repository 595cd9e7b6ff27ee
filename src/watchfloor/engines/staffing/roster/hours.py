"""Who does what in each hour of a roster: the most needs met by those present, and exposure shared among those who have had least."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from watchfloor.engines.staffing.roster.problem import HOURS, Duty, Problem, can, needs

_NONE = 1 << 30
Kind = tuple[tuple[int, ...], int | None]
Hints = dict[Kind, list[dict[int, int]]]
"""Of people who serve the same with the same cap of exposure: by hour, how many should do each demand."""


def assign_hours(
    problem: Problem, duties: dict[str, list[Duty]], hints: Hints, window: tuple[int, int] = (0, HOURS)
) -> dict[str, list[Duty]]:
    """The duties with the work of each hour of the ``window``; outside it they keep what they have. Nobody's cap of
    exposure is passed, even if a need stays unmet for it.

    In each hour people who may do the same are one node, and needs are met by a largest flow; who of a node gets the exposing work is
    who has most of the cap left. ``hints`` are tried first: they see the whole week, an hour alone would spend the caps too soon.
    """
    caps = {each.name: each.most_exposed for each in problem.contracts}
    serves = {
        person.name: tuple(place for place, demand in enumerate(problem.demands) if can(person, demand))
        for person in problem.people
    }
    kinds: dict[str, Kind] = {person.name: (serves[person.name], caps[person.contract]) for person in problem.people}
    left = {person.name: _NONE if (cap := caps[person.contract]) is None else cap for person in problem.people}
    exposing_names = {demand.name for demand in problem.demands if demand.exposes}
    present: list[list[tuple[str, int, int]]] = [[] for _ in range(HOURS)]
    work: dict[str, list[list[str | None]]] = {}
    for name, lines in duties.items():
        work[name] = [[None] * duty.hours for duty in lines]
        for number, duty in enumerate(lines):
            for offset in range(duty.hours):
                if not window[0] <= duty.begin + offset < window[1]:
                    kept = duty.work[offset] if duty.work else None
                    work[name][number][offset] = kept
                    left[name] -= kept in exposing_names
                else:
                    present[duty.begin + offset].append((name, number, offset))
    by_hour = [needs(demand) for demand in problem.demands]
    exposing = [demand.exposes for demand in problem.demands]
    for at in range(*window):
        nodes: dict[tuple[Kind, tuple[int, ...]], list[tuple[str, int, int]]] = {}
        for entry in present[at]:
            may = tuple(place for place in serves[entry[0]] if left[entry[0]] > 0 or not exposing[place])
            nodes.setdefault((kinds[entry[0]], may), []).append(entry)
        wished = {kind: dict(lines[at]) for kind, lines in hints.items()}
        flow = _largest(
            [(may, len(members)) for (_, may), members in nodes.items()], [line[at] for line in by_hour],
            [wished.get(kind, {}) for kind, _ in nodes],
        )  # fmt: skip
        for (_, members), given in zip(nodes.items(), flow, strict=True):
            members.sort(key=lambda entry: (-left[entry[0]], entry[0]))
            place = 0
            for demand in sorted(given, key=lambda number: not exposing[number]):
                for name, number, offset in members[place : place + given[demand]]:
                    work[name][number][offset] = problem.demands[demand].name
                    left[name] -= exposing[demand]
                place += given[demand]
    return {
        name: [
            Duty(begin=duty.begin, hours=duty.hours, work=line) for duty, line in zip(lines, work[name], strict=True)
        ]
        for name, lines in duties.items()
    }


def _largest(
    nodes: list[tuple[tuple[int, ...], int]], need: list[int], wished: list[dict[int, int]]
) -> list[dict[int, int]]:
    """A largest flow from nodes to needs: first what is wished, then who can do least, then along augmenting paths."""
    free, open_ = [count for _, count in nodes], list(need)
    flow: list[dict[int, int]] = [{} for _ in nodes]
    for node, (may, _) in enumerate(nodes):
        for demand in may:
            amount = min(free[node], open_[demand], wished[node].get(demand, 0))
            if amount:
                wished[node][demand] -= amount
                flow[node][demand] = amount
                free[node] -= amount
                open_[demand] -= amount
    for node in sorted(range(len(nodes)), key=lambda number: len(nodes[number][0])):
        for demand in nodes[node][0]:
            amount = min(free[node], open_[demand])
            if amount:
                flow[node][demand] = flow[node].get(demand, 0) + amount
                free[node] -= amount
                open_[demand] -= amount
    while (path := _path(nodes, flow, free, open_)) is not None:
        amount = min(
            [
                free[path[0][0]],
                open_[path[-1][1]],
                *(flow[node][demand] for (_, demand), (node, _) in pairwise(path)),
            ]
        )
        free[path[0][0]] -= amount
        open_[path[-1][1]] -= amount
        for step, (node, demand) in enumerate(path):
            flow[node][demand] = flow[node].get(demand, 0) + amount
            if step + 1 < len(path):
                flow[path[step + 1][0]][demand] -= amount
    return [{demand: amount for demand, amount in line.items() if amount} for line in flow]


def _path(
    nodes: list[tuple[tuple[int, ...], int]], flow: list[dict[int, int]], free: list[int], open_: list[int]
) -> list[tuple[int, int]] | None:
    """Steps (node, demand) from a node with people free to a demand that is open; between them a node gives up that demand."""
    came: dict[
        int, tuple[int, int | None]
    ] = {}  # demand -> the node that takes it on, and the demand that node gives up for it
    line: deque[tuple[int, int | None]] = deque((node, None) for node, count in enumerate(free) if count)
    seen = {node for node, _ in line}
    while line:
        node, given_up = line.popleft()
        for demand in nodes[node][0]:
            if demand in came:
                continue
            came[demand] = (node, given_up)
            if open_[demand]:
                path: list[tuple[int, int]] = []
                at: int | None = demand
                while at is not None:
                    taker, before = came[at]
                    path.append((taker, at))
                    at = before
                return path[::-1]
            for other, amounts in enumerate(flow):
                if amounts.get(demand) and other not in seen:
                    seen.add(other)
                    line.append((other, demand))
    return None
