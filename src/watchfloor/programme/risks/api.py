"""JSON for programs: the register, its indicators, the horizon and the calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.risks import access, domain, shown
from watchfloor.programme.risks.actions import coming, indicators, register
from watchfloor.programme.risks.domain import EventIn, IndicatorIn, RiskIn
from watchfloor.programme.risks.models import CalendarEvent

router = Router(tags=["programme"])
MOST = 1000


class RiskBody(Schema):
    """A risk: figures from 1 to 5; ``treatment``: reduce, avoid, transfer or accept; ``owner``: a person's id."""

    title: str
    cause: str = ""
    event: str
    effect: str = ""
    likelihood: int
    impact: int
    residual_likelihood: int
    residual_impact: int
    treatment: str = "reduce"
    plan: str = ""
    owner: str = ""
    market: str = ""
    vendor: str = ""
    review_on: date


class IndicatorBody(Schema):
    """A metric over the last hour, day or week; red lies beyond amber in the direction that is bad."""

    metric: str
    filters: dict[str, list[str]] = {}
    span: str = "day"
    amber: float
    red: float
    page: bool = False


class IndicatorOut(IndicatorBody):
    """An indicator with its value and state (unknown, green, amber, red)."""

    id: UUID
    risk: UUID
    value: float | None
    state: str
    since: datetime | None


class RiskOut(RiskBody):
    """A risk with its bands, whether its review is overdue, and its indicators."""

    id: UUID
    number: int
    band: str
    residual_band: str
    overdue: bool
    closed: bool
    indicators: list[IndicatorOut]


class RiskList(Schema):
    """The open ones by number (``closed=true``: the closed ones)."""

    risks: list[RiskOut]


class HorizonOut(Schema):
    """Something that comes nearer."""

    id: UUID
    kind: str
    title: str
    source: str
    impact: str
    action: str
    market: str | None
    on: date | None
    review_on: date
    overdue: bool


class HorizonList(Schema):
    """What is not dealt with, by day of review."""

    horizon: list[HorizonOut]


class CalendarBody(Schema):
    """An event of a market. ``uplift`` 0.3: thirty per cent more of the market's work while it lasts."""

    title: str
    kind: str
    market: str
    starts_at: datetime
    ends_at: datetime
    uplift: float = 0.0
    note: str = ""


class CalendarOut(CalendarBody):
    """An event of the calendar."""

    id: UUID
    cancelled: bool


class CalendarList(Schema):
    """What is not over yet, the next first."""

    events: list[CalendarOut]


@router.get("/programme/risks", response=RiskList, operation_id="risks")
def listed(request: HttpRequest, closed: bool = False) -> Any:
    """The register. Needs ``programme.view``."""
    rows = access.risks(needs(request, access.VIEW)).filter(closed_at__isnull=not closed).order_by("number")
    return {"risks": [shown.risk(row) for row in rows.prefetch_related("indicators")[:MOST]]}


@router.post("/programme/risks", response={201: RiskOut}, operation_id="writeRisk")
def write(request: HttpRequest, body: RiskBody) -> Any:
    """Write a risk down. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    with writing(actor) as w:
        row = register.write(w, actor, RiskIn(**body.dict()))
    return 201, shown.risk(row)


@router.get("/programme/risks/{uuid:risk_id}", response=RiskOut, operation_id="risk")
def one(request: HttpRequest, risk_id: UUID) -> Any:
    """One risk. Needs ``programme.view``."""
    return shown.risk(access.one(access.risks(needs(request, access.VIEW)), risk_id))


@router.put("/programme/risks/{uuid:risk_id}", response=RiskOut, operation_id="changeRisk")
def change(request: HttpRequest, risk_id: UUID, body: RiskBody) -> Any:
    """Write it anew; what it was stays in its history. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    with writing(actor) as w:
        row = register.change(w, actor, risk_id, RiskIn(**body.dict()))
    return shown.risk(row)


@router.post("/programme/risks/{uuid:risk_id}/indicators", response={201: IndicatorOut}, operation_id="watchRisk")
def watch(request: HttpRequest, risk_id: UUID, body: IndicatorBody) -> Any:
    """Watch a number for a risk. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    with writing(actor) as w:
        row = indicators.save(w, actor, risk_id, IndicatorIn(**body.dict()))
    return 201, shown.indicator(row)


@router.get("/programme/horizon", response=HorizonList, operation_id="horizon")
def horizon(request: HttpRequest) -> Any:
    """What comes nearer. Needs ``programme.view``."""
    rows = access.horizon(needs(request, access.VIEW)).filter(done_at=None).order_by("review_on", "pk")[:MOST]
    names = ("id", "kind", "title", "source", "impact", "action", "market", "on", "review_on")
    today = clock.now().date()
    return {
        "horizon": [{name: getattr(row, name) for name in names} | {"overdue": domain.overdue(row.review_on, today)} for row in rows]
    }  # fmt: skip


@router.get("/programme/calendar", response=CalendarList, operation_id="calendarEvents")
def calendar(request: HttpRequest, market: str = "") -> Any:
    """Events that are not over. Needs ``programme.view``."""
    rows = access.calendar(needs(request, access.VIEW)).filter(ends_at__gt=clock.now()).order_by("starts_at")
    return {"events": [_event(row) for row in (rows.filter(market=market[:12]) if market else rows)[:MOST]]}


@router.post("/programme/calendar", response={201: CalendarOut}, operation_id="writeCalendarEvent")
def write_event(request: HttpRequest, body: CalendarBody) -> Any:
    """Write an event down; the change log and staffing know of it from then on. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    with writing(actor) as w:
        row = coming.write_event(w, actor, EventIn(**body.dict()))
    return 201, _event(row)


def _event(row: CalendarEvent) -> dict[str, Any]:
    names = ("id", "title", "kind", "market", "starts_at", "ends_at", "uplift", "note")
    return {name: getattr(row, name) for name in names} | {"cancelled": row.cancelled_at is not None}
