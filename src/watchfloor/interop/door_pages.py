"""Settings: all doors on one page, with what a client must be told, whether they are open and when they were last used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.interop.doors import Door, State, all_doors
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HEAD = ("door", "direction", "addresses", "state", "note", "last_used", "last_30_days")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One door as the page shows it."""

    door: Door
    state: State
    addresses: list[str]
    facts: list[tuple[StrOrPromise, str]]
    href: str


@require_safe
@guard.page("settings.manage")
def index(request: HttpRequest) -> HttpResponseBase:
    """Every door; ``?format=csv``."""
    base = request.build_absolute_uri("/").rstrip("/")
    lines = [_line(door, base) for door in all_doors()]
    if request.GET.get("format") == "csv":
        return csv_response("doors", HEAD, (_row(line) for line in lines))
    return render(request, "interop/doors.html", {"rows": lines})


def _line(door: Door, base: str) -> Line:
    href = ""
    if door.settings:
        try:
            href = reverse(door.settings)
        except NoReverseMatch:
            href = ""
    addresses = [base + each if each.startswith("/") else each for each in door.addresses]
    return Line(door=door, state=door.state(), addresses=addresses, facts=door.facts(base), href=href)


def _row(line: Line) -> tuple[Any, ...]:
    state = line.state
    return (
        str(line.door.name), line.door.direction, " ".join(line.addresses), state.kind, str(state.sentence),
        state.last_used.isoformat() if state.last_used else "", "" if state.count is None else state.count,
    )  # fmt: skip
