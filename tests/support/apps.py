"""An API app that one can hand in, for tests of their review."""

from __future__ import annotations

from typing import Any

from watchfloor.appreview.actions import deciding, submitting
from watchfloor.appreview.actions.deciding import Verdict
from watchfloor.appreview.actions.submitting import AppIn
from watchfloor.appreview.domain.checks import Asked, ScopeAsked
from watchfloor.appreview.models import ApiApp, Application
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.ledger.writer import writing

MIX = {"message_sent": 0.3, "profile_read": 0.7}
REVIEWER = Actor(kind="user", id="0190a0a0-0000-7000-8000-000000000001", name="Rita", scopes=(
    Scope(role="app", permissions=frozenset({"app.view", "app.review", "app.stop"})),
))  # fmt: skip


def asked(**more: Any) -> Asked:
    """An application in which the checks find nothing."""
    values: dict[str, Any] = {
        "name": "QuickBlast", "description": "A help desk.", "tier": "small", "volume": 4_000, "mix": MIX, "retention_days": 30,
        "use_case": "Shops answer their customers' messages from one inbox; an agent reads a chat, writes a reply and sends it by hand.",
        "scopes": (ScopeAsked("message.write", "Sends the reply that an agent wrote."),
                   ScopeAsked("profile.read", "Shows the agent whom they talk to.")),
        "redirects": ("https://app.quickblast.com/callback",), "data": "The open conversations.",
    }  # fmt: skip
    return Asked(**(values | more))


def hand_in(app_id: str = "app-17", developer: str = "dev-1", *, draft: bool = False, **more: Any) -> Application:
    """Submit an application."""
    given = AppIn(app_id=app_id, developer_id=developer, developer_name="Blast Ltd", asked=asked(**more))
    with writing(system("test")) as w:
        return submitting.submit(w, given, draft=draft)


def approve(row: Application, **verdict: Any) -> ApiApp:
    """Take it and approve it."""
    with writing(REVIEWER) as w:
        deciding.claim(w, REVIEWER, row.pk)
        deciding.decide(w, REVIEWER, row.pk, Verdict(**({"kind": "approve"} | verdict)))
    return ApiApp.objects.get(pk=row.app_id)
