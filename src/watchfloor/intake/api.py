"""Quarantine for programs. (The hot paths are in ``asgi``.)"""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.identity.middleware import actor_of
from watchfloor.intake import quarantine

router = Router(tags=["intake"])


class Why(Schema):
    """Why a row is given up."""

    why: str


@router.get("/intake/quarantine", summary="Rows that could not be worked")
def listing(request: HttpRequest, kind: str = "", source: str = "", limit: int = 100) -> dict[str, Any]:
    """The oldest and most urgent first; ``total`` counts all that fit the filter. Needs ``intake.manage``."""
    needs(request, quarantine.PERMISSION)
    found = quarantine.rows(actor_of(request), kind=kind, source=source)
    shown = found[: max(1, min(limit, 1_000))]
    return {"total": found.count(), "rows": [msgspec.to_builtins(quarantine.aside(row)) for row in shown]}


@router.get("/intake/quarantine/{receipt}", summary="One of them, with its content")
def one(request: HttpRequest, receipt: str) -> dict[str, Any]:
    """The row and its body as text, if one may read it. Needs ``intake.manage``."""
    needs(request, quarantine.PERMISSION)
    actor = actor_of(request)
    row = quarantine.find(actor, receipt)
    return {**msgspec.to_builtins(quarantine.aside(row)), "body": quarantine.body_text(actor, row)}


@router.post("/intake/quarantine/{receipt}/replay", summary="Try one again")
def replay_one(request: HttpRequest, receipt: str) -> dict[str, int]:
    """Put it back into the line. Needs ``intake.manage``."""
    needs(request, quarantine.PERMISSION)
    row = quarantine.find(actor_of(request), receipt)
    return {"replayed": quarantine.replay(actor_of(request), [row.pk])}


@router.post("/intake/quarantine-replay", summary="Try all again")
def replay_all(request: HttpRequest) -> dict[str, int]:
    """Put all back into the line. Needs ``intake.manage``."""
    needs(request, quarantine.PERMISSION)
    return {"replayed": quarantine.replay(actor_of(request))}


@router.post("/intake/quarantine/{receipt}/discard", summary="Give one up, with a reason")
def discard(request: HttpRequest, receipt: str, body: Why) -> dict[str, str]:
    """Erase its content; the reason is kept in the ledger. Needs ``intake.manage``."""
    needs(request, quarantine.PERMISSION)
    row = quarantine.find(actor_of(request), receipt)
    quarantine.discard(actor_of(request), row.pk, body.why)
    return {"discarded": receipt}
