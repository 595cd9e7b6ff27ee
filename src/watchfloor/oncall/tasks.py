"""Background loops of on-call: take the steps that are due, make the calls."""

from __future__ import annotations

from watchfloor.oncall import calling, checks, firing, updates
from watchfloor.platform.loops import loop


@loop("oncall.steps", idle=1.0)
def steps() -> int:
    """Take the next step of a page that nobody has acknowledged in time."""
    return firing.fire_due()


@loop("oncall.calls", idle=1.0)
def calls() -> int:
    """Make a call that is due."""
    return calling.call_due()


@loop("oncall.check", idle=2.0)
def check() -> int:
    """Ask the outside whether paging works, or say that nobody answered."""
    return checks.turn()


@loop("oncall.updates", idle=2.0)
def send_updates() -> int:
    """Mail an update that was approved."""
    return updates.send_due()
