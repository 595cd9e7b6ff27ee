"""How right the people are who look at decisions: with intervals, by name, in no order."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.quality.pages import parts
from watchfloor.quality.queries.graders import graders


@require_safe
@guard.page(*parts.MANAGE)
def listed(request: HttpRequest) -> HttpResponseBase:
    """``?days=``; ``?format=csv``."""
    actor = actor_of(request)
    rows = graders(actor, parts.filters_of(request).days)
    names = names_of(row.who for row in rows)
    rows.sort(key=lambda row: names.get(row.who, "").casefold())
    if request.GET.get("format") == "csv":
        head = ("person", "looks", "checked", "right", "low", "high")
        return csv_response("people-who-look", head, (
            (names.get(row.who, ""), row.looks, row.checked, row.right.share, row.right.low, row.right.high) for row in rows
        ))  # fmt: skip
    context = {
        "tabs": parts.tabs(actor, "graders"), "rows": rows, "names": names, "query": request.GET,
        "filters": parts.filter_fields(actor)[:1],
    }  # fmt: skip
    return render(request, "quality/graders.html", context)
