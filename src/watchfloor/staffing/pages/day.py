"""``/staffing/day``: the day as it goes, scheduled against there, and what it would cost to close the gap."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.staffing import day, drawing, rostering
from watchfloor.staffing.pages import words
from watchfloor.staffing.rights import VIEW


@require_safe
@guard.page(VIEW)
def the_day(request: HttpRequest) -> HttpResponseBase:
    """``?vendor=``; ``?format=csv`` gives who is scheduled and who is there."""
    actor = actor_of(request)
    known = rostering.vendors(actor)
    if not known:
        return render(request, "staffing/day.html", {"vendors": [], "tabs": words.tabs(actor, "day")})
    vendor = rostering.vendor(actor, request.GET.get("vendor") or known[0].key)
    found = day.today(actor, vendor.key)
    if found is not None and request.GET.get("format") == "csv":
        rows = [(each.name, each.scheduled, each.state) for each in found.people]
        return csv_response(f"day-{vendor.key}", ("person", "scheduled", "state"), rows)
    context: dict[str, Any] = {
        "vendors": [(each.key, each.name) for each in known], "vendor": vendor, "tabs": words.tabs(actor, "day"), "today": found,
        "states": words.states(), "levers": words.levers(),
    }  # fmt: skip
    if found is not None:
        label = _("People needed and on shift today, by the hour; %(hours)s hours are uncovered from now on.") % {
            "hours": found.left
        }
        start = datetime.combine(found.day.date(), time(0), UTC)
        context["chart"] = drawing.coverage(
            [float(each) for each in found.need], [float(each) for each in found.on], start, label, found.hour
        )
        asked = [each for lever in found.levers for each in lever.changes]
        names = names_of(f"user:{each.name}" for each in asked)
        context["asked"] = [
            {"name": names.get(f"user:{each.name}", each.name), "was": _times(each.was, found), "now": _times(each.now, found)}
            for each in asked
        ]  # fmt: skip
    return render(request, "staffing/day.html", context)


def _times(duty: tuple[int, int] | None, of: day.Today) -> tuple[datetime, datetime] | None:
    return None if duty is None else day.ends(duty, of.row)
