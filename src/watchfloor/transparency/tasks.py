"""Loops: statements to the Transparency Database, and reports that were asked for."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.transparency import reporting, submitting


@loop("transparency.take_up", idle=5.0)
def take_up() -> int:
    """Check what was stated since."""
    return submitting.take_up()


@loop("transparency.send", idle=5.0)
def send() -> int:
    """Send what waits, when an endpoint is set."""
    return submitting.send_due()


@loop("transparency.reports", idle=3.0)
def reports() -> int:
    """Make a report that was asked for."""
    return reporting.work()
