"""Loops: public labels are published as the ledger tells of them; what was muted for a time wakes up."""

from __future__ import annotations

from watchfloor.interop.atproto import labelling, muting
from watchfloor.platform.loops import loop


@loop("atproto.labels", idle=1.0)
def labels() -> int:
    """Follow the ledger."""
    return labelling.follow()


@loop("atproto.unmute", idle=30)
def unmute() -> int:
    """What is due."""
    return muting.unmute_due()
