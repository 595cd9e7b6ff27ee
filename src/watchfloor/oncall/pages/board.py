"""Who is on call now, what rings, and a schedule by the week with its overrides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, ical, queries
from watchfloor.oncall.domain import schedule as schedules
from watchfloor.oncall.models import Override, Schedule
from watchfloor.oncall.pages import parts
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

RECENT = 10


@require_safe
@guard.page("oncall.view")
def index(request: HttpRequest) -> HttpResponse:
    """``/oncall``"""
    actor = actor_of(request)
    rows = queries.everyone_on()
    people = [shift.person for row in rows for shift in (row.now, row.next) if shift]
    context = {
        "tabs": parts.tabs("oncall", actor), "rows": rows, "names": parts.names(people), "states": parts.state_words(),
        "ringing": list(queries.ringing(actor)), "about": parts.about_words(),
        "recent": list(queries.visible_pages(actor).order_by("-raised_at", "-pk")[:RECENT]),
    }  # fmt: skip
    return render(request, "oncall/board.html", context)


@require_safe
@guard.page("oncall.view")
def load(request: HttpRequest) -> HttpResponseBase:
    """``/oncall/load``: four weeks of everybody who takes turns; ``?format=csv``."""
    end = clock.now()
    people = dict.fromkeys(person for row in queries.live_schedules() for person in queries.people_of(row))
    found = queries.load(people, end - timedelta(days=28), end)
    names = parts.names(people)
    if request.GET.get("format") == "csv":
        head = ("person", "hours", "shifts", "pages", "pages per shift", "out of hours", "at night", "rest broken")
        rows = (
            (names.get(each.person, ""), round(each.hours, 1), each.shifts, each.pages, round(each.pages_per_shift, 2), each.out_of_hours,
             each.nights, each.rest_broken)
            for each in found
        )  # fmt: skip
        return csv_response("on-call-load", head, rows)
    context = {"tabs": parts.tabs("oncall-load", actor_of(request)), "rows": found, "names": names}
    return render(request, "oncall/load.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("oncall.view")
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """``/oncall/schedules/<key>``: ``?week=2026-11-23``. A POST sets an override (needs ``oncall.manage``, or to be one of them)."""
    actor, row, errors = actor_of(request), _schedule(key), Errors()
    if request.method == "POST":
        with mending(errors):
            _override(request, row)
        if not errors:
            messages.success(request, _("The override is set."))
            return redirect(request.get_full_path())
    first = _week(request.GET.get("week", ""), row.zone)
    start, end = (
        schedules.reach(row.zone, datetime.combine(day, datetime.min.time()))
        for day in (first, first + timedelta(days=7))
    )
    plan = queries.plan(row)
    final = queries.final(row, start, end)
    over = Override.objects.filter(schedule=row, removed_at__isnull=True, ends_at__gt=start, starts_at__lt=end)
    overrides = list(over.order_by("starts_at"))
    lanes = [(layer.name, schedules.layer_shifts(row.zone, layer, start, end)) for layer in plan.layers]
    if overrides:
        cut = [
            schedules.Shift(each.user_id, max(each.starts_at, start), min(each.ends_at, end), "") for each in overrides
        ]
        lanes.append((_("Overrides"), cut))
    people = list(dict.fromkeys([*queries.people_of(row), *(each.user_id for each in overrides)]))
    context = {
        "tabs": parts.tabs("oncall", actor), "row": row, "first": first,
        "before": first - timedelta(days=7), "after": first + timedelta(days=7),
        "days": [first + timedelta(days=number) for number in range(7)], "names": parts.names(people), "final": final,
        "lanes": [(name, _bars(shifts, start, end, people)) for name, shifts in [*lanes, (_("On call"), final)]],
        "gaps": schedules.gaps(final, start, end), "overrides": overrides, "errors": errors, "typed": request.POST,
        "may_manage": actor.has("oncall.manage"), "may_override": _may_override(request, row), "people": parts.people(),
        "feed": reverse("oncall-feed", args=[ical.token(row, user_of(request))]),
    }  # fmt: skip
    return render(request, "oncall/calendar.html", context, status=422 if errors else 200)


@require_POST
@guard.page("oncall.view")
def remove_override(request: HttpRequest, key: str, override_id: UUID) -> HttpResponse:
    """Take one back."""
    row = _schedule(key)
    if not _may_override(request, row):
        raise NotFound("unknown_override", "There is no such override.")
    with writing(actor_of(request)) as w:
        actions.remove_override(w, override_id)
    messages.success(request, _("The override is taken back."))
    return redirect("oncall-schedule", key)


@guard.everyone("The address holds a signed token of one person; it ends with their account or their sessions.")
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """``/oncall/feed/<token>.ics``"""
    row = ical.of_token(token)
    if row is None:
        raise NotFound("unknown_feed", "There is no such calendar.")
    return HttpResponse(ical.calendar(row), content_type="text/calendar; charset=utf-8")


def _schedule(key: str) -> Schedule:
    found = queries.live_schedules().filter(key=key).first()
    if found is None:
        raise NotFound("unknown_schedule", "There is no such schedule.")
    return found


def _may_override(request: HttpRequest, row: Schedule) -> bool:
    return actor_of(request).has("oncall.manage") or user_of(request).pk in queries.people_of(row)


def _override(request: HttpRequest, row: Schedule) -> None:
    if not _may_override(request, row):
        raise BadInput("not_yours", _("Who takes turns here may swap; you do not."), where="person")
    post = request.POST
    start, end = moment(post.get("starts_at", ""), "starts_at"), moment(post.get("ends_at", ""), "ends_at")
    if start is None or end is None:
        raise BadInput("no_span", _("Say from when until when."), where="starts_at" if start is None else "ends_at")
    try:
        person = UUID(post.get("person", ""))
    except ValueError:
        raise BadInput("no_person", _("Choose who is on instead."), where="person") from None
    with writing(actor_of(request)) as w:
        actions.override(w, row.key, person, start, end)


def _week(text: str, zone: str) -> date:
    """The Monday of the week wanted, or of this one on the schedule's wall."""
    try:
        day = date.fromisoformat(text)
        if not 2000 <= day.year <= 2100:
            raise ValueError
    except ValueError:
        day = clock.now().astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def _bars(shifts: list[schedules.Shift], start: datetime, end: datetime, people: list[UUID]) -> list[dict[str, Any]]:
    """Shifts as pieces of the week's line, in hundredths; colours by the person's place."""
    whole = (end - start).total_seconds()
    return [
        {
            "person": each.person, "start": timezone.localtime(each.start), "end": timezone.localtime(each.end),
            "at": 100 * (each.start - start).total_seconds() / whole, "width": 100 * (each.end - each.start).total_seconds() / whole,
            "colour": (people.index(each.person) if each.person in people else 0) % 6 + 1,
        }
        for each in shifts
    ]  # fmt: skip
