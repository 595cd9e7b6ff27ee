"""``/programme/launches``: every launch one may see, where it stands, and which gate is next."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.launches import access, listing
from watchfloor.programme.launches.domain import kinds, states
from watchfloor.programme.launches.pages import words

HEAD = ("number", "title", "kind", "state", "markets", "owner", "gates open", "gates", "next gate", "next stage")


@require_safe
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?state=``, ``?kind=``, ``?format=csv``."""
    actor = actor_of(request)
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    lines = listing.lines(
        actor, state=state if state in states.TITLES else "", kind=kind if kind in kinds.KINDS else ""
    )
    names = names_of([line.row.owner for line in lines])
    kind_names = words.kind_words()
    if request.GET.get("format") == "csv":
        return csv_response("launches", HEAD, (
            (line.row.number, line.row.title, line.row.kind, line.row.state, " ".join(line.row.markets), names.get(line.row.owner, ""),
             line.passed, line.gates, line.next_gate, line.next_at) for line in lines
        ))  # fmt: skip
    context = {
        "lines": [{"line": line, "url": reverse("launch", args=[line.row.number])} for line in lines], "names": names,
        "states": words.state_words(), "kinds": kind_names, "state": state, "kind": kind, "query": request.GET,
        "tabs": words.page_tabs(actor), "may_edit": actor.has(access.EDIT),
        "csv": f"?{request.GET.urlencode()}&format=csv" if request.GET else "?format=csv",
    }  # fmt: skip
    return render(request, "launches/index.html", context)
