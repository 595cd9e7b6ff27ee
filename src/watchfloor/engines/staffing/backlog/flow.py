"""Work as a fluid: each step serves what goes first, and what is left waits. Gives how much of each class waits at each step."""

from __future__ import annotations

from collections import deque

from watchfloor.engines.staffing.backlog.problem import Work

_NOTHING = 1e-9


def waiting(
    works: list[Work], arriving: list[list[float]], capacity: list[float]
) -> tuple[list[list[float]], list[list[float]]]:
    """(work that waits at the end of each step, the step its oldest part came in or -1), both by class; seconds of work.

    Args:
        arriving: work by class and step; capacity: agent-seconds by step. What waited before step 0 counts as come at step 0.
    """
    heads: list[deque[list[float]]] = [deque() for _ in works]
    left = [work.waiting * work.handle for work in works]
    for line, before in zip(heads, left, strict=True):
        if before:
            line.append([0.0, before])
    amounts: list[list[float]] = [[] for _ in works]
    oldest: list[list[float]] = [[] for _ in works]
    ranks = [(work.priority, work.window) for work in works]
    for step, room in enumerate(capacity):
        for number, line in enumerate(heads):
            came = arriving[number][step]
            if came > 0:
                line.append([float(step), came])
                left[number] += came
        while room > _NOTHING:
            first, rank = -1, (0, 0.0)
            for number, line in enumerate(heads):
                if line:
                    priority, window = ranks[number]
                    if first < 0 or (priority, line[0][0] + window) < rank:
                        first, rank = number, (priority, line[0][0] + window)
            if first < 0:
                break
            part = heads[first][0]
            served = min(room, part[1])
            room -= served
            left[first] -= served
            part[1] -= served
            if part[1] <= _NOTHING:
                heads[first].popleft()
        for number, line in enumerate(heads):
            amounts[number].append(max(0.0, left[number]))
            oldest[number].append(line[0][0] if line else -1.0)
    return amounts, oldest
