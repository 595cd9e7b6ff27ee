"""A scenario made ready to run: checked, all times in whole milliseconds, names turned into numbers. Both simulations read this."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from watchfloor.engines.staffing.durations import seconds
from watchfloor.engines.staffing.simulation.draws import ABSENCE, stream, uniform
from watchfloor.engines.staffing.simulation.scenario import Queue, Scenario, Team
from watchfloor.engines.staffing.simulation.shifts import NEVER, Duty, duties_of, outages_of, without
from watchfloor.kernel.errors import BadInput

EXPONENTIAL, LOGNORMAL, FIXED = range(3)
_SPREADS = {"exponential": EXPONENTIAL, "lognormal": LOGNORMAL, "fixed": FIXED}
_MOST_AGENTS, _MOST_ITEMS = 100_000, 50_000_000


@dataclass(frozen=True)
class Line:
    """A queue: items by interval; mean handle time in ms, its two numbers of the spread; window and patience in ms (0: none)."""

    name: str
    arrivals: list[float]
    spread: int
    mean: float
    location: float
    scale: float
    window: int
    rank: int
    patience: float
    exposure: int
    automated: float


@dataclass(frozen=True)
class Crew:
    """A team: whom it serves, its pace, its budget of exposure in ms (-1: none)."""

    name: str
    serves: list[int]
    pace: float
    budget: int
    cost: float


@dataclass(frozen=True)
class Floor:
    """Everything a run needs. ``people`` are (team, chance to be absent, duties); ``key`` tells whose due time counts."""

    seed: int
    warm: int
    end: int
    interval: int
    lines: list[Line]
    crews: list[Crew]
    people: list[tuple[int, float, list[Duty]]]

    @property
    def intervals(self) -> int:
        """How many there are, the last one perhaps shorter."""
        return -(-self.end // self.interval)


@dataclass(frozen=True)
class Timeline:
    """When agents stop: ``offs`` by agent as (from, length) of a break or (from, -next begin) of the end of a shift; ``first`` begins."""

    first: list[int]
    offs: list[list[tuple[int, int]]]
    paid: list[int]


def timeline(floor: Floor, replication: int) -> Timeline:
    """Who is there when, in one replication: shifts without those that an agent happens to miss."""
    first, offs, paid = [], [], [0] * len(floor.crews)
    number: dict[int, int] = {}
    for crew, absent, duties in floor.people:
        place = number.get(crew, 0)
        number[crew] = place + 1
        if absent > 0:
            key = stream(floor.seed, replication, ABSENCE, f"{floor.crews[crew].name} {place}")
            duties = [duty for turn, duty in enumerate(duties) if uniform(key, turn) >= absent]
        first.append(duties[0].begin if duties else NEVER)
        stops: list[tuple[int, int]] = []
        for turn, duty in enumerate(duties):
            stops.extend(duty.breaks)
            stops.append((duty.end, -(duties[turn + 1].begin if turn + 1 < len(duties) else NEVER)))
            paid[crew] += max(0, min(duty.end, floor.end) - max(duty.begin, floor.warm))
        offs.append(stops)
    return Timeline(first, offs, paid)


def build(given: Scenario) -> Floor:
    """The floor of a scenario.

    Raises:
        BadInput: one sentence, with ``where`` as a path in the file.
    """
    if not 0 < given.days <= 400:
        raise BadInput(
            "bad_days",
            f"{given.days:g} days cannot be simulated.",
            where="days",
            hint="Give more than 0 and at most 400.",
        )
    end = round(given.days * 86_400_000)
    interval = round(seconds(given.interval, "interval", least=60) * 1000)
    warm = round(seconds(given.warm_up, "warm_up") * 1000)
    if warm >= end:
        raise BadInput(
            "bad_warm_up", "The warm-up is as long as the whole run.", where="warm_up", hint="Make days larger."
        )
    start = _start(given.start)
    _distinct([queue.name for queue in given.queues], "queues")
    _distinct([team.name for team in given.teams], "teams")
    lines = [
        _line(queue, f"queues[{place}]", given.rule, -(-end // interval)) for place, queue in enumerate(given.queues)
    ]
    if sum(sum(line.arrivals) for line in lines) > _MOST_ITEMS:
        raise BadInput("too_many_items", f"More than {_MOST_ITEMS:,} items cannot be simulated.", where="queues")
    crews: list[Crew] = []
    people: list[tuple[int, float, list[Duty]]] = []
    for place, team in enumerate(given.teams):
        where = f"teams[{place}]"
        crews.append(_crew(team, where, given.queues))
        duties = duties_of(team, where, start, end)
        out = outages_of(given, team)
        people.extend((place, team.absent, without(each, out)) for each in duties)
    if len(people) > _MOST_AGENTS:
        raise BadInput("too_many_agents", f"More than {_MOST_AGENTS:,} agents cannot be simulated.", where="teams")
    return Floor(given.seed, warm, end, interval, lines, crews, people)


def _line(queue: Queue, where: str, rule: str, intervals: int) -> Line:
    if not queue.arrivals:
        raise BadInput(
            "no_arrivals", f"{queue.name!r} has no arrivals.", where=f"{where}.arrivals", hint="Give items by interval."
        )
    for place, items in enumerate(queue.arrivals):
        if not 0 <= items < math.inf:
            raise BadInput("bad_number", f"{items:g} items make no sense.", where=f"{where}.arrivals[{place}]")
    for name, share in (("exposure", queue.exposure), ("automated", queue.automated)):
        if not 0 <= share <= 1:
            raise BadInput("bad_share", f"{share:g} is no share between 0 and 1.", where=f"{where}.{name}")
    if not 0 <= queue.cv <= 20:
        raise BadInput("bad_number", f"A cv of {queue.cv:g} makes no sense.", where=f"{where}.cv", hint="Give 0 to 20.")
    if not 0 <= queue.priority <= 1000:
        raise BadInput(
            "bad_priority", f"A priority of {queue.priority} is not between 0 and 1,000.", where=f"{where}.priority"
        )
    mean = seconds(queue.aht, f"{where}.aht", least=0.001) * 1000
    variance = math.log1p(queue.cv**2)
    window = round(seconds(queue.due, f"{where}.due", least=0.001) * 1000)
    patience = 0.0 if queue.patience is None else seconds(queue.patience, f"{where}.patience", least=0.001) * 1000
    by_interval = [queue.arrivals[number % len(queue.arrivals)] for number in range(intervals)]
    return Line(
        queue.name, by_interval, _SPREADS[queue.spread], mean, math.log(mean) - variance / 2, math.sqrt(variance), window,
        rank=_rank(queue.priority, window, rule), patience=patience, exposure=round(queue.exposure * 100), automated=queue.automated,
    )  # fmt: skip


def _rank(priority: int, window: int, rule: str) -> int:
    """What is added to the time an item came: the smallest sum goes first. A class of priority outweighs any time."""
    if rule == "oldest":
        return 0
    return window + ((priority << 50) if rule == "priority" else 0)


def _crew(team: Team, where: str, queues: list[Queue]) -> Crew:
    if not 0.05 <= team.pace <= 20:
        raise BadInput(
            "bad_number",
            f"A pace of {team.pace:g} makes no sense.",
            where=f"{where}.pace",
            hint="1 is usual, 1.3 is slower.",
        )
    if not 0 <= team.absent < 1:
        raise BadInput("bad_share", f"{team.absent:g} is no share below 1.", where=f"{where}.absent")
    names = {queue.name for queue in queues}
    for place, name in enumerate(team.queues):
        if name not in names:
            raise BadInput("unknown_name", f"No queue is called {name!r}.", where=f"{where}.queues[{place}]")
    serves = [number for number, queue in enumerate(queues) if _can(team, queue)]
    budget = (
        -1 if team.exposure_budget is None else round(seconds(team.exposure_budget, f"{where}.exposure_budget") * 1000)
    )
    return Crew(team.name, serves, team.pace, budget, team.cost)


def _can(team: Team, queue: Queue) -> bool:
    if team.queues:
        return queue.name in team.queues
    return set(queue.skills) <= set(team.skills) and (not queue.language or queue.language in team.languages)


def _start(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput(
            "bad_start", f"{written!r} is no date.", where="start", hint="Write 2026-11-23T00:00Z."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _distinct(names: list[str], where: str) -> None:
    if not names:
        raise BadInput("nothing", f"There are no {where}.", where=where)
    for place, name in enumerate(names):
        if name in names[:place]:
            raise BadInput("twice", f"Two of the {where} are called {name!r}.", where=f"{where}[{place}].name")
