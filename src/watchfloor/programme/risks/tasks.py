"""Loops: indicators of risks are looked at."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.programme.risks import watching


@loop("programme.indicators", idle=30)
def watch() -> int:
    """One indicator whose time has come."""
    return watching.one_due()
