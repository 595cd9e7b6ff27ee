"""The floor simulated item by item: queues, skills, shifts, breaks, budgets of exposure. Two programs, equal to the last digit."""

from watchfloor.engines.staffing.simulation import reference
from watchfloor.engines.staffing.simulation.changes import changed
from watchfloor.engines.staffing.simulation.fast import Compiled, replications
from watchfloor.engines.staffing.simulation.floor import Floor, build
from watchfloor.engines.staffing.simulation.outcome import Outcome, Range, difference, outcome
from watchfloor.engines.staffing.simulation.prices import Price, prices
from watchfloor.engines.staffing.simulation.scenario import Scenario, WhatIf
from watchfloor.engines.staffing.simulation.totals import Totals

__all__ = [
    "Compiled", "Floor", "Outcome", "Price", "Range", "Scenario", "Totals", "WhatIf", "build", "changed", "difference", "outcome",
    "prices", "reference", "replications",
]  # fmt: skip
