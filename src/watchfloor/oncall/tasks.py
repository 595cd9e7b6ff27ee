"""Background loops of on-call: take the steps that are due, make the calls."""

from __future__ import annotations

from watchfloor.oncall import calling, firing
from watchfloor.platform.loops import loop


@loop("oncall.steps", idle=1.0)
def steps() -> int:
    """Take the next step of a page that nobody has acknowledged in time."""
    return firing.fire_due()


@loop("oncall.calls", idle=1.0)
def calls() -> int:
    """Make a call that is due."""
    return calling.call_due()
