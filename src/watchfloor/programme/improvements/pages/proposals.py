"""Proposals in the order of their scores, with what other weights would change; tool bugs with what they cost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.improvements import access, sized, words
from watchfloor.programme.improvements.actions import weighing
from watchfloor.programme.improvements.domain import states
from watchfloor.programme.improvements.domain.scores import ranked
from watchfloor.programme.improvements.models import Proposal, Quantity, Suggestion
from watchfloor.programme.improvements.pages import parts

HEAD = ("place", "proposal", "title", "state", "hours a month", "low", "high", "confidence", "weeks", "rice", "wsjf", "best place",
        "worst place")  # fmt: skip
BUGS = ("bug", "often", "page", "queue", "version", "suggestions", "state", "hours a month", "low", "high", "proposal")
MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?by=rice|wsjf&state=&breach=&wrongful=&exposure=``: ranked; a POST makes the weights the house's. ``?format=csv``."""
    actor = actor_of(request)
    house, given = sized.weights(), request.POST if request.method == "POST" else request.GET
    weights, errors = house, parts.Errors()
    if request.method == "POST" and not actor.may(access.APPROVE):
        raise NotFound("unknown_step", "There is no such thing to do.")
    try:
        weights = weighing.typed(given, house)
        if request.method == "POST":
            with writing(actor) as w:
                weighing.save(w, weights)
            return redirect("programme-proposals")
    except BadInput as wrong:
        errors = [(wrong.where, wrong.message)]
    by = "wsjf" if given.get("by") == "wsjf" else "rice"
    rows = access.proposals(actor).order_by("-number")
    state = given.get("state", "open")
    rows = (
        rows.filter(state__in=states.OPEN)
        if state == "open"
        else rows.filter(state=state)
        if state in states.NEXT
        else rows
    )
    known = {str(row.pk): row for row in rows[:MOST]}
    lines = list(Quantity.objects.filter(proposal__in=known.values(), dropped_at=None))
    seen = parts.open_lines(actor, lines)
    hidden = {str(line.proposal_id) for line in lines if line.pk not in seen}
    shown = [row for key, row in known.items() if key not in hidden]
    places = ranked(sized.many(shown), weights, by)
    usual = {each.key: each.place for each in ranked(sized.many(shown), house, by)}
    table = [_row(known[each.key], each, usual[each.key]) for each in places]
    if request.GET.get("format") == "csv":
        return csv_response("proposals", HEAD, (
            (each["place"].place, each["row"].code, each["row"].title, each["row"].state, each["score"].worth.value,
             each["score"].worth.low, each["score"].worth.high, each["score"].confidence, each["score"].effort, each["score"].rice,
             each["score"].wsjf, each["place"].best, each["place"].worst) for each in table
        ))  # fmt: skip
    table += [
        {"row": known[key], "url": reverse("programme-proposal", args=[known[key].pk]), "score": None} for key in hidden
    ]
    names = [(key, chip[0]) for key, chip in words.states().items()]
    context = {
        **parts.head(actor, "programme-proposals"), "rows": table, "by": by, "weights": weights, "house": house,
        "other": weights != house, "states": words.states(), "errors": errors, "error_of": dict(errors), "query": request.GET,
        "typed": given, "may_set": actor.may(access.APPROVE), "said": words.number, "bounds": words.interval,
        "filters": [
            {"name": "state", "label": _("Open ones"), "chip": _("State"), "options": [("all", _("All")), *names]},
            {"name": "by", "label": _("By RICE"), "chip": _("By"), "options": [("wsjf", _("By WSJF"))]},
        ],
    }  # fmt: skip
    return render(request, "improvements/proposals.html", context, status=422 if errors else 200)


@require_safe
@guard.page(access.VIEW)
def bugs(request: HttpRequest) -> HttpResponseBase:
    """Tool bugs that are not joined to others, the dearest first: how to see them again, and agent-hours a month. ``?format=csv``."""
    actor = actor_of(request)
    rows = list(
        access.visible(actor).filter(kind=Suggestion.Kind.BUG, joined_to=None).exclude(state=Suggestion.State.ASIDE)
        .select_related("proposal").annotate(times=Count("joined") + 1).order_by("-made_at")[:MOST]
    )  # fmt: skip
    proposals = {row.pk: row for row in access.proposals(actor).filter(pk__in=[each.proposal_id for each in rows])}
    lines: dict[UUID, list[Quantity]] = {}
    for line in Quantity.objects.filter(proposal__in=proposals, dropped_at=None):
        lines.setdefault(line.proposal_id, []).append(line)
    seen = parts.open_lines(actor, [line for each in lines.values() for line in each])
    found: list[dict[str, Any]] = []
    for row in rows:
        proposal = proposals.get(row.proposal_id) if row.proposal_id else None
        mine = lines.get(proposal.pk, []) if proposal else []
        may = all(line.pk in seen for line in mine)
        hours = sized.hours(sized.sized(proposal, mine)) if proposal and may else None
        found.append({
            "row": row, "url": reverse("programme-suggestion", args=[row.pk]), "hours": hours, "times": row.times,
            "proposal": proposal,
        })  # fmt: skip
    found.sort(key=lambda each: -(each["hours"].value if each["hours"] else -1.0))
    if request.GET.get("format") == "csv":
        return csv_response("tool-bugs", BUGS, (
            (each["row"].code, each["row"].often, each["row"].page, each["row"].queue_key, each["row"].version, each["times"],
             each["row"].proposal.state if each["proposal"] else each["row"].state, each["hours"].value if each["hours"] else None,
             each["hours"].low if each["hours"] else None, each["hours"].high if each["hours"] else None,
             each["proposal"].code if each["proposal"] else "") for each in found
        ))  # fmt: skip
    context = {
        **parts.head(actor, "programme-suggestions"), "rows": found, "query": request.GET, "often": words.often(),
        "states": words.states(), "first": words.suggestion_states(), "said": words.number, "bounds": words.interval,
        "queues": parts.queue_names(),
    }  # fmt: skip
    return render(request, "improvements/bugs.html", context)


def _row(row: Proposal, place: Any, usual: int) -> dict[str, Any]:
    moved = usual - place.place
    note = ""
    if moved:
        note = pgettext("places in a ranking", "%(count)s up") % {"count": moved} if moved > 0 else pgettext(
            "places in a ranking", "%(count)s down") % {"count": -moved}  # fmt: skip
    return {
        "row": row, "url": reverse("programme-proposal", args=[row.pk]), "place": place, "score": place.score, "moved": note,
    }  # fmt: skip
