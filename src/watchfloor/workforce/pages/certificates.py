"""Certificates on the screen: who holds what, for which version, until when; granted and revoked by hand with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.workforce import holders
from watchfloor.workforce.queries import vendors

PER_PAGE = 100
HEAD = (
    "person", "vendor", "team", "policy", "version", "level", "how", "granted by", "granted at", "expires at", "counts until",
    "state",
)  # fmt: skip
FIELDS = ("person", "policy", "version", "level", "expires", "why", "certificate", "revoke_why")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*holders.SEE)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/workforce/certificates``: ``?q=``, ``?policy=``, ``?vendor=``, ``?state=``, ``?page=``; POST ``step`` grant or revoke."""
    actor = actor_of(request)
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            messages.success(request, _step(actor, request.POST.get("step", ""), typed))
            return redirect(f"{reverse('certificates')}?{request.GET.urlencode()}")
        except (BadInput, Conflict, Forbidden, NotFound) as error:
            where = error.where or "why"
            if request.POST.get("step") == "revoke":
                where = "revoke_why"
            errors.append(({"expires_at": "expires"}.get(where, where), f"{error.message} {error.hint}".strip()))
    found = holders.holders(
        actor, policy=request.GET.get("policy", ""), vendor=request.GET.get("vendor", ""),
        state=request.GET.get("state", ""), person=request.GET.get("q", ""),
    )  # fmt: skip
    if request.GET.get("format") == "csv":
        return csv_response("certificates", HEAD, map(_csv, found))
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
    context = {
        "rows": found[(page - 1) * PER_PAGE : page * PER_PAGE], "total": len(found), "page": page, "more": len(found) > page * PER_PAGE,
        "query": request.GET, "typed": typed, "errors": errors, "of": dict(errors), "states": states(), "ways": ways(),
        "filters": _filters(actor), "may": actor.has(holders.MANAGE),
        "people": holders.managed(actor) if actor.has(holders.MANAGE) else [],
        "policies": [(row.key, row.name) for row in policies.all_policies()],
    }  # fmt: skip
    return render(request, "workforce/certificates.html", context, status=422 if errors else 200)


def _step(actor: Actor, step: str, typed: dict[str, str]) -> str:
    """Do it; returns what to say."""
    if step == "revoke":
        holders.revoke(actor, _uuid(typed["certificate"], "certificate"), typed["revoke_why"])
        return _("Revoked. They are given no more of this work; what they hold stays in their hands.")
    if step != "grant":
        raise BadInput("unknown_step", "There is no such step.", where="step", hint="grant or revoke")
    holders.grant(
        actor, _uuid(typed["person"], "person"), typed["policy"], why=typed["why"],
        version=_number(typed["version"], "version"), level=_number(typed["level"], "level") or 1,
        expires_at=_day(typed["expires"]),
    )  # fmt: skip
    return _("Certified. They are given this work from now on.")


def states() -> dict[str, str]:
    """What became of a certificate, in words."""
    return {
        "counts": _("counts"), "old": _("for an earlier version"), "expired": _("expired"), "revoked": _("revoked"),
    }  # fmt: skip


def ways() -> dict[str, str]:
    """How it was earned, in words."""
    return {"exam": _("by exam"), "training": _("by training"), "manager": _("by hand"), "import": _("brought along")}


def _filters(actor: Actor) -> list[dict[str, Any]]:
    known = {key: name for permission in holders.SEE for key, name in vendors(actor, permission)}
    return [
        {"name": "q", "label": _("Name"), "chip": _("Name"), "type": "search"},
        {"name": "policy", "label": _("Any policy"), "chip": _("Policy"),
         "options": [(row.key, row.name) for row in policies.all_policies()]},
        {"name": "vendor", "label": _("All vendors"), "chip": _("Vendor"), "options": list(known.items())},
        {"name": "state", "label": _("Any state"), "chip": _("State"), "options": list(states().items())},
    ]  # fmt: skip


def _csv(row: holders.Holder) -> tuple[Any, ...]:
    return (
        row.name, row.vendor, row.team, row.policy_key, row.version, row.level, row.how, row.granted_by, row.granted_at,
        row.expires_at, row.until, row.state,
    )  # fmt: skip


def _uuid(text: str, where: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("choose", _("Choose one of the list."), where=where) from None


def _number(text: str, where: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 5:
        raise BadInput("no_number", _("This is a whole number, or empty."), where=where)
    return int(text)


def _day(text: str) -> datetime | None:
    """The end of that day, UTC."""
    found = datefields.day_or_none(text, "expires")
    return None if found is None else datetime.combine(found, time(23, 59, 59), UTC)
