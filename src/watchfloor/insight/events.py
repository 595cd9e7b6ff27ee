"""What people do on the floor's own pages."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class SolvePlanSaved(LedgerEvent, frozen=True, tag="solve_plan.saved"):
    """What a queue is to solve by the hour was changed; ``week`` is the sum of its week."""

    queue: str
    week: float


class HandoverWritten(LedgerEvent, frozen=True, tag="handover.written"):
    """A shift's note was begun or edited (its words are not here)."""

    site: str
    length: int


class HandoverSigned(LedgerEvent, frozen=True, tag="handover.signed"):
    """A shift's note is final; its facts are as they were then."""

    site: str
    facts: int


class OwnMetricSaved(LedgerEvent, frozen=True, tag="metric.saved"):
    """A team's own metric was made or changed; its definition is in its version."""

    key: str
    number: int
    kind: str


class OwnMetricArchived(LedgerEvent, frozen=True, tag="metric.archived"):
    """A team's own metric was put away (or, ``back``, taken out again)."""

    key: str
    back: bool = False


class OwnDimensionSaved(LedgerEvent, frozen=True, tag="dimension.saved"):
    """A team's own dimension was made, changed or put away: so many values of ``base`` have a group."""

    key: str
    base: str
    values: int
    archived: bool = False
