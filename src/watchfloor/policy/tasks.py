"""Background loops of policy: scheduled versions start at their hour."""

from __future__ import annotations

from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop
from watchfloor.policy import actions


@loop("policy.start", idle=15)
def start() -> int:
    """Put versions into force whose hour has come."""
    with writing(system("policy")) as w:
        return actions.start_due(w)
