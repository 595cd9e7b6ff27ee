"""JSON for programs: how right decisions are, what the scorecard says, what calibration sessions came to. Reading only."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.engines.agreement import Cell, Share
from watchfloor.identity.guard import needs
from watchfloor.kernel.errors import NotFound
from watchfloor.quality.models import RoundAnswer, RoundItem
from watchfloor.quality.queries import figures, rounds
from watchfloor.quality.queries.figures import Filters
from watchfloor.quality.queries.marks import scores

router = Router(tags=["quality"])
Days = Literal[7, 28, 90, 365]


class QualityShareOut(Schema):
    """A share of all decisions with its 95 % interval; ``looks`` in its base. Without looks it says nothing."""

    share: float
    low: float
    high: float
    looks: int


class QualityCellOut(Schema):
    """One cell; an empty ``policy`` or ``other`` is all of them. ``noise``: no difference can be read from it."""

    policy: str
    other: str
    looks: int
    wrong: int
    noise: bool
    accuracy: QualityShareOut
    critical: QualityShareOut
    precision: QualityShareOut
    recall: QualityShareOut
    over: QualityShareOut
    under: QualityShareOut


class QualityCellsOut(Schema):
    """All cells."""

    cells: list[QualityCellOut]


class ScoreOut(Schema):
    """The scorecard's figures of one cell; an empty key is all together."""

    key: str
    marked: int
    failed: int
    score: QualityShareOut
    passes: QualityShareOut


class ScoresOut(Schema):
    """All of them."""

    scores: list[ScoreOut]


class CoefficientOut(Schema):
    """A coefficient of agreement; no value where everybody said the same."""

    name: str
    value: float | None
    low: float | None
    high: float | None


class RoundSiteOut(Schema):
    """A site of a session; ``lean`` above 0 is stricter than what is right. Null where nothing can be told."""

    site: str
    people: int
    answers: int
    right: list[float] | None
    lean: list[float] | None


class RoundOut(Schema):
    """A calibration session and what came out of it so far. Intervals are value, low, high."""

    id: UUID
    title: str
    state: str
    people: int
    answered: int
    agreement: list[CoefficientOut]
    sites: list[RoundSiteOut]


class RoundsOut(Schema):
    """Sessions, the newest first."""

    rounds: list[RoundOut]


@router.get(
    "/quality/cells", response=QualityCellsOut, summary="Read how right decisions are", operation_id="quality_cells"
)
def cells(
    request: HttpRequest, across: Literal["market", "vendor", "origin", "queue"] = "market", days: Days = 28, policy: str = "",
    market: str = "", vendor: str = "",
) -> Any:  # fmt: skip
    """Policies by markets, vendors, queues, or people and rules, of the decisions one may know of. Needs ``quality.view``."""
    actor = needs(request, "quality.view")
    rows = figures.looks_of(actor, Filters(days=days, policy=policy, market=market, vendor=vendor))
    found = figures.heat(rows, "policy", across)
    return {"cells": [_cell(key, cell) for key, cell in sorted(found.items())]}


@router.get(
    "/quality/scores", response=ScoresOut, summary="Read what the scorecard says", operation_id="quality_scores"
)
def scorecard(
    request: HttpRequest, by: Literal["vendor", "policy", "market", "queue"] = "vendor", days: Days = 28
) -> Any:
    """The mean score and the share that passes. Needs ``quality.manage``."""
    actor = needs(request, "quality.manage")
    return {"scores": [
        {"key": row.key, "marked": row.marked, "failed": row.failed, "score": _share(row.score), "passes": _share(row.passes)}
        for row in scores(actor, Filters(days=days), by)
    ]}  # fmt: skip


@router.get(
    "/quality/calibrations",
    response=RoundsOut,
    summary="Read calibration sessions",
    operation_id="quality_calibrations",
)
def calibrations(request: HttpRequest) -> Any:
    """Those one runs, the newest fifty. Needs ``quality.manage``."""
    actor = needs(request, "quality.manage")
    return {"rounds": [_round(row) for row in rounds.visible(actor).order_by("-made_at")[:50]]}


@router.get(
    "/quality/calibrations/{round_id}", response=RoundOut, summary="Read a calibration session",
    operation_id="quality_calibration",
)  # fmt: skip
def calibration(request: HttpRequest, round_id: UUID) -> Any:
    """One of them. Needs ``quality.manage``."""
    actor = needs(request, "quality.manage")
    row = rounds.visible(actor).filter(pk=round_id).first()
    if row is None:
        raise NotFound("unknown_round", "There is no such session.")
    return _round(row)


def _round(row: Any) -> dict[str, Any]:
    answers = list(RoundAnswer.objects.filter(item__round=row))
    found = rounds.outcome(RoundItem.objects.filter(round=row), answers)
    return {
        "id": row.pk, "title": row.title, "state": row.state, "people": len(row.people),
        "answered": len({answer.person for answer in answers}),
        "agreement": [{"name": one.name, "value": one.value, "low": one.low, "high": one.high}
                      for one in (found.alike, found.alpha, found.ac1)],
        "sites": [{"site": one.site, "people": one.people, "answers": one.answers, "right": _interval(one.right),
                   "lean": _interval(one.lean)} for one in found.sites],
    }  # fmt: skip


def _interval(found: Any) -> list[float] | None:
    return None if found is None else [found.value, found.low, found.high]


def _share(found: Share) -> dict[str, Any]:
    return {"share": found.share, "low": found.low, "high": found.high, "looks": found.looks}


def _cell(key: tuple[str, str], cell: Cell) -> dict[str, Any]:
    shares = ("accuracy", "critical", "precision", "recall", "over", "under")
    return {
        "policy": key[0], "other": key[1], "looks": cell.looks, "wrong": cell.wrong, "noise": cell.noise,
        **{name: _share(getattr(cell, name)) for name in shares},
    }  # fmt: skip
