"""The loop that forgets what people showed of themselves, when its time is over."""

from __future__ import annotations

from watchfloor.detection.likeness import checks
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop


@loop("identity.forget", idle=60.0)
def forget() -> int:
    """Erase the evidence that is due."""
    if not checks.due(clock.now()).exists():
        return 0
    with writing(system("identity"), reason="the time for evidence is over") as w:
        return checks.forget_due(w)
