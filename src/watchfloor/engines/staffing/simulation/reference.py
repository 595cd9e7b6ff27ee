"""The simulation written plainly, with a heap of events and an event for everything: slow, short enough to be believed.

The rules of the floor:

- Items come by a Poisson process whose rate is constant within an interval. Some are solved by rules and seen by nobody.
- An item goes to the agent who has been idle longest among those who may take it, else it waits in its queue in order of coming.
- An agent who is free takes, of the first items of the queues he serves, the one with the smallest rank; then the queue named first.
- An item with a patience leaves when it has waited longer than that. What has begun is finished.
- A break begins when it is due or when the item in hand is done, and always has its full length. So does the end of a shift.
- Exposure is counted when an item is done. Who has used up the budget of a shift gets no more items that expose until the next one.
"""

from __future__ import annotations

import heapq
import math
from collections import deque

from watchfloor.engines.staffing.simulation import draws
from watchfloor.engines.staffing.simulation.floor import EXPONENTIAL, LOGNORMAL, Floor, Line, timeline
from watchfloor.engines.staffing.simulation.totals import QUEUE, TEAM, Totals

Item = tuple[int, int]  # when it came, and its number in the stream


class _Agent:
    """One person: where in the timeline, what in hand, since when."""

    __slots__ = ("crew", "exposed", "place", "resting", "since", "state", "stop", "stops", "work")

    def __init__(self, place: int, crew: int, stops: list[tuple[int, int]]) -> None:
        self.place, self.crew, self.stops = place, crew, stops
        self.stop, self.exposed, self.since = 0, 0, 0
        self.state, self.resting = "away", False
        self.work: tuple[int, Item] | None = None


class _Run:
    def __init__(self, floor: Floor, replication: int) -> None:
        self.floor = floor
        times = timeline(floor, replication)
        self.agents = [_Agent(place, crew, times.offs[place]) for place, (crew, _, _) in enumerate(floor.people)]
        self.keys = [
            [draws.stream(floor.seed, replication, purpose, line.name) for purpose in range(draws.ABSENCE)]
            for line in floor.lines
        ]
        self.queues = [dict.fromkeys(QUEUE, 0) for _ in floor.lines]
        self.teams = [dict.fromkeys(TEAM, 0) for _ in floor.crews]
        self.came = [[0] * floor.intervals for _ in floor.lines]
        self.gone = [[0] * floor.intervals for _ in floor.lines]
        self.paid = times.paid
        self.streams = [self.arrivals(number, line) for number, line in enumerate(floor.lines)]
        self.next_item = [0] * len(floor.lines)
        self.waiting: list[deque[Item]] = [deque() for _ in floor.lines]
        self.idle: dict[int, _Agent] = {}  # by place, in the order in which they became idle
        self.events: list[tuple[int, int, int, int]] = []  # when, 0 item / 1 agent / 2 patience, queue or agent, number
        self.versions = [0] * len(self.agents)
        self.count = 0
        for number, items in enumerate(self.streams):
            if items:
                heapq.heappush(self.events, (items[0][0], 0, number, 0))
        for agent in self.agents:
            self.at(times.first[agent.place], agent)

    def arrivals(self, number: int, line: Line) -> list[Item]:
        """All items of a queue that people must see, in order."""
        key, rules = self.keys[number][draws.ARRIVAL], self.keys[number][draws.AUTOMATION]
        items: list[Item] = []
        spent, reached, hour, index = 0.0, 0.0, 0, 0
        while True:
            spent -= math.log(1.0 - draws.uniform(key, index))
            while hour < len(line.arrivals) and reached + line.arrivals[hour] < spent:
                reached += line.arrivals[hour]
                hour += 1
            if hour == len(line.arrivals):
                return items
            when = int((hour + (spent - reached) / line.arrivals[hour]) * self.floor.interval)
            if when >= self.floor.end:
                return items
            if draws.uniform(rules, index) < line.automated:
                self.queues[number]["automated"] += self.told(when)
            else:
                items.append((when, index))
            index += 1

    def told(self, when: int) -> bool:
        return self.floor.warm <= when < self.floor.end

    def within(self, begin: int, end: int) -> int:
        """How much of a time is told."""
        return max(0, min(end, self.floor.end) - max(begin, self.floor.warm))

    def at(self, when: int, agent: _Agent) -> None:
        """The next thing that happens to an agent; what was to happen does not."""
        self.versions[agent.place] += 1
        if when < self.floor.end:
            heapq.heappush(self.events, (when, 1, agent.place, self.versions[agent.place]))

    def go(self) -> Totals:
        while self.events:
            now, kind, who, number = heapq.heappop(self.events)
            if kind == 0:
                self.count += 1
                self.item_comes(now, who)
            elif kind == 1:
                if number == self.versions[who]:
                    self.count += 1
                    self.agent_turns(now, self.agents[who])
            else:
                self.item_leaves(now, who, number)
        self.close()
        return Totals(
            self.count, [list(each.values()) for each in self.queues], [list(each.values()) for each in self.teams],
            self.came, self.gone, self.paid,
        )  # fmt: skip

    def item_comes(self, now: int, queue: int) -> None:
        item = self.streams[queue][self.next_item[queue]]
        self.next_item[queue] += 1
        if self.next_item[queue] < len(self.streams[queue]):
            heapq.heappush(self.events, (self.streams[queue][self.next_item[queue]][0], 0, queue, 0))
        line, counts = self.floor.lines[queue], self.queues[queue]
        counts["arrived"] += self.told(now)
        counts["due"] += self.told(now + line.window)
        self.came[queue][now // self.floor.interval] += 1
        for agent in self.idle.values():
            if self.may(agent, queue):
                self.rest(now, agent)
                self.begin(now, agent, queue, item)
                return
        self.waiting[queue].append(item)
        if line.patience:
            leaves = now + self.patience(queue, item)
            if leaves < self.floor.end:
                heapq.heappush(self.events, (leaves, 2, queue, item[1]))

    def item_leaves(self, now: int, queue: int, number: int) -> None:
        for item in self.waiting[queue]:
            if item[1] == number:
                self.waiting[queue].remove(item)
                self.queues[queue]["abandoned"] += self.told(now)
                self.gone[queue][now // self.floor.interval] += 1
                return

    def agent_turns(self, now: int, agent: _Agent) -> None:
        """His item is done, his break or his time away is over, or he was idle and must go."""
        team = self.teams[agent.crew]
        if agent.state == "busy":
            self.done(now, agent)
        elif agent.state == "away":
            if agent.resting:
                team["breaks"] += self.within(agent.since, now)
            else:
                agent.exposed = 0
        else:
            self.rest(now, agent)
        while agent.stops[agent.stop][0] <= now:
            _, length = agent.stops[agent.stop]
            agent.stop += 1
            agent.resting = length > 0
            back = now + length if length > 0 else -length
            if back > now:
                agent.state, agent.since = "away", now
                self.at(back, agent)
                return
            agent.exposed = 0  # the item in hand lasted into the next shift
        best, queue = None, -1
        for each in self.floor.crews[agent.crew].serves:
            if self.waiting[each] and self.may(agent, each):
                rank = self.waiting[each][0][0] + self.floor.lines[each].rank
                if best is None or rank < best:
                    best, queue = rank, each
        if best is not None:
            self.begin(now, agent, queue, self.waiting[queue].popleft())
            return
        agent.state, agent.since = "idle", now
        self.idle[agent.place] = agent
        self.at(agent.stops[agent.stop][0], agent)

    def may(self, agent: _Agent, queue: int) -> bool:
        crew = self.floor.crews[agent.crew]
        spent = crew.budget >= 0 and agent.exposed >= crew.budget
        return queue in crew.serves and not (spent and self.floor.lines[queue].exposure)

    def rest(self, now: int, agent: _Agent) -> None:
        """No longer idle."""
        del self.idle[agent.place]
        self.teams[agent.crew]["idle"] += self.within(agent.since, now)

    def begin(self, now: int, agent: _Agent, queue: int, item: Item) -> None:
        self.queues[queue]["started"] += self.told(now)
        agent.state, agent.since, agent.work = "busy", now, (queue, item)
        self.at(now + self.handling(queue, item, self.floor.crews[agent.crew].pace), agent)

    def done(self, now: int, agent: _Agent) -> None:
        assert agent.work is not None
        queue, (came, _) = agent.work
        line, counts, team = self.floor.lines[queue], self.queues[queue], self.teams[agent.crew]
        took = now - agent.since
        if self.told(now):
            counts["solved"] += 1
            counts["age"] += now - came
            counts["waited"] += agent.since - came
            counts["handled"] += took
            counts["oldest"] = max(counts["oldest"], now - came)
            team["solved"] += 1
        if self.told(came + line.window) and now <= came + line.window:
            counts["met"] += 1
        self.gone[queue][now // self.floor.interval] += 1
        team["busy"] += self.within(agent.since, now)
        more = took * line.exposure // 100
        budget = self.floor.crews[agent.crew].budget
        fresh = budget < 0 or agent.exposed < budget
        agent.exposed += more
        if self.told(now):
            team["exposed"] += more
            team["most_exposed"] = max(team["most_exposed"], agent.exposed)
            team["spent"] += fresh and 0 <= budget <= agent.exposed

    def close(self) -> None:
        """What is in hand or waits when the time is over."""
        for agent in self.agents:
            team = self.teams[agent.crew]
            if agent.state == "busy":
                assert agent.work is not None
                team["busy"] += self.within(agent.since, self.floor.end)
                self.queues[agent.work[0]]["open"] += 1
            elif agent.state == "idle":
                team["idle"] += self.within(agent.since, self.floor.end)
            elif agent.resting:
                team["breaks"] += self.within(agent.since, self.floor.end)
        for queue, line in enumerate(self.waiting):
            self.queues[queue]["open"] += len(line)

    def handling(self, queue: int, item: Item, pace: float) -> int:
        line, keys = self.floor.lines[queue], self.keys[queue]
        if line.spread == EXPONENTIAL:
            took = -line.mean * math.log(1.0 - draws.uniform(keys[draws.HANDLE], item[1]))
        elif line.spread == LOGNORMAL:
            far = math.sqrt(-2.0 * math.log(1.0 - draws.uniform(keys[draws.HANDLE], item[1])))
            normal = far * math.cos(2.0 * math.pi * draws.uniform(keys[draws.HANDLE_TOO], item[1]))
            took = math.exp(line.location + line.scale * normal)
        else:
            took = line.mean
        return max(1, int(took * pace))

    def patience(self, queue: int, item: Item) -> int:
        """Milliseconds until it leaves; one longer than it would still be served at."""
        return 1 + int(
            -self.floor.lines[queue].patience * math.log(1.0 - draws.uniform(self.keys[queue][draws.PATIENCE], item[1]))
        )


def run(floor: Floor, replication: int = 0) -> Totals:
    """One replication."""
    return _Run(floor, replication).go()
