"""Loops: the floor is read from its history once a day; what-ifs and rosters that were asked for are computed."""

from __future__ import annotations

from watchfloor.platform.loops import WORK, loop
from watchfloor.staffing import bases, running


@loop("staffing.base", idle=5.0, place=WORK)
def read_the_floor() -> int:
    """A base where one is due or wanted."""
    return bases.work()


@loop("staffing.run", idle=1.0, place=WORK)
def compute() -> int:
    """What-ifs and rosters."""
    return running.work()
