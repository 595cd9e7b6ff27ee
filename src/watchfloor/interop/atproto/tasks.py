"""Loops: public labels are published as the ledger tells of them; what has an end is ended."""

from __future__ import annotations

from watchfloor.interop.atproto import labelling, muting
from watchfloor.interop.atproto.methods import sessions
from watchfloor.platform.loops import loop


@loop("atproto.labels", idle=1.0)
def labels() -> int:
    """Follow the ledger."""
    return labelling.follow()


@loop("atproto.due", idle=30)
def due() -> int:
    """What was muted wakes up; sessions that are over go."""
    return muting.unmute_due() + sessions.sweep()
