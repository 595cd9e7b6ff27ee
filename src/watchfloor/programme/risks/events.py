"""What happens to risks, as the ledger says it. Titles and texts stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class OfRisk(LedgerEvent, frozen=True, kw_only=True, tag="risk.base"):
    """The dimensions of everything that happens to a risk."""

    market: str = ""
    vendor: str = ""


class RiskWritten(OfRisk, frozen=True, kw_only=True, tag="risk.written"):
    """A risk was written down, changed, looked through, closed or opened again (``step``)."""

    step: str
    likelihood: int
    impact: int
    residual_likelihood: int
    residual_impact: int
    treatment: str


class ControlSet(OfRisk, frozen=True, kw_only=True, tag="risk.control"):
    """A control was set, tried (``works``) or removed."""

    works: str
    removed: bool = False


class IndicatorSet(OfRisk, frozen=True, kw_only=True, tag="risk.indicator"):
    """An indicator was set, changed or removed."""

    metric: str
    where: dict[str, list[str]]
    amber: float
    red: float
    removed: bool = False


class IndicatorTurned(OfRisk, frozen=True, kw_only=True, tag="risk.indicator_turned"):
    """An indicator's state is another than before."""

    metric: str
    where: dict[str, list[str]]
    before: str
    state: str
    value: float | None


class HorizonWritten(LedgerEvent, frozen=True, kw_only=True, tag="horizon.written"):
    """Something on the horizon was written down, changed, or done with."""

    kind: str
    market: str = ""
    done: bool = False


class CalendarWritten(LedgerEvent, frozen=True, kw_only=True, tag="calendar.written"):
    """An event of the calendar was written down, changed or cancelled."""

    kind: str
    market: str
    starts_at: str
    ends_at: str
    uplift: float
    cancelled: bool = False


class PracticeAssessed(LedgerEvent, frozen=True, kw_only=True, tag="practice.assessed"):
    """How far a practice is lived was assessed."""

    practice: str
    level: int
