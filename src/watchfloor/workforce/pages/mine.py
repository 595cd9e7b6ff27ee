"""My well-being: what I was shown against my budget, my breaks, what I do not want to be given, how media is shown to me.

Private: it is about whoever is signed in, takes no name of a person, and there is no such page about anybody else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.workforce import wellbeing, wellbeing_actions
from watchfloor.workforce.domain import budgets
from watchfloor.workforce.domain.filters import NAMES
from watchfloor.workforce.limits import limits_of
from watchfloor.workforce.models import Rest
from watchfloor.workforce.pages import fields


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page()
def mine(request: HttpRequest) -> HttpResponse:
    """Read and change; each part of the page is a form of its own, told apart by ``part``."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        save = PARTS.get(request.POST.get("part", ""))
        if save is None:
            raise BadInput("unknown_part", "There is no such part.", where="part", hint=", ".join(PARTS))
        with mending(errors):
            save(actor, request)
        if not errors:
            messages.success(request, _("Saved. Nobody else sees it."))
            return redirect("wellbeing")
    return render(request, "workforce/mine.html", _context(request, actor, errors), status=422 if errors else 200)


def _save_avoid(actor: Actor, request: HttpRequest) -> None:
    wellbeing_actions.choose(actor, avoid=request.POST.getlist("avoid"))


def _save_filters(actor: Actor, request: HttpRequest) -> None:
    wellbeing_actions.choose(actor, filters={name: name in request.POST for name in NAMES})


def _save_budget(actor: Actor, request: HttpRequest) -> None:
    wellbeing_actions.choose(actor, budget=fields.budget(request.POST.dict(), whole=False))


PARTS: dict[str, Callable[[Actor, HttpRequest], None]] = {
    "avoid": _save_avoid, "filters": _save_filters, "budget": _save_budget,
}  # fmt: skip


def _context(request: HttpRequest, actor: Actor, errors: Errors) -> dict[str, Any]:
    person, now = UUID(actor.id), clock.now()
    who = wellbeing.profile(person)
    spent = wellbeing.spent(person, who, now)
    typed = request.POST.dict() if errors else {}
    avoid = request.POST.getlist("avoid") if typed.get("part") == "avoid" else who.avoid
    own = {**fields.values(who.own), **typed} if typed.get("part") == "budget" else fields.values(who.own)
    rests = Rest.objects.filter(reviewer_id=person, at__gte=spent.week_start, at__lte=now).order_by("-at", "-pk")[:40]
    return {
        "who": who,
        "spent": spent,
        "today_ms": sum(ms for severity, ms in spent.today.items() if severity >= budgets.LEVELS[0]),
        "limits": limits_of(person),
        "resting": wellbeing.on_break(person, now),
        "waiting": wellbeing.due(person, who, now),
        "planned": budgets.planned(who.budget, now, who.tz),
        "rests": rests,
        "steps_back": sum(row.kind == Rest.Kind.STEP_BACK for row in rests),
        "policies": [
            (policy, policy.key in avoid, policy.key in who.agreed)
            for policy in policies.all_policies()
            if not policy.clearance or actor.may("case.view", clearance=policy.clearance)
        ],
        "own": own,
        "levels": budgets.LEVELS,
        "now": now,
        "errors": errors,
    }


@require_POST
@guard.page()
def filters(request: HttpRequest) -> HttpResponse:
    """``{"grey": false}``: a filter changed while looking, kept for next time. 204."""
    try:
        said = json.loads(request.body[:2_000])
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise BadInput("not_json", "The body must be a JSON object.")
    actor = actor_of(request)
    before = wellbeing.profile(UUID(actor.id)).wishes
    wellbeing_actions.choose(actor, filters={**before, **said})
    return HttpResponse(status=204)
