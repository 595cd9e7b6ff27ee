"""The loop of the doors: sites' models learn what was submitted."""

from __future__ import annotations

from watchfloor.interop import teaching
from watchfloor.platform.loops import loop


@loop("interop.learn", idle=1.0)
def learn() -> int:
    """Learn what waits."""
    return teaching.learn()
