"""The demo's staffing: the floor read from its own fortnight, this week's roster of each vendor, and a question about next week.

Everything is computed from the facts; only the question is made up, and its name says so.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import World
from watchfloor.kernel import clock
from watchfloor.staffing import bases, rostering, running, whatifs
from watchfloor.staffing.domain.week import monday
from watchfloor.staffing.domain.whatif import Fields

QUESTION: Final = "Half as much again on Thursday (simulated)"
THURSDAY: Final = 72.0  # hours from Monday


def after(scenario: Scenario, world: World) -> None:
    """Once the facts of the fortnight are written."""
    manager = world.roles["program_manager"]
    with clock.at(scenario.end):
        if bases.make().made_at is None:  # too little happened to plan by
            return
        for vendor in rostering.vendors(manager):
            row = rostering.ask(manager, vendor.key, monday(scenario.end.date()))
            while running.work():
                pass
            row.refresh_from_db()
            if row.state == "draft":
                rostering.publish(manager, row.pk, "As the solver left it (simulated)")
        if find_spec("numba") is not None:  # simulated by the extra `compute`
            whatifs.save(manager, QUESTION, Fields(volume=150, volume_from=THURSDAY, volume_hours=24))
            while running.work():
                pass
