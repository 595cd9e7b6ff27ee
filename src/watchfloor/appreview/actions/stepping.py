"""Graded steps against an app or one of its tokens, each with its inverse; the platform is told of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watchfloor.appreview import events
from watchfloor.appreview.actions import wire
from watchfloor.appreview.domain.violations import checked
from watchfloor.appreview.models import ApiApp, AppStep
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

# From mild to grave; the platform undoes a step by the word after it.
STEPS = {
    "warn": "unwarn",
    "limit_writes": "unlimit_writes",
    "suspend_token": "restore_token",
    "suspend_app": "restore_app",
}
ORDER = list(STEPS)


def take(
    w: Writer, actor: Actor, app: ApiApp, kind: str, *, why: str, violations: Sequence[str] = (), limit: int | None = None,
    token: str = "",
) -> AppStep:  # fmt: skip
    """Take a step. ``limit``: writes a day, for limit_writes; ``token``: the platform's name of it, for suspend_token.

    Raises:
        BadInput: an unknown step, no reason, no violation, or what the step needs is missing.
        Conflict: the app is not approved, or the same step is in force.
    """
    app = ApiApp.objects.select_for_update().get(pk=app.pk)
    if kind not in STEPS:
        raise BadInput("unknown_step", "Choose a step.", where="kind", hint=f"One of: {', '.join(STEPS)}.")
    if not why.strip():
        raise BadInput("say_why", "Say why; the developer reads it.", where="why")
    ids = checked(violations)
    if not ids:
        raise BadInput("no_violation", "Choose at least one violation.", where="violations")
    if kind == "limit_writes" and (limit is None or not 0 <= limit < 2**53):
        raise BadInput("no_limit", "Say how many writes a day are left.", where="limit")
    if kind == "suspend_token" and not 0 < len(token.strip()) <= 200:
        raise BadInput("no_token", "Say which token.", where="token")
    if app.state != ApiApp.State.APPROVED:
        raise Conflict("not_running", "Only an approved app can be stopped.")
    name = token.strip() if kind == "suspend_token" else ""
    if app.steps.filter(kind=kind, token=name, undone_at=None).exists():
        raise Conflict("in_force", "This step is in force already.")
    row = w.create(
        AppStep, app=app, kind=kind, token=name, limit=limit if kind == "limit_writes" else None, violations=ids,
        why=why.strip()[:5000], by=str(actor), at=clock.now(),
    )  # fmt: skip
    w.update(app, step=_gravest(app))
    w.event(events.AppStepTaken(kind=kind, violations=ids), row)
    wire.tell_step(w, app, row, undo=False)
    return row


def undo(w: Writer, actor: Actor, step_id: Any, *, why: str) -> AppStep:
    """Take a step back. Steps beneath it that are still in force go on."""
    row = AppStep.objects.select_for_update().filter(pk=step_id).first()
    if row is None:
        raise NotFound("unknown_step", "There is no such step.")
    if row.undone_at is not None:
        raise Conflict("undone", "This step was taken back already.")
    if not why.strip():
        raise BadInput("say_why", "Say why it is taken back.", where="why")
    app = ApiApp.objects.select_for_update().get(pk=row.app_id)
    w.update(row, undone_at=clock.now(), undone_by=str(actor), undone_why=why.strip()[:5000])
    w.update(app, step=_gravest(app))
    w.event(events.AppStepUndone(kind=row.kind), row)
    wire.tell_step(w, app, row, undo=True)
    return row


def _gravest(app: ApiApp) -> str:
    kinds = set(app.steps.filter(undone_at=None).values_list("kind", flat=True))
    return max(kinds, key=ORDER.index, default="")
