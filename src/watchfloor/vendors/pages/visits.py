"""Visits to a vendor's sites: planned, checked point by point, findings with an owner and a day."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.vendors import access, calendar, words
from watchfloor.vendors.actions import check_ins
from watchfloor.vendors.actions import visits as verbs
from watchfloor.vendors.models import Task, Visit
from watchfloor.vendors.pages import parts

HEAD = ("site", "day", "done", "finding", "grade", "owner", "due", "finding done")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def index(request: HttpRequest, key: str) -> HttpResponseBase:
    """All visits with their findings; a POST plans one. ``?format=csv`` is the register of findings."""
    actor = actor_of(request)
    side = access.side(actor, key, access.VIEW)
    errors: parts.Errors = []
    if request.method == "POST":
        said = parts.act(request, {"plan": lambda: _plan(request, key)}, allowed=side.manages)
        if said is None:
            return redirect("vendor-visits", key)
        errors = said
    rows = list(Visit.objects.filter(vendor_key=key).order_by("-on")[:200])
    found = list(Task.objects.filter(visit__in=rows).select_related("visit").order_by("done_at", "due_on"))
    if request.GET.get("format") == "csv":
        return csv_response(f"findings-{key}", HEAD, (
            (t.visit.site, t.visit.on, t.visit.done_at, t.text, t.grade, t.owner, t.due_on, t.done_at) for t in found if t.visit
        ))  # fmt: skip
    context = {
        **parts.context(actor, side, "visits"), "rows": rows, "findings": found, "grades": words.grades(), "errors": errors,
        "error_of": dict(errors), "typed": request.POST, "today": clock.now().date(), "query": request.GET,
    }  # fmt: skip
    return render(request, "vendors/visits.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, key: str, visit_id: UUID) -> HttpResponseBase:
    """One visit with its checklist; a POST fills it in, adds a finding, or closes it."""
    actor = actor_of(request)
    side = access.side(actor, key, access.VIEW)
    row = Visit.objects.filter(pk=visit_id, vendor_key=key).first()
    if row is None:
        raise NotFound("unknown_visit", "There is no such visit.")
    errors: parts.Errors = []
    if request.method == "POST":
        did = {
            "fill": lambda: _fill(request, row, done=False), "close": lambda: _fill(request, row, done=True),
            "finding": lambda: _finding(request, key, row),
        }  # fmt: skip
        said = parts.act(request, did, allowed=side.manages)
        if said is None:
            return redirect("vendor-visit", key, visit_id)
        errors = said
    states = [("", _("Not looked at")), ("good", _("Good")), ("not", _("Not good"))]
    context = {
        **parts.context(actor, side, "visits"), "row": row, "states": states, "grades": words.grades(), "errors": errors,
        "checks": [(key_, _(verbs.CHECKS.get(key_, key_)), state, note) for key_, state, note in row.checks],
        "error_of": dict(errors), "typed": request.POST, "findings": list(row.tasks.order_by("due_on")),
        "due_on": calendar.due_on(key, 10),
    }  # fmt: skip
    return render(request, "vendors/visit.html", context, status=422 if errors else 200)


def _plan(request: HttpRequest, key: str) -> str:
    given = request.POST
    with writing(actor_of(request)) as w:
        verbs.plan(
            w, key, site=given.get("site", ""), on=datefields.day(given.get("on", ""), "on"), who=given.get("who", "")
        )
    return _("The visit is planned.")


def _fill(request: HttpRequest, row: Visit, *, done: bool) -> str:
    given = {key: (request.POST.get(f"state-{key}", ""), request.POST.get(f"note-{key}", "")) for key in verbs.CHECKS}
    with writing(actor_of(request)) as w:
        verbs.fill_in(w, row.pk, given, done=done)
    return _("The visit is closed; its findings stay until they are done.") if done else _("Kept.")


def _finding(request: HttpRequest, key: str, row: Visit) -> str:
    given = request.POST
    with writing(actor_of(request)) as w:
        check_ins.add_task(
            w, key, side="vendor", owner=given.get("owner", ""), text=given.get("text", ""), visit=row,
            grade=given.get("grade", "") if given.get("grade") in words.grades() else "minor",
            due_on=datefields.day(given.get("due_on", ""), "due_on"),
        )  # fmt: skip
    return _("The finding is on the register, and on the next check-in's agenda.")
