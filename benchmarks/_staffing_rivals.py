"""The reference floor as one would write it by hand: with a heap, and with simpy. The same rules without patience and budgets."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Iterator
from typing import Any

from watchfloor.engines.staffing.simulation.floor import Floor, timeline

DONE, BACK = 1, 2


class Count:
    """What a rival counted; times in ms."""

    def __init__(self) -> None:
        self.items = self.solved = self.waited = 0


def arrivals(floor: Floor, rng: random.Random) -> list[list[int]]:
    """Times by queue."""
    found = []
    for line in floor.lines:
        times, top = [], max(line.arrivals)
        at = rng.expovariate(top) if top else float("inf")
        while at < len(line.arrivals):
            if rng.random() * top < line.arrivals[int(at)]:
                times.append(int(at * floor.interval))
            at += rng.expovariate(top)
        found.append(times)
    return found


def heap(floor: Floor, seed: int) -> Count:
    """Plain Python with care: one heap, a line per queue, idle agents per team, everything in local names."""
    rng, count = random.Random(seed), Count()
    times = timeline(floor, 0)
    lines: list[deque[int]] = [deque() for _ in floor.lines]
    crew_of = [crew for crew, _, _ in floor.people]
    serves = [crew.serves for crew in floor.crews]
    takers = [[crew for crew in range(len(serves)) if queue in serves[crew]] for queue in range(len(floor.lines))]
    rank, mean = [line.rank for line in floor.lines], [line.mean for line in floor.lines]
    idle: list[deque[tuple[int, int]]] = [deque() for _ in floor.crews]
    offs, stop, tickets, ticket = times.offs, [0] * len(crew_of), [0] * len(crew_of), 0
    events: list[tuple[int, int, int]] = [
        (at, 0, queue) for queue, items in enumerate(arrivals(floor, rng)) for at in items
    ]
    count.items = len(events)
    events += [(at, BACK, agent) for agent, at in enumerate(times.first)]
    heapq.heapify(events)
    push, pop, draw, end = heapq.heappush, heapq.heappop, rng.expovariate, floor.end
    while events:
        now, kind, who = pop(events)
        if now >= end:
            break
        if kind == 0:
            best, chosen = None, -1
            for crew in takers[who]:
                line = idle[crew]
                while line and (tickets[line[0][1]] != line[0][0] or offs[line[0][1]][stop[line[0][1]]][0] <= now):
                    line.popleft()
                if line and (best is None or line[0][0] < best):
                    best, chosen = line[0][0], crew
            if chosen < 0:
                lines[who].append(now)
                continue
            agent = idle[chosen].popleft()[1]
            tickets[agent] = 0
            count.solved += 1
            push(events, (now + int(draw(1 / mean[who])), DONE, agent))
            continue
        if kind >= 3 and tickets[who] != kind:
            continue  # he was given an item before he went
        tickets[who] = 0
        off = offs[who]
        at, length = off[stop[who]]
        if at <= now:
            stop[who] += 1
            push(events, (now + length if length > 0 else max(now, -length), BACK, who))
            continue
        best, chosen = None, -1
        for queue in serves[crew_of[who]]:
            waiting = lines[queue]
            if waiting and (best is None or waiting[0] + rank[queue] < best):
                best, chosen = waiting[0] + rank[queue], queue
        if chosen >= 0:
            count.waited += now - lines[chosen].popleft()
            count.solved += 1
            push(events, (now + int(draw(1 / mean[chosen])), DONE, who))
        else:
            ticket += 1
            tickets[who] = ticket + 3
            idle[crew_of[who]].append((ticket + 3, who))
            push(events, (at, ticket + 3, who))
    return count


def simpy_floor(simpy: Any, floor: Floor, seed: int) -> Count:
    """simpy with care: a process per queue and per agent; who is idle waits for an event of his own."""
    rng, count = random.Random(seed), Count()
    world, times = simpy.Environment(), timeline(floor, 0)
    lines: list[deque[int]] = [deque() for _ in floor.lines]
    takers = [
        [crew for crew in range(len(floor.crews)) if queue in floor.crews[crew].serves]
        for queue in range(len(floor.lines))
    ]
    idle: list[deque[Any]] = [deque() for _ in floor.crews]

    def source(queue: int, items: list[int]) -> Iterator[Any]:
        for at in items:
            yield world.timeout(at - world.now)
            count.items += 1
            lines[queue].append(at)
            for crew in takers[queue]:
                if idle[crew]:
                    idle[crew].popleft().succeed()
                    break

    def agent(number: int, crew: int) -> Iterator[Any]:
        yield world.timeout(min(times.first[number], floor.end))
        for at, length in times.offs[number]:
            while world.now < at:
                best, chosen = None, -1
                for queue in floor.crews[crew].serves:
                    if lines[queue] and (best is None or lines[queue][0] + floor.lines[queue].rank < best):
                        best, chosen = lines[queue][0] + floor.lines[queue].rank, queue
                if chosen >= 0:
                    count.waited += world.now - lines[chosen].popleft()
                    count.solved += 1
                    yield world.timeout(int(rng.expovariate(1 / floor.lines[chosen].mean)))
                else:
                    woken = world.event()
                    idle[crew].append(woken)
                    yield woken | world.timeout(at - world.now)
                    if not woken.triggered:
                        idle[crew].remove(woken)
            yield world.timeout(length if length > 0 else min(max(0, -length - world.now), floor.end))

    for queue, items in enumerate(arrivals(floor, rng)):
        world.process(source(queue, items))
    for number, (crew, _, _) in enumerate(floor.people):
        world.process(agent(number, crew))
    world.run(until=floor.end)
    return count


def ciw_floor(ciw: Any, floor: Floor, hours: float, seed: int) -> int:
    """ciw: as near as it can be stated, one node per queue with agents of its own, no skills and no breaks; items that were done."""
    agents = [max(1, round(1.2 * line.mean * max(line.arrivals) / floor.interval + 1)) for line in floor.lines]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(sum(line.arrivals) / floor.intervals) for line in floor.lines],
        service_distributions=[ciw.dists.Exponential(floor.interval / line.mean) for line in floor.lines],
        routing=[[0.0] * len(floor.lines) for _ in floor.lines],
        number_of_servers=agents,
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(hours)
    return len(simulation.get_all_records())
