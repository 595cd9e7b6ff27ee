"""Loop: look at each hour when it has closed."""

from __future__ import annotations

from watchfloor.insight.spikes import watch
from watchfloor.platform.loops import loop


@loop("insight.spikes", idle=20.0)
def watch_hours() -> int:
    """The hours that closed since."""
    return watch.work()
