"""Loops: keep the facts up with the ledger, and their files few."""

from __future__ import annotations

from watchfloor.insight import facts, wall
from watchfloor.platform.loops import loop


@loop("insight.export", idle=2.0)
def export() -> int:
    """Flatten what the sequencer has hashed in."""
    return facts.export()


@loop("insight.compact", idle=60.0)
def compact() -> int:
    """Merge the small files of crowded hours."""
    return facts.compact()


@loop("insight.wall", idle=1.0)
def floor_wall() -> int:
    """Count a big floor again while somebody looks at it."""
    return wall.keep_up()
