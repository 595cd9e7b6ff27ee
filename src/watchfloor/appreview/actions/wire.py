"""What the platform is told of apps: decisions and steps, through the same outbox and endpoints as actions (topic ``app``)."""

from __future__ import annotations

from watchfloor.appreview.links import developer_link
from watchfloor.appreview.models import ApiApp, AppDecision, Application, AppStep
from watchfloor.enforcement import messages
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import Writer


def tell_decision(w: Writer, app: ApiApp, row: Application, decision: AppDecision) -> None:
    """What an app may do from now on, or that it may not, or that an answer is awaited."""
    key = encode("appdec", decision.pk)
    payload = messages.of_app(
        app.external_id, step=decision.kind, undo=False, id=key, scopes=list(decision.scopes), daily_limit=decision.daily_limit,
        violations=list(decision.violations), link=developer_link(app),
    )  # fmt: skip
    w.send("app", lane=f"app:{app.pk}", key=key, payload=payload, subject=f"application:{row.pk}")


def tell_step(w: Writer, app: ApiApp, step: AppStep, *, undo: bool) -> None:
    """Do the step, or (``undo``) take it off."""
    key = encode("appstep", step.pk)
    payload = messages.of_app(
        app.external_id, step=step.kind, undo=undo, id=key, token=step.token, write_limit=step.limit,
        violations=list(step.violations), link=developer_link(app),
    )  # fmt: skip
    w.send(
        "app", lane=f"app:{app.pk}", key=f"{key}.undo" if undo else key, payload=payload, subject=f"appstep:{step.pk}"
    )
