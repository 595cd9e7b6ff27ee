"""The apps: a list, and one app with what it may do, its figures, steps against it, the talk with its developer, its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.appreview import queries
from watchfloor.appreview.actions import deciding, stepping, submitting
from watchfloor.appreview.domain.violations import VIOLATIONS
from watchfloor.appreview.links import developer_link
from watchfloor.appreview.models import ApiApp
from watchfloor.appreview.pages import figures, words
from watchfloor.appreview.pages.queue import MOST_CSV, tabs
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

HEAD = ("app", "name", "developer", "state", "step", "tier", "scopes", "daily_limit", "approved")


@require_safe
@guard.page("app.view")
def app_list(request: HttpRequest) -> HttpResponseBase:
    """``?state=&step=&q=``: all apps; ``?format=csv`` gives them as a file."""
    rows = queries.apps(request.GET.dict())
    if request.GET.get("format") == "csv":
        return csv_response("apps", HEAD, (
            (row.external_id, row.name, row.developer.name, row.state, row.step, row.tier, " ".join(row.scopes), row.daily_limit,
             row.approved_at) for row in rows[:MOST_CSV].iterator()
        ))  # fmt: skip
    shown = paged(rows, request.GET)
    kept = request.GET.copy()
    kept["format"] = "csv"
    steps = [("any", _("Any step")), *((key, chip[0]) for key, chip in words.in_force().items())]
    context = {
        "rows": [{"row": row, "url": reverse("app-page", args=[row.pk])} for row in shown.rows], "pager": shown.pager,
        "query": request.GET, "tabs": tabs("apps"), "states": words.app_states(), "in_force": words.in_force(),
        "tiers": words.tiers(), "csv_url": f"?{kept.urlencode()}",
        "filters": [
            {"name": "q", "label": _("App or developer"), "type": "search"},
            {"name": "state", "label": _("Any state"), "chip": _("State"),
             "options": [(key, chip[0]) for key, chip in words.app_states().items()]},
            {"name": "step", "label": _("With or without a step"), "chip": _("Step"), "options": steps},
        ],
    }  # fmt: skip
    return render(request, "appreview/apps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("app.view")
def app_page(request: HttpRequest, app_id: UUID) -> HttpResponseBase:
    """One app; a POST takes a step or takes one back, writes to the developer, reopens it, exchanges the link."""
    app = queries.app(app_id)
    actor = actor_of(request)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        needed, do = _DO.get(request.POST.get("do", ""), (None, None))
        if do is None or needed is None:
            raise NotFound("unknown_step", "There is no such thing to do.")
        if not actor.has(needed):
            raise Forbidden("no_permission", "Your roles do not include that.")
        try:
            messages.success(request, do(request, actor, app))
            return redirect("app-page", app_id)
        except (BadInput, Conflict, NotFound) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
    return render(request, "appreview/app.html", _context(request, actor, app, errors), status=422 if errors else 200)


def _context(request: HttpRequest, actor: Actor, app: ApiApp, errors: list[tuple[str, str]]) -> dict[str, Any]:
    steps = list(app.steps.order_by("-at"))
    applications = list(app.applications.order_by("-number"))
    talk = list(app.messages.order_by("at"))
    wrote = [*(row.by for row in steps), *(row.undone_by for row in steps), *(row.by for row in talk)]
    return {
        **figures.context(app), "app": app, "errors": errors, "error_of": dict(errors), "typed": request.POST, "steps": steps,
        "applications": applications,
        "talk": talk, "told": queries.told(app), "step_names": words.steps(), "states": words.states(),
        "app_states": words.app_states(), "in_force": words.in_force(), "triggers": words.triggers(), "tiers": words.tiers(),
        "violations": [(row.id, f"{row.id} {_(row.name)}") for row in VIOLATIONS.values()], "names": names_of(wrote),
        "chosen": request.POST.getlist("violations"), "link": developer_link(app) if actor.has("app.review") else "",
        "may_stop": actor.has("app.stop"), "may_review": actor.has("app.review"),
    }  # fmt: skip


def _step(request: HttpRequest, actor: Actor, app: ApiApp) -> str:
    limit = request.POST.get("limit", "").strip()
    with writing(actor) as w:
        stepping.take(
            w, actor, app, request.POST.get("kind", ""), why=request.POST.get("why", ""),
            violations=request.POST.getlist("violations"), token=request.POST.get("token", ""),
            limit=int(limit) if limit.isdecimal() and len(limit) < 16 else None,
        )  # fmt: skip
    return _("The step is taken; the platform and the developer are told.")


def _undo(request: HttpRequest, actor: Actor, app: ApiApp) -> str:
    row = next((row for row in app.steps.all() if str(row.pk) == request.POST.get("step")), None)
    with writing(actor) as w:
        stepping.undo(w, actor, row.pk if row else None, why=request.POST.get("undo_why", ""))
    return _("The step is taken back; the platform and the developer are told.")


def _say(request: HttpRequest, actor: Actor, app: ApiApp) -> str:
    with writing(actor) as w:
        deciding.write_message(w, app, request.POST.get("text", ""), by=str(actor), from_developer=False)
    return _("The developer reads it on their page.")


def _reopen(request: HttpRequest, actor: Actor, app: ApiApp) -> str:
    with writing(actor) as w:
        if submitting.reopen(w, app, trigger="by_hand", evidence=[]) is None:
            raise Conflict("not_running", "Only an approved app can be reopened.")
    return _("The app is in the queue again.")


def _link(request: HttpRequest, actor: Actor, app: ApiApp) -> str:
    with writing(actor) as w:
        deciding.new_link(w, app)
    return _("The old link is void; send the developer the new one.")


_DO = {
    "step": ("app.stop", _step), "undo": ("app.stop", _undo), "say": ("app.review", _say), "reopen": ("app.review", _reopen),
    "link": ("app.review", _link),
}  # fmt: skip
