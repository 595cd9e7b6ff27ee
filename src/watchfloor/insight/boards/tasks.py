"""Loops: send the boards that are due."""

from __future__ import annotations

from watchfloor.insight.boards import sending
from watchfloor.platform.loops import loop


@loop("boards.send", idle=15.0)
def send() -> int:
    """Claim and send."""
    return sending.send_due()
