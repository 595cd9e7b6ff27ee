"""``/staffing``: who is needed and who is there by the hour, which model each queue gets and why, and the what-ifs that were saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import Forbidden
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.staffing import bases, drawing, running, whatifs
from watchfloor.staffing.domain.base import Base, short
from watchfloor.staffing.pages import words
from watchfloor.staffing.rights import PLAN, VIEW, whole
from watchfloor.workforce.models import Vendor

SHOWN = 50
HEAD = ("hour", "expected", "low", "high", "needed", "there")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(VIEW)
def overview(request: HttpRequest) -> HttpResponseBase:
    """``?queue=`` tells one queue's week; ``?format=csv`` gives the hours as a file. A POST reads the floor anew."""
    actor = actor_of(request)
    if not whole(actor):
        return redirect("staffing-roster")
    if request.method == "POST":
        if not whole(actor, PLAN):
            raise Forbidden("no_permission", "Your roles do not include planning the floor.")
        bases.ask()
        bases.newest.forget()
        messages.success(request, _("A worker reads the floor anew; this takes some seconds."))
        return redirect("staffing")
    newest = bases.newest()
    base = newest.base
    if base is not None and request.GET.get("format") == "csv":
        return csv_response("staffing", HEAD, _rows(base))
    rows = list(whatifs.listed(actor)[:SHOWN])
    context: dict[str, Any] = {
        "newest": newest, "base": base, "tabs": words.tabs(actor, "need"), "models": words.models(),
        "vendors": dict(Vendor.objects.values_list("key", "name")), "whys": words.whys(),
        "may_plan": whole(actor, PLAN), "names": names_of(row.made_by for row in rows), "run_states": words.run_states(),
        "saved": [{"row": row, "run": running.latest("whatif", row.pk), "url": reverse("staffing-whatif", args=[row.pk])} for row in rows],
    }  # fmt: skip
    if base is not None:
        missing = short(base)
        items = sum(hour.value for queue in base.queues for hour in queue.hours)
        label = _("People needed and there by the hour of the week; %(hours)s paid hours are missing.") % {
            "hours": round(missing)
        }
        context |= {
            "chart": drawing.coverage(base.paid, base.there, base.monday, label), "missing": missing, "items": items,
            "peak": max(base.paid), "peak_there": max(base.there), "by_day": _by_day(base),
            "queues": sorted(base.queues, key=lambda each: -sum(hour.value for hour in each.hours)),
        }  # fmt: skip
    return render(request, "staffing/overview.html", context)


def _by_day(base: Base) -> list[dict[str, Any]]:
    """The picture as a table: sums of days."""
    found = []
    for day in range(7):
        span = slice(day * 24, day * 24 + 24)
        paid, there = base.paid[span], base.there[span]
        hours = [each for queue in base.queues for each in queue.hours[span]]
        found.append(
            {
                "day": base.monday + timedelta(days=day), "items": sum(each.value for each in hours), "paid": sum(paid),
                "there": sum(there), "peak": max(paid),
                "short": sum(max(0.0, need - have) for need, have in zip(paid, there, strict=True)),
            }
        )  # fmt: skip
    return found


def _rows(base: Base) -> list[tuple[Any, ...]]:
    found = []
    for hour in range(168):
        cells = [queue.hours[hour] for queue in base.queues]
        found.append(
            (
                base.monday + timedelta(hours=hour), round(sum(each.value for each in cells), 2), sum(each.low for each in cells),
                sum(each.high for each in cells), round(base.paid[hour], 2), round(base.there[hour], 2),
            )
        )  # fmt: skip
    return found
