"""The endless work of quality: decisions go by and some are drawn."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.quality.actions import drawing


@loop("quality.draw", idle=60.0)
def draw() -> int:
    """Go on drawing; returns how many decisions went by."""
    return drawing.draw()
