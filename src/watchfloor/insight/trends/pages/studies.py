"""Prevalence studies on the screen: what is known so far over time, and the form that draws a new one, with its calculator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.engines.prevalence import needed
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight.trends import scores, studies, study_actions
from watchfloor.insight.trends.models import Study
from watchfloor.insight.trends.pages import parts
from watchfloor.insight.trends.study_actions import LABEL, MANAGE
from watchfloor.items.queries import types
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

FIELDS = (
    "name", "unit", "method", "by", "names", "item_types", "markets", "languages", "start", "end", "size", "double_share", "views_field",
    "weekly", "expected", "half",
)  # fmt: skip
PER_VIEWS = 10_000
COLUMNS = (
    "study",
    "name",
    "state",
    "method",
    "unit",
    "start",
    "end",
    "population",
    "sample",
    "labelled",
    "violating",
    "unsure",
    "share",
    "low",
    "high",
)


@require_safe
@page("insight.view", LABEL)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/insight/prevalence``: every study with its estimate; ``?format=csv``."""
    actor = actor_of(request)
    rows = [(row, studies.result(row)) for row in studies.studies(actor)]
    if request.GET.get("format") == "csv":
        lines = (
            (row.pk, row.name, row.state, row.method, row.unit, row.start.isoformat(), row.end.isoformat(), row.population, row.size,
             found.labelled, found.hits, found.unsure, round(found.share, 6), round(found.low, 6), round(found.high, 6))
            for row, found in rows
        )  # fmt: skip
        return csv_response("prevalence", COLUMNS, lines)
    done = [(row, found) for row, found in rows if found.labelled and row.state != Study.State.DROPPED]
    newest: dict[str, Any] = {}
    for row, found in done:
        newest.setdefault(row.name, (row, found))
    context = {
        "tabs": parts.tabs("prevalence"), "states": states(), "methods": methods(), "units": units(), "per": PER_VIEWS,
        "rows": [{"study": row, "found": found, "url": reverse("study", args=[row.pk])} for row, found in rows],
        "newest": [
            {"name": row.name, "value": found.share * PER_VIEWS, "low": found.low * PER_VIEWS, "high": found.high * PER_VIEWS,
             "href": reverse("study", args=[row.pk]), "places": 0}
            for row, found in list(newest.values())[:8]
        ],
        "may": actor.has(MANAGE),
    }  # fmt: skip
    return render(request, "insight/trends/studies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """``/insight/prevalence/new``: a GET with ``expected`` and ``half`` (in per cent) says how many must be labelled; a POST draws."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    today = clock.now().date()
    usual = {
        "unit": "item", "method": "simple", "size": "400", "double_share": "10", "start": f"{today - timedelta(days=7)}", "end": f"{today}",
        "expected": "2", "half": "1",
    }  # fmt: skip
    typed = {name: given.get(name, usual.get(name, "")).strip() for name in FIELDS}
    errors: list[tuple[str, str]] = []
    wanted: int | None = None
    try:
        wanted = needed(_percent(typed["expected"], "expected"), _percent(typed["half"], "half"))
        if request.method == "POST":
            study = study_actions.begin(actor, **_values(typed))
            return redirect("study", study.pk)
    except (BadInput, Forbidden) as error:
        errors.append((error.where if error.where in FIELDS else "name", f"{error.message} {error.hint}".strip()))
    context = {
        "typed": typed, "errors": errors, "of": dict(errors), "methods": list(methods().items()), "units": list(units().items()),
        "bys": [("", _("None")), ("market", _("Market")), ("language", _("Language")), ("item_type", _("Item type")),
         ("views", _("Reach")), *((f"{scores.PREFIX}{key}", f"{_('Model')}: {name}") for key, name in scores.names().items())],
        "types": ", ".join(sorted(types())), "wanted": wanted,
    }  # fmt: skip
    return render(request, "insight/trends/study_new.html", context, status=422 if errors else 200)


def _values(typed: dict[str, str]) -> dict[str, Any]:
    start, end = _day(typed["start"], "start"), _day(typed["end"], "end")
    if not typed["size"].isdecimal() or len(typed["size"]) > 6:
        raise BadInput("bad_size", "Say how many are labelled, as a whole number.", where="size")
    many = {
        name: [each for each in typed[name].replace(",", " ").split() if each]
        for name in ("names", "item_types", "markets", "languages")
    }
    return {
        "name": typed["name"], "unit": typed["unit"], "method": typed["method"], "by": typed["by"], "start": start, "end": end,
        "size": int(typed["size"]), "double_share": _percent(typed["double_share"], "double_share"), "views_field": typed["views_field"],
        "weekly": typed["weekly"] == "on", **many,
    }  # fmt: skip


def _day(text: str, where: str) -> datetime:
    """The beginning of a day, UTC."""
    day = datefields.day(text, where)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _percent(text: str, where: str) -> float:
    try:
        found = float(text.replace(",", ".")) / 100
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise BadInput("bad_percent", "Give a share in per cent, from 0 to 100.", where=where)
    return found


def states() -> dict[str, str]:
    """Of studies."""
    return {"labelling": _("Being labelled"), "done": _("Finished"), "dropped": _("Dropped")}


def methods() -> dict[str, str]:
    """How samples are drawn."""
    return {"simple": _("Each alike"), "stratified": _("Each stratum apart"), "views": _("By views")}


def units() -> dict[str, str]:
    """What is drawn."""
    return {"item": _("Items"), "event": _("Events, such as views")}
