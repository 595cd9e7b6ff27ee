"""``/staffing/day``: the day as it goes, scheduled against there, what it would cost to close the gap, and asking people to."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.staffing import asking, day, drawing, rostering
from watchfloor.staffing.asking import Wanted
from watchfloor.staffing.pages import words
from watchfloor.staffing.rights import PLAN, VIEW


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(VIEW)
def the_day(request: HttpRequest) -> HttpResponseBase:
    """``?vendor=``; a POST asks people for overtime or to come in; ``?format=csv`` gives who is scheduled and who is there."""
    actor, errors = actor_of(request), Errors()
    known = rostering.vendors(actor)
    if not known:
        return render(request, "staffing/day.html", {"vendors": [], "tabs": words.tabs(actor, "day"), "errors": errors})
    vendor = rostering.vendor(actor, request.GET.get("vendor") or known[0].key)
    if request.method == "POST":
        with mending(errors):
            _do(request, vendor.key)
        if not errors:
            return redirect(f"{reverse('staffing-day')}?vendor={vendor.key}")
    found = day.today(actor, vendor.key)
    if found is not None and request.GET.get("format") == "csv":
        rows = [(each.name, each.scheduled, each.state) for each in found.people]
        return csv_response(f"day-{vendor.key}", ("person", "scheduled", "state"), rows)
    context: dict[str, Any] = {
        "vendors": [(each.key, each.name) for each in known], "vendor": vendor, "tabs": words.tabs(actor, "day"), "today": found,
        "states": words.states(), "levers": words.levers(), "errors": errors, "ask_words": words.asks(),
        "may_plan": actor.may(PLAN, vendor=vendor.key), "where": words.lever_pages(actor),
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
            {
                "name": names.get(f"user:{each.name}", each.name), "was": _times(each.was, found), "now": _times(each.now, found),
                "value": msgspec.json.encode(each).decode(),
            }
            for each in asked
        ]  # fmt: skip
        context["asks"] = asking.today(vendor)
        context["ask_names"] = names_of(f"user:{each.row.person}" for each in context["asks"])
    return render(request, "staffing/day.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, vendor: str) -> None:
    actor, what = actor_of(request), request.POST.get("do", "")
    if not actor.may(PLAN, vendor=vendor) or what not in ("ask", "withdraw"):
        raise NotFound("unknown_step", "There is no such thing to do.")
    if what == "ask":
        try:
            wanted = [msgspec.json.decode(each, type=Wanted) for each in request.POST.getlist("who")]
        except (msgspec.ValidationError, msgspec.DecodeError):
            raise BadInput("bad_shift", _("One of these is no shift."), where="main") from None
        if not wanted:
            raise BadInput("nobody", _("Choose whom to ask."), where="main")
        asked = asking.ask(actor, vendor, wanted)
        messages.success(
            request, ngettext("%(num)s person is asked.", "%(num)s people are asked.", asked) % {"num": asked}
        )
        return
    try:
        asking.withdraw(actor, vendor, UUID(request.POST.get("ask", "")))
    except ValueError:
        raise NotFound("no_ask", "Nobody is asked that any more.") from None
    messages.success(request, _("They are asked no more."))


def _times(duty: tuple[int, int] | None, of: day.Today) -> tuple[datetime, datetime] | None:
    return None if duty is None else day.ends(duty, of.row)
