"""What if: a scenario with changes done to it, in their order."""

from __future__ import annotations

import math
from collections.abc import Callable
from fnmatch import fnmatchcase

from msgspec.structs import replace

from watchfloor.engines.staffing.durations import seconds
from watchfloor.engines.staffing.simulation import scenario as of
from watchfloor.kernel.errors import BadInput


def changed(base: of.Scenario, changes: list[of.Change]) -> of.Scenario:
    """The changed scenario.

    Raises:
        BadInput: a change names a queue or team that is not there, or has a number that makes no sense.
    """
    for place, change in enumerate(changes):
        base = _done(base, change, f"changes[{place}]")
    return base


def _done(base: of.Scenario, change: of.Change, where: str) -> of.Scenario:
    match change:
        case of.Volume():
            return _louder(base, change, where)
        case of.Handle(times=times):
            return _queues(
                base, change.queues, where, lambda queue: replace(queue, aht=seconds(queue.aht, "aht") * times)
            )
        case of.Automation(share=share):
            return _queues(base, change.queues, where, lambda queue: replace(queue, automated=share))
        case of.Priority(priority=priority):
            return _queues(base, change.queues, where, lambda queue: replace(queue, priority=priority))
        case of.Rule(rule=rule):
            return replace(base, rule=rule)
        case of.Budget(budget=budget):
            return _teams(base, change.teams, where, lambda team: replace(team, exposure_budget=budget))
        case of.Skills():
            return _teams(base, change.teams, where, lambda team: _taught(team, change))
        case of.Out(outage=outage):
            return replace(base, outages=[*base.outages, outage])
        case of.NewQueue(queue=queue):
            return replace(base, queues=[*base.queues, queue])
        case of.NewTeam(team=team):
            return replace(base, teams=[*base.teams, team])


def _louder(base: of.Scenario, change: of.Volume, where: str) -> of.Scenario:
    interval = seconds(base.interval, "interval", least=1)
    intervals = math.ceil(base.days * 86400 / interval)
    begin = seconds(change.begin, f"{where}.from")
    end = math.inf if change.length is None else begin + seconds(change.length, f"{where}.for")
    if not 0 <= change.times < math.inf:
        raise BadInput("bad_number", f"{change.times:g} times is no number of 0 or more.", where=f"{where}.times")

    def louder(queue: of.Queue) -> of.Queue:
        items = [queue.arrivals[number % len(queue.arrivals)] for number in range(intervals)]
        for number in range(intervals):
            covered = min(end, (number + 1) * interval) - max(begin, number * interval)
            if covered > 0:
                items[number] *= 1 + (change.times - 1) * covered / interval
        return replace(queue, arrivals=items)

    return _queues(base, change.queues, where, louder)


def _taught(team: of.Team, change: of.Skills) -> of.Team:
    skills = [skill for skill in dict.fromkeys([*team.skills, *change.add]) if skill not in change.drop]
    return replace(team, skills=skills, languages=list(dict.fromkeys([*team.languages, *change.add_languages])))


def _queues(base: of.Scenario, names: list[str], where: str, do: Callable[[of.Queue], of.Queue]) -> of.Scenario:
    _known(names, [queue.name for queue in base.queues], "queue", where)
    return replace(base, queues=[do(queue) if _named(queue.name, names) else queue for queue in base.queues])


def _teams(base: of.Scenario, names: list[str], where: str, do: Callable[[of.Team], of.Team]) -> of.Scenario:
    _known(names, [team.name for team in base.teams], "team", where)
    return replace(base, teams=[do(team) if _named(team.name, names) else team for team in base.teams])


def _named(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _known(patterns: list[str], names: list[str], what: str, where: str) -> None:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise BadInput(
                "unknown_name",
                f"No {what} is called {pattern!r}.",
                where=f"{where}.{what}s",
                hint=f"There is {', '.join(names[:5])}.",
            )
