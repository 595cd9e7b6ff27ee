"""What happens to interventions, as the ledger says it; their titles stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class InterventionBegun(LedgerEvent, frozen=True, kw_only=True, tag="intervention.begun"):
    """An intervention was written down, with what it should do by when; or written anew before it was measured."""

    metric: str
    where: dict[str, list[str]]
    expected_change: float
    acted_at: str
    due_at: str
    concerns: str
    owner: str


class InterventionMeasured(LedgerEvent, frozen=True, kw_only=True, tag="intervention.measured"):
    """It was measured. ``outcome``: reversed | partly | not_reversed | unknown; the estimate is per step, with its interval."""

    metric: str
    where: dict[str, list[str]]
    outcome: str
    method: str
    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    again: bool


class InterventionWithdrawn(LedgerEvent, frozen=True, kw_only=True, tag="intervention.withdrawn"):
    """It was not done after all (``withdrawn`` false: it was)."""

    metric: str
    withdrawn: bool
