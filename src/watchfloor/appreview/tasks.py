"""The endless work of app review: the days of apps are counted when they are over."""

from __future__ import annotations

from watchfloor.appreview import telemetry
from watchfloor.platform.loops import loop


@loop("appreview.telemetry", idle=120.0)
def count_days() -> int:
    """Whole days into figures; an app that is out of line is reopened."""
    telemetry.count_due()
    return 0
