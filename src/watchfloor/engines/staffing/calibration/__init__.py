"""A floor read from its own history: what comes in, how long it takes, who is there; and which model fits which queue."""

from watchfloor.engines.staffing.calibration.floor import Crew, Seen, scenario
from watchfloor.engines.staffing.calibration.handling import Handled, Handling, Pace, handling, paces
from watchfloor.engines.staffing.calibration.models import Choice, choose, together
from watchfloor.engines.staffing.calibration.presence import Shrinkage, Stay, at_work, shifts, shrinkage
from watchfloor.engines.staffing.calibration.volume import Fared, Hour, Volume, ahead

__all__ = [
    "Choice", "Crew", "Fared", "Handled", "Handling", "Hour", "Pace", "Seen", "Shrinkage", "Stay", "Volume", "ahead",
    "at_work", "choose", "handling", "paces", "scenario", "shifts", "shrinkage", "together",
]  # fmt: skip
