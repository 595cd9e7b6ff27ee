"""JSON: how exchanges fare, and reading one now. Banks and their entries have endpoints of their own; HMA's clients have the door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.detection.exchanges import actions, queries
from watchfloor.detection.exchanges.models import Exchange, Feedback, Record, Run
from watchfloor.identity.guard import needs

router = Router(tags=["exchanges"])


class ExchangeRunOut(Schema):
    """A reading of an exchange; ``whole``: everything was read again."""

    began_at: datetime
    ended_at: datetime | None
    state: str
    whole: bool
    pages: int
    added: int
    known: int
    removed: int
    kept_out: int
    bad: int
    problem: str


class ExchangeOut(Schema):
    """An exchange. ``records`` it holds now; ``waiting`` findings that nobody let go yet; credentials are never told."""

    name: str
    kind: str
    bank: str
    paused: bool
    every_minutes: int
    read_at: datetime | None
    records: int
    waiting: int
    last: ExchangeRunOut | None


@router.get("/exchanges", response=list[ExchangeOut], summary="List exchanges of hashes", operation_id="exchanges")
def all_exchanges(request: HttpRequest) -> list[dict[str, Any]]:
    """By name, those of banks one may know of. Needs ``exchange.manage``."""
    actor = needs(request, queries.MANAGES)
    return [_out(row) for row in queries.exchanges(actor)]


@router.post(
    "/exchanges/{name}/run", response={202: ExchangeOut}, summary="Read an exchange now", operation_id="exchange_run"
)
def read_now(request: HttpRequest, name: str) -> tuple[int, dict[str, Any]]:
    """A worker reads it as soon as it is free. Needs ``exchange.manage``."""
    row = queries.exchange(needs(request, queries.MANAGES), name)
    actions.ask_run(row)
    return 202, _out(row)


def _out(row: Exchange) -> dict[str, Any]:
    last = Run.objects.filter(exchange=row).order_by("-began_at").first()
    return {
        "name": row.name, "kind": row.kind, "bank": row.bank.key, "paused": row.paused_at is not None,
        "every_minutes": row.every_minutes, "read_at": row.checkpoint_at,
        "records": Record.objects.filter(exchange=row, gone_at=None).count(),
        "waiting": Feedback.objects.filter(exchange=row, state=Feedback.State.WAITING).count(),
        "last": {name: getattr(last, name) for name in ExchangeRunOut.model_fields} if last else None,
    }  # fmt: skip
