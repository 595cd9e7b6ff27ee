"""JSON for programs: who is on, pages to raise and answer, incidents to read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, queries, queries_incidents
from watchfloor.oncall.contracts import PageIn as Asked
from watchfloor.oncall.models import Incident, Page
from watchfloor.oncall.pages.parts import names

router = Router(tags=["on call"])
MOST = 100


class OnNowOut(Schema):
    """Who is on by a schedule; null: nobody. Times are UTC."""

    schedule: str
    name: str
    zone: str
    on: str | None
    person: UUID | None
    until: datetime | None
    next: str | None
    next_at: datetime | None


class OnCallOut(Schema):
    """All schedules."""

    schedules: list[OnNowOut]


class PageIn(Schema):
    """Page somebody. ``key``: one live page for each. ``escalation_policy`` empty: by the matrix. ``words`` are in no notification."""

    key: str = Field(min_length=1, max_length=200)
    severity: int = Field(ge=1, le=5)
    words: str = Field("", max_length=200)
    policy: str = Field("", max_length=60)
    market: str = Field("", max_length=12)
    escalation_policy: str = Field("", max_length=60)


class PageOut(Schema):
    """A page. ``policy`` and ``words`` are empty where the caller is not cleared for them."""

    id: str
    key: str
    about: Literal["escalation", "case", "spike", "delivery", "clock", "policy", "outside", "check", "manual"]
    state: Literal["raised", "acknowledged", "resolved"]
    severity: int
    policy: str
    market: str
    words: str
    times: int
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    resolved_at: datetime | None


class PagesOut(Schema):
    """Pages, the newest first."""

    pages: list[PageOut]


class IncidentOut(Schema):
    """An incident; what is written in it stays in the room."""

    id: str
    number: int
    title: str
    state: Literal["open", "closed"]
    severity: int
    opened_at: datetime
    closed_at: datetime | None
    reviewed_at: datetime | None
    evidence_held: bool


class IncidentsOut(Schema):
    """Incidents, the newest first."""

    incidents: list[IncidentOut]


@router.get("/oncall", response=OnCallOut, summary="Who is on call now, and next")
def on_call(request: HttpRequest) -> dict[str, Any]:
    """Needs ``oncall.view``."""
    needs(request, "oncall.view")
    return {"schedules": everyone()}


@router.get("/oncall/pages", response=PagesOut, summary="Read pages")
def pages(request: HttpRequest, state: str = "") -> dict[str, Any]:
    """Needs ``oncall.view``; limited to one's markets, severities and clearances."""
    actor = needs(request, "oncall.view")
    return {"pages": all_pages(actor, state)}


@router.post("/oncall/pages", response=PageOut, summary="Page who is on call")
def raise_page(request: HttpRequest, body: PageIn) -> dict[str, Any]:
    """Needs ``oncall.page``. A second call with the same key while the page is live only counts it up. 409 where the matrix has no line."""
    actor = needs(request, "oncall.page")
    with writing(actor) as w:
        row = actions.page(w, Asked(**body.dict()))
    if row is None:
        raise Conflict("no_line", "The matrix has no line for this.", hint="Name an escalation_policy.")
    return page_out(actor, row, own=True)


@router.post("/oncall/pages/{page_id}/acknowledge", response=PageOut, summary="Acknowledge a page")
def acknowledge(request: HttpRequest, page_id: str) -> dict[str, Any]:
    """Needs ``oncall.answer``."""
    actor = needs(request, "oncall.answer")
    return page_out(actor, actions.acknowledge(actor, ids.decode("page", page_id)))


@router.post("/oncall/pages/{page_id}/resolve", response=PageOut, summary="Resolve a page")
def resolve(request: HttpRequest, page_id: str) -> dict[str, Any]:
    """Needs ``oncall.answer``."""
    actor = needs(request, "oncall.answer")
    return page_out(actor, actions.resolve(actor, ids.decode("page", page_id)))


@router.get("/oncall/incidents", response=IncidentsOut, summary="Read incidents")
def incidents(request: HttpRequest, state: str = "") -> dict[str, Any]:
    """Needs ``oncall.view``; limited to one's markets, severities and clearances."""
    actor = needs(request, "oncall.view")
    rows = queries_incidents.visible(actor)
    return {"incidents": [_incident(row) for row in (rows.filter(state=state) if state else rows)[:MOST]]}


def everyone() -> list[dict[str, Any]]:
    """Who is on, as JSON has it."""
    found = queries.everyone_on()
    known = names(shift.person for each in found for shift in (each.now, each.next) if shift)
    return [
        {
            "schedule": each.schedule.key, "name": each.schedule.name, "zone": each.schedule.zone,
            "on": known.get(each.now.person) if each.now else None, "person": each.now.person if each.now else None,
            "until": each.now.end if each.now else None, "next": known.get(each.next.person) if each.next else None,
            "next_at": each.next.start if each.next else None,
        }
        for each in found
    ]  # fmt: skip


def all_pages(actor: Actor, state: str = "") -> list[dict[str, Any]]:
    """Pages an actor may see, as JSON has them."""
    rows = queries.visible_pages(actor).order_by("-raised_at", "-pk")
    return [page_out(actor, row) for row in (rows.filter(state=state) if state else rows)[:MOST]]


def page_out(actor: Actor, row: Page, *, own: bool = False) -> dict[str, Any]:
    """One page as JSON has it. ``own``: the caller has just said all of it."""
    readable = own or queries.may_read(actor, row)
    who = names([row.acknowledged_by]).get(row.acknowledged_by, "") if row.acknowledged_by else ""
    return {
        "id": ids.encode("page", row.pk), "key": row.key, "about": row.about, "state": str(row.state), "severity": row.severity,
        "policy": row.policy_key if readable else "", "market": (row.market or "") if readable else "",
        "words": row.words if readable else "", "times": row.times, "raised_at": row.raised_at, "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": who, "resolved_at": row.resolved_at,
    }  # fmt: skip


def _incident(row: Incident) -> dict[str, Any]:
    return {
        "id": ids.encode("inc", row.pk), "number": row.number, "title": row.title, "state": row.state, "severity": row.severity,
        "opened_at": row.opened_at, "closed_at": row.closed_at, "reviewed_at": row.reviewed_at, "evidence_held": row.held_at is not None,
    }  # fmt: skip
