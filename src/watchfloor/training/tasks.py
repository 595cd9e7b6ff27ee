"""Background loops of training: exams end when their time is over, whether or not somebody looks."""

from __future__ import annotations

from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop
from watchfloor.training import sittings


@loop("training.exams", idle=15)
def exams() -> int:
    """End exams whose time is over."""
    with writing(system("training")) as w:
        return sittings.finish_overdue(w)
