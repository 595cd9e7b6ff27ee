"""Loops: read the exchanges that are due, tell what was let go."""

from __future__ import annotations

from watchfloor.detection.exchanges import feedback, fetching
from watchfloor.platform.loops import loop


@loop("exchanges.fetch", idle=20.0)
def fetch() -> int:
    """One exchange a call."""
    return fetching.work()


@loop("exchanges.feedback", idle=20.0)
def tell() -> int:
    """What is due."""
    return feedback.send_due()
