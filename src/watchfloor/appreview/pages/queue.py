"""The queue of applications: what is due first, how risky, who has it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.appreview import queries
from watchfloor.appreview.pages import words
from watchfloor.identity import guard
from watchfloor.identity.names import names_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

HEAD = ("app", "name", "developer", "number", "trigger", "tier", "state", "risk", "submitted", "due", "reviewer")
MOST_CSV = 50_000


@require_safe
@guard.page("app.view")
def queue(request: HttpRequest) -> HttpResponseBase:
    """``?state=&tier=&trigger=&q=``: applications; ``?format=csv`` gives them as a file."""
    rows = queries.queue(request.GET.dict())
    if request.GET.get("format") == "csv":
        return csv_response("applications", HEAD, (
            (row.app.external_id, row.app.name, row.app.developer.name, row.number, row.trigger, row.tier, row.state, row.risk,
             row.submitted_at, row.due_at, row.reviewer) for row in rows[:MOST_CSV].iterator()
        ))  # fmt: skip
    shown = paged(rows, request.GET)
    lines = [
        {"row": row, "url": reverse("application", args=[row.pk]), "level": queries.level_of(row)} for row in shown.rows
    ]
    kept = request.GET.copy()
    kept["format"] = "csv"
    context = {
        "rows": lines, "pager": shown.pager, "query": request.GET, "tabs": tabs("queue"), "states": words.states(),
        "triggers": words.triggers(), "tiers": words.tiers(), "levels": words.levels(), "csv_url": f"?{kept.urlencode()}",
        "names": names_of(row.reviewer for row in shown.rows),
        "filters": [
            {"name": "q", "label": _("App or developer"), "type": "search"},
            {"name": "state", "label": _("Waiting for us"), "chip": _("State"),
             "options": [(key, chip[0]) for key, chip in words.states().items() if key != "draft"]},
            {"name": "trigger", "label": _("Any reason"), "chip": _("Reason"), "options": list(words.triggers().items())},
            {"name": "tier", "label": _("Any tier"), "chip": _("Tier"), "options": list(words.tiers().items())},
        ],
    }  # fmt: skip
    return render(request, "appreview/queue.html", context)


def tabs(current: str) -> list[dict[str, Any]]:
    """The two lists, and what apps may ask for."""
    known = [
        ("queue", _("Applications"), "appreview"), ("apps", _("All apps"), "app-list"), ("scopes", _("Scopes and tiers"), "app-scopes"),
    ]  # fmt: skip
    return [{"label": label, "href": reverse(name), "current": key == current} for key, label, name in known]
