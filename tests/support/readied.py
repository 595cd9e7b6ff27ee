"""Work as the lake sees it, without the floor beneath: events that carry what jobs carry."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from watchfloor.identity.domain import system
from watchfloor.insight import facts
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing


class Readied(LedgerEvent, tag="test.readied"):
    """Carries what ``job.ready`` or ``job.decided`` carries."""

    queue: str = "q1"
    market: str = "US"
    vendor: str = ""
    reviewer: str = ""
    team: str = ""
    clearance: str = ""
    severity: int = 2
    policy: str = "spam"
    cause: str = "new"
    solves: bool = True
    active_total_ms: int = 0
    late_ms: int = 0
    in_time: bool = True
    kind: str = "review"


def happen(count: int, at: datetime, *, type_: str = "job.ready", **dims: Any) -> None:
    """So many of one kind within an hour."""
    with writing(system("test")) as w:
        for number in range(count):
            with clock.at(at + number * timedelta(seconds=30)):
                made = w.event(Readied(**dims), ("job", f"{type_}-{at:%m%d%H}-{number}-{dims}"))
                made.type = type_


def settle() -> None:
    """Sequenced, and in the lake."""
    sequencer.catch_up()
    facts.export()
