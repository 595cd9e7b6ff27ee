"""JSON for programs: the house's budgets and the published figures of groups. There is no JSON about one person."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.workforce import api_certificates, api_shares, weeks, wellbeing
from watchfloor.workforce.domain.suppression import LEAST

router = Router(tags=["well-being"])
router.add_router("", api_certificates.router)
router.add_router("", api_shares.router)


class BudgetOut(Schema):
    """Minutes of exposure by severity (as text, as JSON keys are) for a day and a week, and when breaks are due."""

    scope: str
    day: dict[str, int]
    week: dict[str, int]
    reserve: int
    severe_break: int
    work_break: int
    break_minutes: int
    schedule: list[str]
    day_units: int
    filters: dict[str, bool]
    hold_filters: bool
    ask_from: int


class BudgetsOut(Schema):
    """All budgets of the house."""

    budgets: list[BudgetOut]


class FigureOut(Schema):
    """A figure of a whole week that stands for five people or more. ``amount``: milliseconds of exposure, else a number.

    ``vendor`` or ``team`` is ``several`` for what is left of groups that are too small to be told by themselves.
    """

    week: date
    measure: Literal["exposure", "breaks_planned", "breaks_taken", "step_backs", "opted_out"]
    severity: int
    vendor: str
    team: str
    amount: int
    people: int


class FiguresOut(Schema):
    """Published figures, the newest week first."""

    least: int
    figures: list[FigureOut]


@router.get("/wellbeing/budgets", response=BudgetsOut, summary="Read the budgets of exposure")
def budgets(request: HttpRequest) -> dict[str, Any]:
    """Needs ``wellbeing.view`` or ``wellbeing.manage``."""
    needs(request, "wellbeing.view", "wellbeing.manage")
    return {"budgets": all_budgets()}


@router.get("/wellbeing/weeks", response=FiguresOut, summary="Read the published figures of groups")
def figures(request: HttpRequest, weeks_back: int = 8, vendor: str = "") -> dict[str, Any]:
    """Needs ``wellbeing.view``; limited to one's own vendors where the grant is."""
    actor = needs(request, "wellbeing.view")
    return {"least": LEAST, "figures": all_figures(actor, weeks_back, vendor)}


def all_budgets() -> list[dict[str, Any]]:
    """The budgets of the house as JSON has them."""
    return [
        {
            "scope": house.scope, **msgspec.to_builtins(house.budget, str_keys=True), "filters": dict(house.filters),
            "hold_filters": house.hold_filters, "ask_from": house.ask_from,
        }
        for house in wellbeing.houses().values()
    ]  # fmt: skip


def all_figures(actor: Actor, weeks_back: int, vendor: str) -> list[dict[str, Any]]:
    """The figures an actor may see, as JSON has them."""
    found = weeks.figures(actor, weeks=min(max(weeks_back, 1), 104), vendor=vendor)
    return [msgspec.structs.asdict(figure) for figure in found]
