"""The loop that keeps accounts' records."""

from __future__ import annotations

from watchfloor.detection.reputation import records
from watchfloor.platform.loops import loop


@loop("reputation.follow", idle=5.0)
def follow() -> int:
    """Read what was decided since."""
    return records.follow()
