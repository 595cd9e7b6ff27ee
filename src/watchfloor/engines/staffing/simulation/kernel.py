"""The simulation compiled: the same floor as ``reference`` tells it, on arrays. Imported only where numba is installed.

What makes it quick: the next event is the root of a tournament over queues and agents (each has just one event to come), items wait in
the arrays in which they came, idle agents stand in one linked line per team, and who leaves unserved is noticed when he would be served.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from watchfloor.engines.staffing.simulation.chance import arrivals, compiled, handling, leaves
from watchfloor.engines.staffing.simulation.shifts import NEVER
from watchfloor.engines.staffing.simulation.totals import QUEUE, TEAM

__all__ = ["arrivals", "run"]

AWAY, RESTING, IDLE, BUSY = 0, 1, 2, 3
_ARRIVED, _, _SOLVED, _ABANDONED, _DUE, _MET, _AGE, _WAITED, _HANDLED, _OLDEST, _OPEN, _STARTED = range(len(QUEUE))
_BUSY_MS, _IDLE_MS, _BREAK_MS, _EXPOSED, _MOST, _TEAM_SOLVED, _SPENT = range(len(TEAM))


@compiled
def _replay(tree: Any, when: Any, leaf: int, size: int) -> None:
    """The tournament after the event of ``leaf`` has another time; on a tie the left one, which has the smaller number, wins."""
    place = (leaf + size) >> 1
    while place:
        left, right = tree[2 * place], tree[2 * place + 1]
        tree[place] = left if when[left] <= when[right] else right
        place >>= 1


@compiled
def _told(begin: int, until: int, warm: int, end: int) -> int:
    return max(0, min(until, end) - max(begin, warm))


@compiled
def _unlink(agent: int, crew_line: int, before: Any, after: Any, head: Any, tail: Any) -> None:
    if before[agent] >= 0:
        after[before[agent]] = after[agent]
    else:
        head[crew_line] = after[agent]
    if after[agent] >= 0:
        before[after[agent]] = before[agent]
    else:
        tail[crew_line] = before[agent]


@compiled
def run(
    warm: int, end: int, interval: int, spread: Any, mean: Any, location: Any, scale: Any, window: Any, rank: Any, patience: Any,
    exposure: Any, keys: Any, begin: Any, items: Any, came: Any, number: Any, serve_begin: Any, serves: Any, taken_begin: Any,
    taken_by: Any, pace: Any, budget: Any, crew_of: Any, first: Any, off_begin: Any, off_at: Any,
    off_length: Any, counts: Any, teams: Any, hours_in: Any,
    hours_out: Any,
) -> int:  # fmt: skip
    """One run; fills counts, teams, hours_in and hours_out and returns the number of events."""
    queues, agents = len(mean), len(crew_of)
    size = 1
    while size < queues + agents:
        size *= 2
    when = np.full(size, NEVER, np.int64)
    tree = np.empty(2 * size, np.int64)
    for leaf in range(size):
        tree[size + leaf] = leaf
    nxt, head_item = begin[:-1].copy(), begin[:-1].copy()
    last = begin[:-1] + items
    for queue in range(queues):
        if items[queue] > 0:
            when[queue] = came[begin[queue]]
    for agent in range(agents):
        when[queues + agent] = first[agent]
    for place in range(size - 1, 0, -1):
        left, right = tree[2 * place], tree[2 * place + 1]
        tree[place] = left if when[left] <= when[right] else right
    state = np.zeros(agents, np.int8)
    stop = off_begin[:-1].copy()
    exposed, since, order = np.zeros(agents, np.int64), np.zeros(agents, np.int64), np.zeros(agents, np.int64)
    work, work_queue = np.full(agents, -1, np.int64), np.zeros(agents, np.int64)
    crews = len(pace)
    head, tail = np.full(2 * crews, -1, np.int64), np.full(2 * crews, -1, np.int64)
    before, after = np.full(agents, -1, np.int64), np.full(agents, -1, np.int64)
    idle, turn, events = 0, 0, 0

    while True:
        leaf = tree[1]
        now = when[leaf]
        if now >= end:
            break
        events += 1
        agent, take, taken_queue = -1, -1, -1
        if leaf < queues:
            queue = leaf
            item = nxt[queue]
            nxt[queue] += 1
            when[leaf] = came[nxt[queue]] if nxt[queue] < last[queue] else NEVER
            _replay(tree, when, leaf, size)
            if now >= warm:
                counts[queue, _ARRIVED] += 1
            if warm <= now + window[queue] < end:
                counts[queue, _DUE] += 1
            hours_in[queue, now // interval] += 1
            if idle:
                longest = NEVER
                for place in range(taken_begin[queue], taken_begin[queue + 1]):
                    crew = taken_by[place]
                    one = head[2 * crew]
                    if one >= 0 and order[one] < longest:
                        longest, agent = order[one], one
                    if exposure[queue] == 0:
                        one = head[2 * crew + 1]
                        if one >= 0 and order[one] < longest:
                            longest, agent = order[one], one
            if agent < 0:
                continue
            while head_item[queue] < item:  # they all left before: an idle agent would have taken them
                old = head_item[queue]
                gone = leaves(came[old], patience[queue], keys[queue, 3], number[old])
                if gone >= warm:
                    counts[queue, _ABANDONED] += 1
                hours_out[queue, gone // interval] += 1
                head_item[queue] += 1
            head_item[queue] = item + 1
            take, taken_queue = item, queue
            crew = crew_of[agent]
            _unlink(agent, 2 * crew + (budget[crew] >= 0 and exposed[agent] >= budget[crew]), before, after, head, tail)
            idle -= 1
            teams[crew, _IDLE_MS] += _told(since[agent], now, warm, end)
        else:
            agent = leaf - queues
            crew = crew_of[agent]
            if state[agent] == BUSY:
                item, queue = work[agent], work_queue[agent]
                started = since[agent]
                took = now - started
                age = now - came[item]
                if now >= warm:
                    counts[queue, _SOLVED] += 1
                    counts[queue, _AGE] += age
                    counts[queue, _WAITED] += started - came[item]
                    counts[queue, _HANDLED] += took
                    if age > counts[queue, _OLDEST]:
                        counts[queue, _OLDEST] = age
                    teams[crew, _TEAM_SOLVED] += 1
                due = came[item] + window[queue]
                if warm <= due < end and now <= due:
                    counts[queue, _MET] += 1
                hours_out[queue, now // interval] += 1
                teams[crew, _BUSY_MS] += _told(started, now, warm, end)
                more = took * exposure[queue] // 100
                fresh = budget[crew] < 0 or exposed[agent] < budget[crew]
                exposed[agent] += more
                if now >= warm:
                    teams[crew, _EXPOSED] += more
                    if exposed[agent] > teams[crew, _MOST]:
                        teams[crew, _MOST] = exposed[agent]
                    if fresh and budget[crew] >= 0 and exposed[agent] >= budget[crew]:
                        teams[crew, _SPENT] += 1
            elif state[agent] == RESTING:
                teams[crew, _BREAK_MS] += _told(since[agent], now, warm, end)
            elif state[agent] == AWAY:
                exposed[agent] = 0
            else:
                _unlink(
                    agent, 2 * crew + (budget[crew] >= 0 and exposed[agent] >= budget[crew]), before, after, head, tail
                )
                idle -= 1
                teams[crew, _IDLE_MS] += _told(since[agent], now, warm, end)
            away = False
            while off_at[stop[agent]] <= now:
                length = off_length[stop[agent]]
                stop[agent] += 1
                back = now + length if length > 0 else -length
                if back > now:
                    state[agent] = RESTING if length > 0 else AWAY
                    since[agent] = now
                    when[leaf] = back
                    away = True
                    break
                exposed[agent] = 0
            if away:
                _replay(tree, when, leaf, size)
                continue
            spent = budget[crew] >= 0 and exposed[agent] >= budget[crew]
            best = NEVER
            for place in range(serve_begin[crew], serve_begin[crew + 1]):
                queue = serves[place]
                if spent and exposure[queue] > 0:
                    continue
                item = head_item[queue]
                if patience[queue] > 0.0:
                    while item < nxt[queue]:
                        gone = leaves(came[item], patience[queue], keys[queue, 3], number[item])
                        if gone >= now:
                            break
                        if gone >= warm:
                            counts[queue, _ABANDONED] += 1
                        hours_out[queue, gone // interval] += 1
                        item += 1
                    head_item[queue] = item
                if item < nxt[queue] and came[item] + rank[queue] < best:
                    best, take, taken_queue = came[item] + rank[queue], item, queue
            if take < 0:
                state[agent] = IDLE
                since[agent] = now
                turn += 1
                order[agent] = turn
                crew_line = 2 * crew + spent
                before[agent], after[agent] = tail[crew_line], -1
                if tail[crew_line] >= 0:
                    after[tail[crew_line]] = agent
                else:
                    head[crew_line] = agent
                tail[crew_line] = agent
                idle += 1
                when[leaf] = off_at[stop[agent]]
                _replay(tree, when, leaf, size)
                continue
            head_item[taken_queue] = take + 1
        if now >= warm:
            counts[taken_queue, _STARTED] += 1
        state[agent] = BUSY
        since[agent] = now
        work[agent], work_queue[agent] = take, taken_queue
        when[queues + agent] = now + handling(
            spread[taken_queue], mean[taken_queue], location[taken_queue], scale[taken_queue], pace[crew],
            keys[taken_queue, 1], keys[taken_queue, 2], number[take],
        )  # fmt: skip
        _replay(tree, when, queues + agent, size)

    for agent in range(agents):
        crew = crew_of[agent]
        more = _told(since[agent], end, warm, end)
        if state[agent] == BUSY:
            teams[crew, _BUSY_MS] += more
            counts[work_queue[agent], _OPEN] += 1
        elif state[agent] == IDLE:
            teams[crew, _IDLE_MS] += more
        elif state[agent] == RESTING:
            teams[crew, _BREAK_MS] += more
    for queue in range(queues):
        for item in range(head_item[queue], nxt[queue]):
            gone = (
                NEVER if patience[queue] == 0.0 else leaves(came[item], patience[queue], keys[queue, 3], number[item])
            )
            if gone < end:
                if gone >= warm:
                    counts[queue, _ABANDONED] += 1
                hours_out[queue, gone // interval] += 1
            else:
                counts[queue, _OPEN] += 1
    return events
