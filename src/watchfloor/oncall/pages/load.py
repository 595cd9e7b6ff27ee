"""Load and rest: how heavy on-call was for each over four weeks, and the hours of a month by their kind, for payroll."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.oncall import queries
from watchfloor.oncall.domain.plain import PAY
from watchfloor.oncall.domain.schedule import months_later
from watchfloor.oncall.pages import parts
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

SPAN = timedelta(days=28)
HEAD = (
    "person", "hours", "out of hours hours", "shifts", "pages", "pages per shift", "pages out of hours", "pages at night", "rest broken",
)  # fmt: skip


@require_safe
@guard.page("oncall.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/oncall/load``: four weeks of everybody who takes turns; ``?format=csv``."""
    end = clock.now()
    people = _people()
    found = queries.load(people, end - SPAN, end)
    off = {each.person: each.total - each.working for each in queries.hours(people, end - SPAN, end)}
    names = parts.names(people)
    if request.GET.get("format") == "csv":
        rows = (
            (names.get(each.person, ""), round(each.hours, 1), round(off[each.person], 1), each.shifts, each.pages,
             round(each.pages_per_shift, 2), each.out_of_hours, each.nights, each.rest_broken)
            for each in found
        )  # fmt: skip
        return csv_response("on-call-load", HEAD, rows)
    shifts, pages = sum(each.shifts for each in found), sum(each.pages for each in found)
    context: dict[str, Any] = {
        "tabs": parts.tabs("oncall-load", actor_of(request)), "rows": found, "names": names, "off": off, "months": _months(end),
        "all": {
            "hours": sum(each.hours for each in found), "off": sum(off.values()), "shifts": shifts, "pages": pages,
            "per": pages / shifts if shifts else 0, "out": sum(each.out_of_hours for each in found),
            "nights": sum(each.nights for each in found), "rest": sum(each.rest_broken for each in found),
        },
    }  # fmt: skip
    return render(request, "oncall/load.html", context)


@require_safe
@guard.page("oncall.view")
def hours(request: HttpRequest) -> HttpResponseBase:
    """``/oncall/hours.csv``: ``?month=2026-11`` (UTC): hours by kind on each person's own wall, over all schedules."""
    try:
        first = datefields.moment(f"{request.GET.get('month', '')}-01T00:00", "month")
    except BadInput:
        raise BadInput("bad_month", _("That is not a month."), where="month", hint="2026-11") from None
    people = _people()
    names = parts.names(people)
    found = queries.hours(people, first, months_later(first, 1))
    rows = (
        (names.get(each.person, ""), *(round(getattr(each, name), 4) for name in PAY))
        for each in sorted(found, key=lambda one: names.get(one.person, ""))
    )
    return csv_response(f"on-call-hours-{first:%Y-%m}", ("person", *PAY), rows)


def _people() -> dict[Any, None]:
    """Who takes turns now, or was put on by an override in the last year."""
    since = clock.now() - timedelta(days=366)
    turns = (person for row in queries.live_schedules() for person in queries.people_of(row))
    return dict.fromkeys([*turns, *queries.substitutes(since)])


def _months(now: datetime) -> list[tuple[str, str]]:
    """This month and the eleven before it."""
    first = date(now.year, now.month, 1)
    found = []
    for _each in range(12):
        found.append((f"{first:%Y-%m}", f"{first:%Y-%m}"))
        first = (first - timedelta(days=1)).replace(day=1)
    return found
