"""Loops: sites' models learn what was submitted; help desks are asked for their history."""

from __future__ import annotations

from watchfloor.interop import teaching
from watchfloor.interop.history import pulling
from watchfloor.platform.loops import WORK, loop


@loop("interop.learn", idle=1.0, place=WORK)
def learn() -> int:
    """Learn what waits."""
    return teaching.learn()


@loop("interop.history", idle=30)
def history() -> int:
    """Ask one source that is due."""
    return pulling.pull_due()
