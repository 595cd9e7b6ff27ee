"""``/models``: every model, how right it is on what nobody reports, and why it is silent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from watchfloor.detection.modelling import queries
from watchfloor.detection.modelling.pages import words
from watchfloor.detection.pages import parts
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

HEAD = ("policy", "version", "state", "language", "target", "per_day", "judged", "waiting", "precision", "precision_low",
        "precision_high", "recall", "opens_from", "silent")  # fmt: skip


@require_safe
@guard.page("rule.view")
def index(request: HttpRequest) -> HttpResponse:
    """One line a policy; its languages are on its own page."""
    every = policies.all_policies()
    names = {row.key: row.name for row in every}
    found = queries.standings()
    known = {each.policy for each in found}
    rows = [
        {"it": each, "name": names.get(each.policy, each.policy), "url": reverse("model", args=[each.policy]),
         "why": words.silence(each.main)}
        for each in found
    ]  # fmt: skip
    context: dict[str, Any] = {
        "rows": rows, "tabs": parts.tabs("models"), "states": words.states(),
        "may_plan": actor_of(request).has("rule.enable"),
        "others": [(row.key, row.name) for row in every if row.key not in known],
    }  # fmt: skip
    return render(request, "detection/modelling/index.html", context)


@require_safe
@guard.page("rule.view")
def moved(request: HttpRequest) -> HttpResponse:
    """Where the list stood before: links to it go on."""
    return HttpResponseRedirect(reverse("models"))


@require_safe
@guard.page("rule.view")
def index_csv(request: HttpRequest) -> HttpResponseBase:
    """The same by language, as CSV."""
    return csv_response("models", HEAD, (
        (each.policy, each.live.version if each.live else "", each.state, scope, row.target, row.per_day, row.judged, row.waiting,
         *(row.open or row.signal).precision, (row.open or row.signal).recall.value,
         row.open.threshold if row.open and not row.silent else None, row.silent)
        for each in queries.standings()
        for scope, row in each.scopes.items()
    ))  # fmt: skip
