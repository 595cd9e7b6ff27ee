"""Check-ins of a vendor: the list, and one with its agenda, minutes, actions, text to print and to keep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.vendors import access, agenda, calendar, contracts, minutes, words
from watchfloor.vendors.actions import check_ins as verbs
from watchfloor.vendors.models import CheckIn, Party, Task
from watchfloor.vendors.pages import parts
from watchfloor.vendors.pages.vendors import card_context

HEAD = ("number", "at", "from", "to", "state", "sent")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.EITHER)
def index(request: HttpRequest, key: str) -> HttpResponseBase:
    """All check-ins, and the actions of both sides; a POST plans the next one, or says that an action is done."""
    actor = actor_of(request)
    side = access.side(actor, key)
    errors: parts.Errors = []
    if request.method == "POST":
        did = {"plan": lambda: _plan(request, side), "done": lambda: _done(request, side)}
        said = parts.act(request, did, allowed=_may_act(request, side))
        if said is None:
            return redirect("vendor-check-ins", key)
        errors = said
    rows = CheckIn.objects.filter(vendor_key=key).order_by("-number")
    if not side.manages and not actor.may(
        access.VIEW, vendor=key
    ):  # the vendor reads what was sent, and when the next one is
        rows = rows.defer("minutes")
    if request.GET.get("format") == "csv":
        return csv_response(
            f"check-ins-{key}", HEAD, ((r.number, r.at, r.starts_on, r.ends_on, r.state, r.sent_at) for r in rows)
        )
    tasks = list(Task.objects.filter(vendor_key=key).order_by("done_at", "due_on")[:200])
    terms = contracts.terms_of(contracts.in_force(key, clock.now().date()))
    today = clock.now().date()
    context = {
        **parts.context(actor, side, "check-ins"), "rows": list(rows[:200]), "tasks": tasks, "sides": words.sides(), "errors": errors,
        "error_of": dict(errors), "typed": request.POST, "today": today, "grades": words.grades(),
        "planned": any(row.state == "planned" for row in rows), "next_at": calendar.next_meeting(side.vendor, clock.now(), terms),
        "start": today - timedelta(days=terms.every_days), "end": today - timedelta(days=1), "query": request.GET,
    }  # fmt: skip
    return render(request, "vendors/check_ins.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.EITHER)
def one(request: HttpRequest, key: str, check_in_id: UUID) -> HttpResponseBase:
    """One check-in; ``?format=md`` gives it as text. A POST writes the minutes, adds or closes an action, sends it."""
    actor = actor_of(request)
    side = access.side(actor, key)
    row = CheckIn.objects.filter(pk=check_in_id, vendor_key=key).first()
    if row is None or (row.state == CheckIn.State.PLANNED and not actor.may(access.VIEW, vendor=key)):
        raise NotFound("unknown_check_in", "There is no such check-in.")
    errors: parts.Errors = []
    if request.method == "POST":
        did = {
            "write": lambda: _write(request, row), "task": lambda: _task(request, side, row), "done": lambda: _done(request, side),
            "send": lambda: _send(request, side, row),
        }  # fmt: skip
        said = parts.act(request, did, allowed=_may_act(request, side))
        if said is None:
            return redirect("vendor-check-in", key, check_in_id)
        errors = said
    found = agenda.of(actor, side, row)
    if request.GET.get("format") == "md":
        response = HttpResponse(
            minutes.markdown(side.vendor.name, row, found), content_type="text/markdown; charset=utf-8"
        )
        response.headers["Content-Disposition"] = f'attachment; filename="check-in-{key}-{row.number}.md"'
        return response
    terms = contracts.terms_of(contracts.in_force(key, clock.now().date()))
    tasks = list(Task.objects.filter(check_in=row).order_by("due_on", "made_at"))
    here = {str(task.pk) for task in tasks}
    found = msgspec.structs.replace(found, tasks=tuple(each for each in found.tasks if each.id not in here))
    context: dict[str, Any] = {
        **parts.context(actor, side, "check-ins"), **card_context(found), "row": row, "errors": errors, "error_of": dict(errors),
        "typed": request.POST, "tasks": tasks,
        "names": names_of([row.sent_by]), "today": clock.now().date(), "due_on": calendar.due_on(key, 4),
        "told": len(_addresses(key)), "start": found.start, "end": found.end, "every": terms.every_days,
        "heading": minutes.subject(side.vendor.name, row),
    }  # fmt: skip
    return render(request, "vendors/check_in.html", context, status=422 if errors else 200)


def _may_act(request: HttpRequest, side: access.Side) -> bool:
    """The house runs a check-in; a vendor's people only say that their own actions are done."""
    return side.manages or (side.theirs and request.POST.get("do") == "done")


def _addresses(key: str) -> list[str]:
    party = Party.objects.filter(vendor_key=key).first()
    return party.addresses.split() if party else []


def _plan(request: HttpRequest, side: access.Side) -> str:
    given = request.POST
    at = datefields.moment(given.get("at", ""), "at", side.zone)
    start, end = (
        datefields.day(given.get("starts_on", ""), "starts_on"),
        datefields.day(given.get("ends_on", ""), "ends_on"),
    )
    with writing(actor_of(request)) as w:
        verbs.plan(w, side.vendor.key, at, start, end)
    return _("The check-in is planned; its agenda fills itself until it is sent.")


def _write(request: HttpRequest, row: CheckIn) -> str:
    with writing(actor_of(request)) as w:
        verbs.write(w, row.pk, minutes=request.POST.get("minutes", ""), attendees=request.POST.get("attendees", ""))
    return _("The minutes are kept.")


def _task(request: HttpRequest, side: access.Side, row: CheckIn) -> str:
    given = request.POST
    with writing(actor_of(request)) as w:
        verbs.add_task(
            w, side.vendor.key, side=given.get("side", ""), owner=given.get("owner", ""), text=given.get("text", ""),
            due_on=datefields.day(given.get("due_on", ""), "due_on"), check_in=row,
        )  # fmt: skip
    return _("The action is agreed.")


def _done(request: HttpRequest, side: access.Side) -> str:
    number = request.POST.get("task", "")
    try:
        task = UUID(number)
    except ValueError:
        raise NotFound("unknown_action", "There is no such action.") from None
    with writing(actor_of(request)) as w:
        verbs.set_done(
            w, side.vendor.key, task, request.POST.get("undo") != "1", side="vendor" if not side.manages else ""
        )
    return _("Kept.")


def _send(request: HttpRequest, side: access.Side, row: CheckIn) -> str:
    actor = actor_of(request)
    found = agenda.fill(actor, side, row.starts_on, row.ends_on)
    with writing(actor) as w:
        if {"minutes", "attendees"} <= set(request.POST):
            verbs.write(w, row.pk, minutes=request.POST["minutes"], attendees=request.POST["attendees"])
        verbs.send(w, side, row.pk, msgspec.to_builtins(found))
    return _("Sent. The next check-in is planned.")
