"""Who may know of reports: a role of its own and the clearance, both; for everybody else there is no such page and no such report."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from watchfloor.cybertip.models import Tip
from watchfloor.identity import access, audit
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import View
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import Forbidden, NotFound

CLEARANCE: Final = "child_safety"
PREPARE, RELEASE, MANAGE = "cybertip.prepare", "cybertip.release", "cybertip.manage"
ANY: Final = (PREPARE, RELEASE, MANAGE)


def may(actor: Actor, permission: str, tip: Tip | None = None) -> bool:
    """Whether the actor holds it with the clearance (for this tip: within their markets and severity too)."""
    if tip is None:
        return actor.may(permission, clearance=CLEARANCE)
    return actor.may(permission, market=tip.market, severity=tip.severity, clearance=tip.clearance)


def visible(actor: Actor) -> QuerySet[Tip]:
    """The tips the actor may know of."""
    here = {"market": "market", "severity": "severity", "clearance": "clearance"}
    allowed = access.rows(actor, PREPARE, **here) | access.rows(actor, RELEASE, **here)
    return Tip.objects.filter(allowed)


def tip(actor: Actor, tip_id: UUID, *, why: str) -> Tip:
    """One tip; ``NotFound`` when there is none or the actor may not know of it. Each opening is logged."""
    found = visible(actor).select_related("account", "case").filter(pk=tip_id).first()
    if found is None:
        raise nothing()
    audit.record(actor, f"tip:{found.pk}", why, clearance=found.clearance)
    return found


def person(actor: Actor, permission: str, row: Tip) -> str:
    """The actor as text, once it is a person who may do this here. A token, a rule, the program itself never prepare or release."""
    if not may(actor, permission, row):
        raise nothing()
    if actor.kind != "user":
        raise Forbidden("not_a_person", "Only people prepare and release reports.", hint="Sign in to the console.")
    return str(actor)


def nothing() -> NotFound:
    """The same for what is not there and what one may not know of."""
    return NotFound("unknown_page", "There is no such page.")


def page(*permissions: str) -> Callable[[View], View]:
    """For pages: who holds none of the permissions with the clearance is told that there is no such page."""
    needed = permissions or ANY

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not any(may(actor_of(request), name) for name in needed):
                raise nothing()
            return view(request, *args, **kwargs)

        guarded.permissions = needed  # type: ignore[attr-defined]
        guarded.clearance = CLEARANCE  # type: ignore[attr-defined]
        return guarded

    return decorate
