"""JSON for programs: interventions are written down, read and measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.ledger.writer import writing
from watchfloor.programme.interventions import access, actions, money, queries, words
from watchfloor.programme.interventions.domain import Planned
from watchfloor.programme.interventions.models import Intervention

router = Router(tags=["programme"])


class InterventionIn(Schema):
    """What is done, and what it should do: ``expected_change`` -0.3 is thirty per cent less than without. ``about``: ``spike:<id>`` ..."""

    title: str
    metric: str
    expected_change: float
    happened_at: datetime
    measure_on: datetime
    filters: dict[str, list[str]] = {}
    by: str = ""
    others: list[str] = []
    about: str = ""
    note: str = ""


class InterventionMoney(Schema):
    """An amount by the month with its interval."""

    currency: str
    estimate: float
    low: float
    high: float


class InterventionResult(Schema):
    """A result: per step (hour, day or week), with its interval; the numbers are null where nothing can be told (``why``).

    ``money``: agent work by the month at the rates of contracts then in force, for who may see those; its ends hold the rates' range.
    """

    outcome: str
    said: str
    method: str
    step: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    p: float | None
    relative: float | None
    enough: bool
    why: str
    placebo_false: float | None
    placebo_p: float | None
    money: InterventionMoney | None


class InterventionOut(Schema):
    """An intervention. ``outcome``: reversed, partly, not_reversed, unknown, or empty before it was measured."""

    id: UUID
    title: str
    metric: str
    filters: dict[str, list[str]]
    expected_change: float
    happened_at: datetime
    measure_on: datetime
    about: str
    state: str
    outcome: str
    result: InterventionResult | None


class InterventionList(Schema):
    """The newest first."""

    interventions: list[InterventionOut]


@router.get("/programme/interventions", response=InterventionList, operation_id="interventions")
def listed(request: HttpRequest, outcome: str = "", about: str = "", metric: str = "") -> Any:
    """The log, the newest first. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    return {
        "interventions": [
            _out(actor, row) for row in queries.log(actor, outcome=outcome[:20], about=about[:120], metric=metric[:80])
        ]
    }


@router.post("/programme/interventions", response={201: InterventionOut}, operation_id="beginIntervention")
def begin(request: HttpRequest, body: InterventionIn) -> Any:
    """Write one down; it is measured on its day. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    with writing(actor) as w:
        row = actions.begin(w, actor, Planned(**body.dict()))
    return 201, _out(actor, row)


@router.get("/programme/interventions/{uuid:intervention_id}", response=InterventionOut, operation_id="intervention")
def one(request: HttpRequest, intervention_id: UUID) -> Any:
    """One of them. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    return _out(actor, queries.one(actor, intervention_id))


@router.post(
    "/programme/interventions/{uuid:intervention_id}/measure",
    response=InterventionOut,
    operation_id="measureIntervention",
)
def measure(request: HttpRequest, intervention_id: UUID) -> Any:
    """Measure it as far as facts reach now. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    row = queries.one(actor, intervention_id, access.EDIT)
    with writing(actor) as w:
        row = actions.measure(w, row)
    return _out(actor, row)


def _out(actor: Actor, row: Intervention) -> dict[str, Any]:
    found = queries.result(row)
    names = ("id", "title", "metric", "filters", "expected_change", "happened_at", "measure_on", "about", "outcome")
    shown: dict[str, Any] = {name: getattr(row, name) for name in names} | {"state": str(row.state), "result": None}
    if found is not None:
        told = found.effect
        month = money.a_month(found) if money.may_see(actor, row) else None
        alike = ("method", "estimate", "low", "high", "level", "p", "relative", "enough", "why")
        shown["result"] = {
            "outcome": found.outcome, "said": words.verdict(found, row.metric), "step": found.step,
            **{name: getattr(told, name) for name in alike}, "placebo_false": told.placebo.false, "placebo_p": told.placebo.p,
            "money": None if month is None else dict(zip(("estimate", "low", "high"), month, strict=True)) | {"currency": found.currency},
        }  # fmt: skip
    return shown
