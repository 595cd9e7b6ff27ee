"""A small base of staffing, for tests that need one and not how it is read."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from tests.support.staffed import END

from watchfloor.engines.staffing.calibration import Crew, Hour, Seen, choose, handling, scenario
from watchfloor.engines.staffing.calibration.handling import Handled
from watchfloor.engines.staffing.simulation import scenario as of
from watchfloor.staffing.bases import Newest
from watchfloor.staffing.domain.base import Base, Queue


def base() -> Newest:
    """One queue, one vendor of five: three people needed by day, one by night."""
    times = handling([Handled("hate.en", 100.0 + place % 9) for place in range(40)])[0]
    items = [12.0 if 6 <= hour % 24 < 22 else 6.0 for hour in range(168)]
    crew = Crew(name="acme", people=[2.0] * 168, vendor="acme")
    choice = choose(of.Queue(name="hate.en", arrivals=items, aht=times.mean, due="4h"), shared=False)
    queue = Queue(
        key="hate.en", name="Hate, English", hours=[Hour(each, each / 2, each * 2) for each in items], fared=None, handling=times,
        due=4 * 3600.0, priority=1, patience=None, exposure=0.5, choice=choice,
    )  # fmt: skip
    week = scenario([Seen(name="hate.en", arrivals=items, handling=times, due=4 * 3600.0)], [crew], monday=END)
    made = Base(
        begin=END - timedelta(days=21), end=END, monday=END, queues=[queue], crews=[crew], heads={"acme": 5, "zeta": 2}, handled=40,
        fared=None, shrinkage=None, paces=[], focus=0.5, worth=0.5, paid=[3.0 if 6 <= hour % 24 < 22 else 1.0 for hour in range(168)],
        there=[2.0] * 168, scenario=week,
    )  # fmt: skip
    return Newest(UUID(int=1), made, "", False)
