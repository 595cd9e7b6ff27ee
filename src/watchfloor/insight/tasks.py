"""Loops: keep the facts up with the ledger, and their files few."""

from __future__ import annotations

from watchfloor.insight import facts, wall
from watchfloor.insight.rollups import care
from watchfloor.platform.loops import loop


@loop("insight.export", idle=2.0)
def export() -> int:
    """Flatten what the sequencer has hashed in."""
    return facts.export()


@loop("insight.compact", idle=60.0)
def compact() -> int:
    """Merge the small files of crowded hours."""
    return facts.compact()


@loop("insight.rollups", idle=5.0)
def roll_up() -> int:
    """Keep the roll-ups of a big lake up with its facts."""
    return care.keep_up()


@loop("insight.wall", idle=1.0)
def floor_wall() -> int:
    """Count a big floor again while somebody looks at it."""
    return wall.keep_up()
