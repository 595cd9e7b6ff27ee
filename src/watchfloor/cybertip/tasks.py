"""Background loops: drafts of what was decided, the sending, the clock."""

from __future__ import annotations

from watchfloor.cybertip import drafts, sending, watching
from watchfloor.platform.loops import loop


@loop("cybertip.gather", idle=10)
def gather() -> int:
    """Make the drafts of what must be reported."""
    return drafts.gather()


@loop("cybertip.send", idle=2)
def send() -> int:
    """Take released reports to NCMEC."""
    return sending.send_due()


@loop("cybertip.watch", idle=5)
def watch() -> int:
    """Page for what is late."""
    return watching.watch()
