"""``/c/exchanges...``: which exchanges are followed and how they fare; a client may pause one. Setting one up is the console's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from watchfloor.detection.exchanges import actions
from watchfloor.detection.exchanges.hma import names
from watchfloor.detection.exchanges.hma.answers import Abort, body
from watchfloor.detection.exchanges.kinds import KINDS
from watchfloor.detection.exchanges.models import Exchange, Record, Run
from watchfloor.identity.domain import Actor
from watchfloor.ledger.writer import writing


def exchanges(actor: Actor, request: HttpRequest) -> list[str]:
    """Their names."""
    return [row.name for row in _visible(actor)]


def exchange(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """One: HMA's members, and the kind's own settings. Credentials are never told."""
    return _as_json(_one(actor, name))


def status(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """How it fares, in HMA's members."""
    row = _one(actor, name)
    running = Run.objects.filter(exchange=row, state=Run.State.RUNNING).order_by("-began_at").first()
    last = Run.objects.filter(exchange=row).exclude(state=Run.State.RUNNING).order_by("-began_at").first()
    return {
        "checkpoint_ts": int(row.checkpoint_at.timestamp()) if row.checkpoint_at else None,
        "running_fetch_start_ts": int(running.began_at.timestamp()) if running else None,
        "last_fetch_complete_ts": int(last.ended_at.timestamp()) if last and last.ended_at else None,
        "last_fetch_succeeded": last.state == Run.State.DONE if last else None,
        "up_to_date": bool(last and last.state == Run.State.DONE),
        "fetched_items": Record.objects.filter(exchange=row, gone_at=None).count(),
    }


def update(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """``enabled``: followed, or paused."""
    row, enabled = _one(actor, name), body(request).get("enabled")
    if enabled is not None:
        with writing(actor, reason="through the HMA door") as w:
            row = actions.pause(w, row, "through the HMA door", back=bool(enabled))
    return _as_json(row)


def apis(actor: Actor, request: HttpRequest) -> list[str]:
    """The kinds there are."""
    return list(KINDS)


def api(actor: Actor, request: HttpRequest, name: str) -> dict[str, bool]:
    """Whether a kind takes credentials, and whether some exchange of it has them."""
    if name not in KINDS:
        raise Abort(400, f"no such Exchange API '{name}'")
    has = any(row.kind == name and row.secret is not None for row in _visible(actor))
    return {"supports_authentification": bool(KINDS[name].secrets), "has_set_authentification": has}


def schema(actor: Actor, request: HttpRequest, name: str) -> dict[str, Any]:
    """The fields of a kind's settings and credentials."""
    if name not in KINDS:
        raise Abort(404, f"Exchange API '{name}' not found")
    kind = KINDS[name]

    def fields(given: Any) -> dict[str, Any]:
        return {
            "fields": [
                {"name": each.name, "type": each.type, "required": each.required, "default": None, "help": each.help,
                 "choices": list(each.choices) or None}
                for each in given
            ]
        }  # fmt: skip

    return {
        "config_schema": fields(kind.settings),
        "credentials_schema": fields(kind.secrets) if kind.secrets else None,
    }


def _visible(actor: Actor) -> list[Exchange]:
    banks = [bank.pk for bank in names.banks_of(actor).values()]
    return list(Exchange.objects.filter(archived_at=None, bank_id__in=banks).select_related("bank").order_by("name"))


def _one(actor: Actor, name: str) -> Exchange:
    found = next((row for row in _visible(actor) if row.name == name), None)
    if found is None:
        raise Abort(404, f"Exchange '{name}' not found")
    return found


def _as_json(row: Exchange) -> dict[str, Any]:
    return {"name": row.name, "api": row.kind, "enabled": row.paused_at is None, **row.settings}
