"""``/staffing/roster``: a vendor's week as a grid, people by days, changed by letter, by dragging or by a form; rules checked at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.engines.staffing.roster import Problem, Roster
from watchfloor.engines.staffing.roster.problem import needs
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.staffing import bases, drawing, rostering, running, weekly
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.models import RosterRow
from watchfloor.staffing.pages import words
from watchfloor.staffing.rights import PLAN, VIEW
from watchfloor.workforce.models import Vendor

HEAD = ("person", "day", "begins", "ends", "work")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(VIEW)
def roster(request: HttpRequest) -> HttpResponseBase:
    """``?vendor=&week=`` (any day of it); a POST makes, publishes or drops one; ``?format=csv`` gives the shifts as a file."""
    actor, errors = actor_of(request), Errors()
    known = rostering.vendors(actor)
    if not known:
        return render(request, "staffing/roster.html", {"vendors": [], "tabs": words.tabs(actor, "roster")})
    given = request.POST or request.GET
    vendor = rostering.vendor(actor, given.get("vendor") or known[0].key)
    week = _week(given.get("week", ""))
    here = f"{reverse('staffing-roster')}?vendor={vendor.key}&week={week}"
    if request.method == "POST":
        with mending(errors):
            _do(request, actor, vendor, week)
        if not errors:
            return redirect(here)
    row = rostering.current(vendor.key, week)
    if row is not None and row.roster is not None and request.GET.get("format") == "csv":
        return csv_response(f"roster-{vendor.key}-{week}", HEAD, _csv(row))
    context = {
        "vendors": [(each.key, each.name) for each in known], "vendor": vendor, "week": week, "row": row, "errors": errors,
        "tabs": words.tabs(actor, "roster"), "before": week - timedelta(days=7), "after": week + timedelta(days=7),
        "may_plan": actor.may(PLAN, vendor=vendor.key), "base": bases.newest().base is not None, "why": request.POST.get("why", ""),
        "run": None if row is None else running.latest("roster", row.pk), "run_states": words.run_states(), "letters": weeks.LETTERS,
        "history": list(RosterRow.objects.filter(vendor_key=vendor.key, week=week).exclude(state="dropped").order_by("-number")[:6]),
        "row_states": words.roster_states(),
    }  # fmt: skip
    if row is not None and row.roster is not None:
        context |= grid(row, vendor)
    return render(request, "staffing/roster.html", context, status=422 if errors else 200)


@require_POST
@guard.page(PLAN)
def cell(request: HttpRequest, roster_id: UUID) -> HttpResponseBase:
    """One cell set (``person``, ``day``, ``shift``), or two exchanged (``from_person``, ``from_day`` too); answers with the grid.

    Without scripts the form of the page posts here with ``back`` and is sent back to it.
    """
    actor, post = actor_of(request), request.POST
    person, day = post.get("person", ""), _day(post.get("day", ""))

    def change(problem: Problem, of: Roster) -> Roster:
        if "from_person" in post:
            return weeks.moved(problem, of, (post["from_person"], _day(post.get("from_day", ""))), (person, day))
        return weeks.edited(problem, of, person, day, post.get("shift", ""))

    row = rostering.edit(actor, roster_id, change)
    if "back" in post:
        return redirect(f"{reverse('staffing-roster')}?vendor={row.vendor_key}&week={row.week}")
    vendor = rostering.vendor(actor, row.vendor_key)
    context = {"row": row, "vendor": vendor, "may_plan": True, "row_states": words.roster_states(), **grid(row, vendor)}
    return render(request, "staffing/grid.html", context)


def grid(row: RosterRow, vendor: Vendor) -> dict[str, Any]:
    """What ``staffing/grid.html`` needs."""
    problem, roster = msgspec.convert(row.problem, Problem), msgspec.convert(row.roster, Roster)
    broken = weeks.broken(problem, roster)
    names = names_of(f"user:{each.name}" for each in problem.people)
    contracts = {each.name: each for each in problem.contracts}
    of = {each.name: each for each in problem.people}
    lines = []
    for plan in roster.people:
        name, person = names.get(f"user:{plan.name}", plan.name), of[plan.name]
        days = []
        for day in range(7):
            duty = weeks.on_day(plan, day)
            away = problem.start + timedelta(days=day) in person.off
            days.append(
                {
                    "letter": weeks.letter(duty),
                    "said": _said(duty),
                    "away": away and duty is None,
                    "exposes": _exposes(problem, duty),
                }
            )
        contract = contracts[person.contract]
        lines.append(
            {
                "id": plan.name, "name": name, "days": days, "hours": sum(duty.hours for duty in plan.duties),
                "full": contract.hours * contract.shifts, "cap": contract.most_exposed,
                "exposed": weeks.exposure_hours(problem, plan), "broken": broken.get(plan.name, []), "wished": bool(plan.cost),
            }
        )  # fmt: skip
    lines.sort(key=lambda line: (line["name"], line["id"]))
    need = [0.0] * 168
    for demand in problem.demands:
        need = [one + other for one, other in zip(need, needs(demand), strict=True)]
    on = [float(value) for value in weeks.there(roster)]
    start = datetime.combine(row.week, time(0), UTC)
    free = weekly.holidays([UUID(each.name) for each in problem.people], row.week)
    now = int((clock.now().astimezone(weekly.zone_of(vendor)).replace(tzinfo=UTC) - start) / timedelta(hours=1))
    label = _("People needed and on shift by the hour of the week; %(hours)s hours are uncovered.") % {
        "hours": roster.uncovered
    }
    return {
        "days": [(date_format(row.week + timedelta(days=day), "D j"), free.get(day, [])) for day in range(7)],
        "lines": lines, "roster": roster,
        "problems": sum(map(len, broken.values())), "general": broken.get("", []), "zone": vendor.time_zone,
        "chart": drawing.coverage(need, on, start, label, now if 0 <= now < 168 else None),
        "exposing": any(demand.exposes for demand in problem.demands),
    }  # fmt: skip


def _said(duty: Any) -> str:
    if duty is None:
        return _("off")
    return f"{duty.begin % 24:02}:00–{(duty.begin + duty.hours) % 24:02}:00"


def _exposes(problem: Problem, duty: Any) -> int:
    exposing = {each.name for each in problem.demands if each.exposes}
    return 0 if duty is None else sum(work in exposing for work in duty.work)


def _do(request: HttpRequest, actor: Actor, vendor: Vendor, week: date) -> None:
    what, row = request.POST.get("do", ""), rostering.current(vendor.key, week)
    if what == "make":
        rostering.ask(actor, vendor.key, week)
        messages.success(request, _("A worker makes the roster."))
    elif what == "publish" and row is not None:
        rostering.publish(actor, row.pk, request.POST.get("why", ""))
        messages.success(request, _("Published: everybody sees their shifts."))
    elif what == "drop" and row is not None:
        rostering.drop(actor, row.pk)
        messages.success(request, _("The draft is dropped."))
    else:
        raise BadInput("unknown_step", _("There is no such thing to do."), where="main")


def _csv(row: RosterRow) -> list[tuple[Any, ...]]:
    roster = msgspec.convert(row.roster, Roster)
    names = names_of(f"user:{each.name}" for each in roster.people)
    found = []
    for plan in roster.people:
        for duty in plan.duties:
            begin = datetime.combine(row.week, time(0)) + timedelta(hours=duty.begin)  # by the clock of the site
            work = " ".join(sorted({each for each in duty.work if each}))
            found.append(
                (
                    names.get(f"user:{plan.name}", plan.name),
                    begin.date(),
                    begin,
                    begin + timedelta(hours=duty.hours),
                    work,
                )
            )
    return sorted(found, key=lambda line: (line[1], line[0]))


def _week(text: str) -> date:
    """The Monday of the week wanted, or of the next."""
    return weeks.monday(datefields.day_or_none(text, "week") or clock.now().date() + timedelta(days=7))


def _day(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) == 1 else -1
