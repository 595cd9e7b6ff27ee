"""All reviews one may read, and the page that composes one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme import tabs
from watchfloor.programme.reviews import access, actions, queries, shown, templates
from watchfloor.programme.reviews.actions import Wanted
from watchfloor.programme.reviews.domain.spans import midnight
from watchfloor.programme.reviews.pages import parts

HEAD = ("id", "title", "template", "vendor", "from", "to", "state", "version", "changed_at")


@require_safe
@page("programme.view", "programme.edit", "vendor.work")
def index(request: HttpRequest) -> HttpResponseBase:
    """The newest reviews; by template or vendor; the archive behind ``?archived=1``."""
    actor = actor_of(request)
    chosen = {name: request.GET.get(name, "") for name in ("template", "vendor")}
    rows = queries.listed(actor, archived=bool(request.GET.get("archived")), **chosen)
    if request.GET.get("format") == "csv":
        lines = (
            (
                queries.name_of(row), row.title, row.template, row.vendor_key, row.starts_at, row.ends_at, parts.state_of(row)[0],
                row.version, row.changed_at,
            )
            for row in rows
        )  # fmt: skip
        return csv_response("reviews", HEAD, lines)
    names, titles = names_of(row.changed_by for row in rows), dict(parts.template_options())
    shown_rows = [
        {
            "row": row, "url": reverse("programme-review", args=[queries.name_of(row)]),
            "span": shown.span_words(row.starts_at, row.ends_at),
            "state": parts.state_of(row), "by": names.get(row.changed_by, row.changed_by),
            "template": titles.get(row.template, row.template),
        }
        for row in rows
    ]  # fmt: skip
    context: dict[str, Any] = {
        "rows": shown_rows, "query": request.GET, "tabs": tabs.tabs(actor.has, "programme-reviews"), "may_write": actor.has(access.EDIT),
        "fields": [
            {"name": "template", "label": _("Every kind"), "options": parts.template_options()},
            *([{"name": "vendor", "label": _("Every vendor"), "options": options}] if (options := parts.vendor_options(actor)) else []),
        ], "archived": bool(request.GET.get("archived")),
    }  # fmt: skip
    return render(request, "programme/reviews/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page("programme.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Choose what to compose and over which days; it fills itself at once."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "") for name in ("template", "vendor", "start", "end", "title", "about")}
    typed["template"] = typed["template"] or "weekly"
    typed["language"] = given.get("language", "") or (translation.get_language() or "en")
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            zone = parts.zone_name()
            start, end = (parts.day_of(typed[name], name, zone) for name in ("start", "end"))
            if (start is None) != (end is None):
                raise BadInput("half_a_span", _("Give both days, or neither."), where="end" if end is None else "start")
            wanted = Wanted(
                template=typed["template"], start=start, end=end and _day_after(end, zone), vendor=typed["vendor"], title=typed["title"],
                zone=zone, language=typed["language"], about=typed["about"],
            )  # fmt: skip
            row = actions.compose(actor, wanted)
            assert row is not None
            return redirect("programme-review-edit", queries.name_of(row))
        except BadInput as problem:
            errors[problem.where or "template"] = problem.message
        except WatchfloorError as problem:
            errors["template"] = problem.message
    context = {
        "typed": typed, "errors": errors, "vendors": parts.vendor_options(actor), "zone_name": parts.zone_name(),
        "templates": [(each.key, _(each.title), _(each.purpose)) for each in templates.TEMPLATES.values()],
        "launches": parts.launch_options(actor), "languages": settings.LANGUAGES,
    }  # fmt: skip
    return render(request, "programme/reviews/new.html", context, status=422 if errors else 200)


def _day_after(moment: datetime, zone: str) -> datetime:
    """A last day is meant with all its hours."""
    return midnight(moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=1), ZoneInfo(zone))
