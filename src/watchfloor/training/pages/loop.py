"""What comes back from the floor: clauses that mislead, and what training came to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.training import misled, outcomes
from watchfloor.training.models import TrainingUnit
from watchfloor.training.pages import parts

HEAD = ("policy", "clause", "looked at", "wrong", "share wrong", "low", "high", "questions")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.MISLED)
def clauses(request: HttpRequest) -> HttpResponseBase:
    """``?policy=``: which clauses mislead; ``?format=csv``. A POST suggests a change of one."""
    actor = actor_of(request)
    known = {policy.key: _(policy.name) for policy in policies.all_policies()}
    key = request.GET.get("policy", "")
    key = key if key in known else next(iter(known), "")
    rows = misled.clauses(actor, key) if key else []
    unit = TrainingUnit.objects.filter(policy_key=key, original=True).first()
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        of = request.POST.get("of", "clause")
        row = next((each for each in rows if each.clause == request.POST.get("clause", "")), None)
        if (
            row is None
            or not misled.can_suggest(actor)
            or (of == "unit" and unit is None)
            or of not in ("clause", "unit")
        ):
            raise NotFound("unknown_clause", "There is no such clause here.")
        try:
            address = misled.suggest(actor, row, of)
            messages.success(request, _("The suggestion is made, with these counts."))
            return redirect(address)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [("clause", parts.sentence(refused))]
    if request.GET.get("format") == "csv":
        return csv_response("what-misleads", HEAD, (
            (r.policy_key, r.clause, r.looks, r.wrong, *((s.share, s.low, s.high) if (s := r.wrong_share) else ("", "", "")), r.asked)
            for r in rows
        ))  # fmt: skip
    context = {
        "tabs": parts.tabs(actor, "misled"), "rows": rows, "key": key, "names": parts.topics(key) if key else {}, "query": request.GET,
        "errors": errors, "can_suggest": misled.can_suggest(actor), "may_case": actor.has("case.view"),
        "unit": unit, "may_units": actor.has("training.edit"),
        "filters": [{"name": "policy", "label": known.get(next(iter(known), ""), _("Policy")), "chip": _("Policy"),
                     "options": list(known.items())}],
    }  # fmt: skip
    return render(request, "training/misled.html", context, status=422 if errors else 200)


@require_safe
@guard.page(*parts.OUTCOMES)
def came_to(request: HttpRequest) -> HttpResponseBase:
    """``?policy=``: the curve of new people, and trainers told apart where that is not noise. ``?format=csv`` gives the curve."""
    actor = actor_of(request)
    known = {policy.key: _(policy.name) for policy in policies.all_policies()}
    key = request.GET.get("policy", "")
    key = key if key in known else next(iter(known), "")
    found = outcomes.new_people(actor, key) if key else None
    if request.GET.get("format") == "csv":
        points = found.points if found else []
        return csv_response("proficiency", ("day", "looked at", "right", "low", "high"), (
            (p.day, p.read, p.value, p.low, p.high) for p in points
        ))  # fmt: skip
    standing, topics = outcomes.trainers(actor)
    context: dict[str, Any] = {
        "tabs": parts.tabs(actor, "outcomes"), "found": found, "key": key, "policy": known.get(key, ""), "query": request.GET,
        "bars": [
            {"name": _("Up to day %(number)s") % {"number": p.day + 1}, "value": 100 * p.value, "low": 100 * p.low, "high": 100 * p.high,
             "places": 1}
            for p in (found.points if found else [])
        ],
        "trainers": standing.people, "named": set(standing.named), "topics": topics, "few": outcomes.FEW,
        "names": names_of(each.who for each in standing.people),
        "filters": [{"name": "policy", "label": known.get(next(iter(known), ""), _("Policy")), "chip": _("Policy"),
                     "options": list(known.items())}],
    }  # fmt: skip
    return render(request, "training/outcomes.html", context)
