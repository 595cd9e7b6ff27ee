"""The loop that looks for campaigns."""

from __future__ import annotations

from watchfloor.detection.campaigns import growing
from watchfloor.detection.campaigns.acting import finding
from watchfloor.platform.loops import loop


@loop("campaigns.act", idle=900.0)
def act() -> int:
    """Look for accounts that act or report together, over the last days at once."""
    finding.look()
    return 0


@loop("campaigns.grow", idle=120.0)
def grow() -> int:
    """Hold what was reported and flagged in the last days together. Everything at once, so there is nothing left to be called again for."""
    growing.grow()
    return 0
