"""A week of a floor as a scenario, from what its history says: the way from facts to the simulation."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import msgspec

from watchfloor.engines.staffing.calibration.handling import Handling
from watchfloor.engines.staffing.calibration.presence import WEEK, shifts
from watchfloor.engines.staffing.simulation.scenario import Queue, Scenario, Team
from watchfloor.kernel.errors import BadInput


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A queue: ``arrivals`` are expected items by hour of the week (168, UTC, from Monday), times in seconds, ``exposure`` a share."""

    name: str
    arrivals: list[float]
    handling: Handling
    due: float
    priority: int = 1
    patience: float | None = None
    exposure: float = 0.0
    automated: float = 0.0


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """A team: full-time ``people`` at work by hour of the week (168), the ``queues`` they serve (none named: all), their pace."""

    name: str
    people: list[float]
    queues: list[str] = []
    vendor: str = ""
    site: str = ""
    pace: float = 1.0
    cost: float = 0.0
    exposure_budget: float | None = None


def scenario(queues: list[Seen], crews: list[Crew], *, monday: datetime, seed: int = 1) -> Scenario:
    """The week from ``monday`` (UTC), after a day to fill up. Teams of nobody and queues of nothing are left out.

    Raises:
        BadInput: nothing comes in, or nobody is there.
    """
    some = [each for each in queues if math.fsum(each.arrivals) > 0]
    there = [each for each in crews if max(each.people) >= 0.5]
    if not some:
        raise BadInput("no_arrivals", "Nothing came in in this time, so there is nothing to staff for.")
    if not there:
        raise BadInput(
            "nobody", "Nobody was on the floor in this time.", hint="Give people working hours, or publish a roster."
        )
    return Scenario(
        start=(monday - timedelta(days=1)).strftime("%Y-%m-%dT00:00Z"), days=8, warm_up="1d", seed=seed,
        queues=[_queue(each) for each in some], teams=[_team(each, [queue.name for queue in some]) for each in there],
    )  # fmt: skip


def _queue(seen: Seen) -> Queue:
    if len(seen.arrivals) != WEEK:
        raise ValueError("a week has 168 hours")
    week = seen.arrivals[-24:] + seen.arrivals  # the day before, to fill up
    return Queue(
        name=seen.name, arrivals=[round(value, 4) for value in week], aht=round(seen.handling.mean, 1), cv=round(seen.handling.cv, 3),
        due=max(seen.due, 1.0), priority=seen.priority, patience=seen.patience, exposure=seen.exposure, automated=seen.automated,
    )  # fmt: skip


def _team(crew: Crew, names: list[str]) -> Team:
    serves = [name for name in names if not crew.queues or name in crew.queues]
    return Team(
        name=crew.name, vendor=crew.vendor, site=crew.site, queues=serves or names, pace=round(crew.pace, 3), cost=crew.cost,
        exposure_budget=crew.exposure_budget, shifts=shifts(crew.people),
    )  # fmt: skip
