"""How groups are: the published figures of whole weeks, five people and more. There is no way from here to a person."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.workforce import queries, weeks
from watchfloor.workforce.domain.suppression import LEAST
from watchfloor.workforce.weeks import Figure

WEEKS = 12
HEAD = ("week", "vendor", "team", "measure", "severity", "amount", "people")


@require_safe
@guard.page("wellbeing.view")
def team(request: HttpRequest) -> HttpResponseBase:
    """``?vendor=`` narrows to one vendor's published figures; ``?format=csv`` gives them as they are."""
    actor = actor_of(request)
    figures = weeks.figures(actor, weeks=WEEKS, vendor=request.GET.get("vendor", "")[:40])
    if request.GET.get("format") == "csv":
        return csv_response("wellbeing", HEAD, ([getattr(figure, name) for name in HEAD] for figure in figures))
    context = {
        "rows": rows(figures),
        "out": weeks.published(WEEKS),
        "least": LEAST,
        "query": request.GET,
        "fields": [
            {"name": "vendor", "label": "", "options": queries.vendors(actor, "wellbeing.view")},
        ],
    }
    return render(request, "workforce/team.html", context)


def rows(figures: list[Figure]) -> list[dict[str, Any]]:
    """One row for each week and group; a figure that was not published is missing."""
    found: dict[tuple[date, str, str], dict[str, int]] = defaultdict(dict)
    for figure in figures:
        name = f"exposure_{figure.severity}" if figure.measure == "exposure" else figure.measure
        found[figure.week, figure.vendor, figure.team][name] = figure.amount
    return [
        {"week": week, "vendor": vendor, "team": name, "figures": values}
        for (week, vendor, name), values in sorted(found.items(), key=lambda each: (-each[0][0].toordinal(), *each[0][1:]))
    ]  # fmt: skip
