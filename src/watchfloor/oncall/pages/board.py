"""Who is on call now, what rings, and a schedule by the week with its overrides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, ical, queries
from watchfloor.oncall.domain import schedule as schedules
from watchfloor.oncall.models import Override, Schedule
from watchfloor.oncall.pages import parts, swapping
from watchfloor.platform import datefields
from watchfloor.platform.render import render

RECENT, MOST_BREACHES = 10, 5


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
        "asked": queries.asked_of(actor), "who": parts.names(each.asker_id for each in queries.asked_of(actor)),
        "recent": list(queries.visible_pages(actor).order_by("-raised_at", "-pk")[:RECENT]),
    }  # fmt: skip
    return render(request, "oncall/board.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("oncall.view")
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """``/oncall/schedules/<key>``: ``?week=2026-11-23``. A POST sets an override (needs ``oncall.manage``, or to be one of them), or asks
    for a swap (``step=swap``)."""
    actor, row, errors = actor_of(request), _schedule(key), Errors()
    if request.method == "POST":
        with mending(errors):
            (swapping.ask if request.POST.get("step") == "swap" else swapping.override)(request, row)
        if not errors:
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
    mine = queries.swaps(row, user_of(request).pk)
    people = list(dict.fromkeys([
        *queries.people_of(row), *(each.user_id for each in overrides), *(who for each in mine for who in (each.asker_id, each.other_id)),
    ]))  # fmt: skip
    now, names = clock.now(), parts.names(people)
    broken = queries.breaches(row, now, now + queries.AHEAD) if any(row.rules.values()) else []
    turns = [(str(pk), names[pk]) for pk in queries.people_of(row) if pk in names and pk != user_of(request).pk]
    context = {
        "tabs": parts.tabs("oncall", actor), "row": row, "first": first,
        "before": first - timedelta(days=7), "after": first + timedelta(days=7),
        "days": [first + timedelta(days=number) for number in range(7)], "names": names, "final": final, "swaps": mine,
        "me": user_of(request).pk, "turns": turns if user_of(request).pk in people else [],
        "breaches": [
            (each.at, swapping.breach_words(each, names.get(each.person, _("somebody who left"))))
            for each in broken[:MOST_BREACHES]
        ],
        "more": len(broken[MOST_BREACHES:]),
        "ruled": any(row.rules.values()), "history": queries.history(actor, row, start, end), "states": parts.state_words(),
        "about": parts.about_words(),
        "lanes": [(name, _bars(shifts, start, end, people)) for name, shifts in [*lanes, (_("On call"), final)]],
        "gaps": schedules.gaps(final, start, end), "overrides": overrides, "errors": errors, "typed": request.POST,
        "may_manage": actor.has("oncall.manage"), "may_override": swapping.may_override(request, row), "people": parts.people(),
        "feed": reverse("oncall-feed", args=[ical.token(row, user_of(request))]),
    }  # fmt: skip
    return render(request, "oncall/calendar.html", context, status=422 if errors else 200)


@require_POST
@guard.page("oncall.view")
def remove_override(request: HttpRequest, key: str, override_id: UUID) -> HttpResponse:
    """Take one back."""
    row = _schedule(key)
    if not swapping.may_override(request, row):
        raise NotFound("unknown_override", "There is no such override.")
    with writing(actor_of(request)) as w:
        actions.remove_override(w, override_id)
    messages.success(request, _("The override is taken back."))
    return redirect("oncall-schedule", key)


@guard.everyone("The address holds a signed token of one person; it ends with their account or their sessions.")
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """``/oncall/feed/<token>.ics``"""
    text = ical.of_token(token)
    if text is None:
        raise NotFound("unknown_feed", "There is no such calendar.")
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


def _schedule(key: str) -> Schedule:
    found = queries.live_schedules().filter(key=key).first()
    if found is None:
        raise NotFound("unknown_schedule", "There is no such schedule.")
    return found


def _week(text: str, zone: str) -> date:
    """The Monday of the week wanted, or of this one on the schedule's wall."""
    day = datefields.day_or_none(text, "week") or clock.now().astimezone(ZoneInfo(zone)).date()
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
