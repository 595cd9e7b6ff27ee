"""What is known of a floor at a moment: forecasts, handle times, people, needs. Made by ``gathering``, kept as JSON, read by everything."""

from __future__ import annotations

from datetime import datetime

import msgspec

from watchfloor.engines.staffing.calibration import Choice, Crew, Fared, Handling, Hour, Pace, Shrinkage
from watchfloor.engines.staffing.simulation import Scenario
from watchfloor.insight.coming import Coming


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """One queue: the week ahead by the hour (168, UTC, from ``Base.monday``), how such forecasts fared, when its items are due (s)."""

    key: str
    name: str
    hours: list[Hour]
    fared: Fared | None
    handling: Handling
    due: float
    priority: int
    patience: float | None
    exposure: float
    choice: Choice


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """A floor. ``begin`` to ``end`` is the history it was read from.

    ``focus`` is the share of the time at work that went into items while items waited (the rest is other work and pauses between).
    ``worth`` is the share of a paid hour that goes into items (focus, less shrinkage). ``paid`` are full-time people that are needed by the
    hour, ``there`` those who usually are.
    """

    begin: datetime
    end: datetime
    monday: datetime
    queues: list[Queue]
    crews: list[Crew]
    heads: dict[str, int]
    handled: int
    fared: Fared | None
    shrinkage: Shrinkage | None
    paces: list[Pace]
    focus: float
    worth: float
    paid: list[float]
    there: list[float]
    scenario: Scenario
    coming: list[Coming] = []  # events of calendars that the forecast counts on


def short(base: Base) -> float:
    """Paid hours of the week that are missing where fewer are there than are needed."""
    return sum(max(0.0, need - there) for need, there in zip(base.paid, base.there, strict=True))
