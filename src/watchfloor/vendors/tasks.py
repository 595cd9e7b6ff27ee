"""Loops: minutes go out by mail."""

from __future__ import annotations

from watchfloor.platform.loops import loop
from watchfloor.vendors import mailing


@loop("vendors.mail", idle=10)
def mail() -> int:
    """One check-in that is due to be mailed."""
    return mailing.send_due()
