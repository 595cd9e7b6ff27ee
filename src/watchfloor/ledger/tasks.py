"""The ledger's loops."""

from __future__ import annotations

from watchfloor.ledger import sequencer
from watchfloor.platform.loops import loop


@loop("ledger.sequence", idle=0.2)
def sequence() -> int:
    """Committed events into the tree."""
    return sequencer.sequence()


@loop("ledger.checkpoint", idle=2.0)
def checkpoint() -> int:
    """A signed statement of size and root; at most one in two seconds."""
    sequencer.checkpoint()
    return 0
