"""From who was there when: paid time in which nobody could take work (shrinkage), how many are there by hour of the week, and as shifts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from watchfloor.engines.staffing.simulation.scenario import Shift

WEEK = 168
_DAYS: tuple[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ...] = (
    "Mon",
    "Tue",
    "Wed",
    "Thu",
    "Fri",
    "Sat",
    "Sun",
)
WORK, PLANNED, UNPLANNED, ABSENT = "work", "planned", "unplanned", "absent"
KINDS = (WORK, PLANNED, UNPLANNED, ABSENT)
_LONGEST = timedelta(hours=16)  # a presence that nobody ended


class Stay(msgspec.Struct, frozen=True):
    """Somebody of a team was in a state (``KINDS``) from ``begin`` to ``end``; ``absent`` is time of a shift that was not come to.

    ``strength`` is what they stand for: half for somebody who works half of a day.
    """

    team: str
    state: str
    begin: datetime
    end: datetime
    strength: float = 1.0


class Shrinkage(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of paid time: planned (breaks by plan, training), unplanned (other pauses), absent (shifts missed)."""

    hours: float
    planned: float
    unplanned: float
    absent: float

    @property
    def share(self) -> float:
        """All of it."""
        return self.planned + self.unplanned + self.absent


NOTHING = Shrinkage(hours=0.0, planned=0.0, unplanned=0.0, absent=0.0)


def shrinkage(stays: Iterable[Stay]) -> Shrinkage:
    """Of all people together: of one person it is nobody's business."""
    spent = dict.fromkeys(KINDS, 0.0)
    for stay in stays:
        if timedelta(0) < stay.end - stay.begin <= _LONGEST:
            spent[stay.state] += (stay.end - stay.begin) / timedelta(hours=1)
    paid = math.fsum(spent.values())
    if not paid:
        return NOTHING
    return Shrinkage(
        hours=paid, planned=spent[PLANNED] / paid, unplanned=spent[UNPLANNED] / paid, absent=spent[ABSENT] / paid
    )


def at_work(stays: Iterable[Stay], weeks: float) -> dict[str, list[float]]:
    """Full-time people who could take work, by team and hour of the week (UTC, from Monday), mean over ``weeks``."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0] * WEEK)
    for stay in stays:
        if stay.state != WORK or not timedelta(0) < stay.end - stay.begin <= _LONGEST:
            continue
        at = stay.begin
        while at < stay.end:
            until = min(stay.end, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
            found[stay.team][at.weekday() * 24 + at.hour] += stay.strength * ((until - at) / timedelta(hours=1))
            at = until
    return {team: [value / max(weeks, 1e-9) for value in line] for team, line in sorted(found.items())}


def shifts(people: list[float]) -> list[Shift]:
    """Shifts that put so many people there, by hour of the week (UTC): each whole person is one layer, each run of hours one shift."""
    if len(people) != WEEK:
        raise ValueError("a week has 168 hours")
    counted: dict[tuple[int, int], int] = defaultdict(int)
    for layer in range(1, math.ceil(max(people)) + 1):
        there = [value >= layer - 0.5 for value in people]
        if all(there):
            for day in range(7):
                counted[day * 24, 24] += 1
            continue
        # Begin in a gap, so that a run over the end of the week stays whole.
        first = there.index(False)
        length = 0
        for step in range(WEEK + 1):
            at = (first + step) % WEEK
            if step < WEEK and there[at] and length < 24:
                length += 1
                continue
            if length:
                counted[(at - length) % WEEK, length] += 1
            length = 1 if step < WEEK and there[at] else 0
    alike: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for (begin, hours), agents in counted.items():
        alike[begin % 24, hours, agents].append(begin // 24)
    return [
        Shift(start=f"{begin:02}:00", hours=hours, agents=agents, days=[_DAYS[day] for day in sorted(which)])
        for (begin, hours, agents), which in sorted(alike.items())
    ]
