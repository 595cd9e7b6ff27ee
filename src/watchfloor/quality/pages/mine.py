"""One's own results, and the people of a quality lead: estimates with intervals, never an order that is noise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.quality.actions import settling
from watchfloor.quality.domain.looks import CAUSES
from watchfloor.quality.pages import parts
from watchfloor.quality.queries import own


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.OWN)
def results(request: HttpRequest) -> HttpResponseBase:
    """What looks found of one's own decisions; a POST disputes one (``look``, ``text``) or ticks coaching off (``done``)."""
    actor = actor_of(request)
    error = ""
    if request.method == "POST":
        try:
            if request.POST.get("done"):
                settling.coached(actor, _id(request.POST["done"]))
                messages.success(request, _("Done."))
            else:
                settling.dispute(actor, _id(request.POST.get("look", "")), request.POST.get("text", ""))
                messages.success(request, _("Disputed. Another person looks at it and settles it."))
            return redirect("quality-mine")
        except (BadInput, Conflict) as refused:
            error = f"{refused.message} {refused.hint}".strip()
    found = own.own(actor)
    rows: list[dict[str, Any]] = [{"row": row, "wrong": settling.is_wrong(row)} for row in found.looks]
    if request.GET.get("format") == "csv":
        head = ("decided", "policy", "found", "right", "cause", "state")
        return csv_response("my-results", head, (
            (line["row"].decided_at, line["row"].policy_key, line["row"].violation_key or line["row"].verdict,
             line["row"].right_violation or line["row"].right_verdict, line["row"].cause, line["row"].state) for line in rows
        ))  # fmt: skip
    context = {
        "tabs": parts.tabs(actor, "mine"), "found": found, "rows": rows, "names": parts.finding_names(), "query": request.GET,
        "policies": parts.policy_names(), "causes": {key: _(words) for key, words in CAUSES.items()}, "error": error,
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "quality/mine.html", context, status=422 if error else 200)


@require_safe
@guard.page(*parts.MANAGE)
def people(request: HttpRequest) -> HttpResponseBase:
    """Everybody's estimate, by name; who is among the worst tenth only where that is no noise. ``?format=csv``."""
    actor, filters = actor_of(request), parts.filters_of(request)
    standing = own.people(actor, filters)
    names = names_of(one.who for one in standing.people)
    rows = sorted(standing.people, key=lambda one: names.get(one.who, "").casefold())
    if request.GET.get("format") == "csv":
        head = ("person", "looks", "wrong", "estimate", "low", "high")
        return csv_response("people", head, (
            (names.get(one.who, ""), one.read, one.wrong, one.value, one.low, one.high) for one in rows
        ))  # fmt: skip
    context = {
        "tabs": parts.tabs(actor, "people"), "rows": rows, "names": names, "standing": standing, "query": request.GET,
        "filters": parts.filter_fields(actor),
    }  # fmt: skip
    return render(request, "quality/people.html", context)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("bad_id", "That is no name of a look.", where="look") from None
