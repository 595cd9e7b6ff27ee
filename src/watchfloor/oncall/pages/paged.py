"""Pages as people see them: the list, and one page made for a phone at night: what it is, one tap to take it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, queries, queries_incidents, seams, words
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.models import EscalationPolicy, Page
from watchfloor.oncall.pages import parts
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

MOST = 200
HEAD = ("page", "about", "severity", "policy", "market", "state", "raised", "acknowledged", "by", "resolved", "times")


@require_safe
@guard.page("oncall.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/oncall/pages``: ``?state=``, ``?about=``; ``?format=csv``."""
    actor = actor_of(request)
    rows = queries.visible_pages(actor).order_by("-raised_at", "-pk")
    for name in ("state", "about"):
        if request.GET.get(name):
            rows = rows.filter(**{name: request.GET[name][:20]})
    found = list(rows[:MOST])
    names = parts.names(row.acknowledged_by for row in found if row.acknowledged_by)
    readable = {row.pk: queries.may_read(actor, row) for row in found}
    if request.GET.get("format") == "csv":
        lines = (
            (ids.encode("page", row.pk), row.about, row.severity, row.policy_key, row.market, row.state, row.raised_at, row.acknowledged_at,
             names.get(row.acknowledged_by, "") if row.acknowledged_by else "", row.resolved_at, row.times)
            for row in found if not row.clearance
        )  # fmt: skip
        return csv_response("pages", HEAD, lines)
    fields = [
        {"name": "state", "label": _("All states"), "chip": _("State"),
         "options": [(key, parts.state_words()[key][0]) for key in Page.State.values]},
        {"name": "about", "label": _("About anything"), "chip": _("About"), "options": list(parts.about_words().items())},
    ]  # fmt: skip
    context = {
        "tabs": parts.tabs("oncall-pages", actor), "rows": found, "names": names, "readable": readable, "fields": fields,
        "query": request.GET, "states": parts.state_words(), "about": parts.about_words(), "may_page": actor.has("oncall.page"),
    }  # fmt: skip
    return render(request, "oncall/pages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("oncall.page")
def new(request: HttpRequest) -> HttpResponse:
    """``/oncall/pages/new``: page somebody by hand."""
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            post = request.POST
            severity = post.get("severity", "")
            if not post.get("words", "").strip():
                raise BadInput("no_words", _("Say what it is about."), where="words")
            asked = PageIn(
                key=f"manual:{new_id()}", severity=int(severity) if severity in "12345" and severity else 0,
                words=post["words"].strip(), escalation_policy=post.get("policy", "")[:60],
            )  # fmt: skip
            with writing(actor_of(request)) as w:
                row = actions.page(w, asked)
            if row is not None:
                return redirect("oncall-page", ids.encode("page", row.pk))
            errors["policy"] = _("Choose whom to page.")
    policies = EscalationPolicy.objects.filter(archived_at__isnull=True).order_by("name")
    context = {"errors": errors, "typed": request.POST, "policies": [(row.key, row.name) for row in policies]}
    return render(request, "oncall/page_new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page()
def one(request: HttpRequest, page_id: str) -> HttpResponse:
    """``/oncall/pages/<page>``: ``step`` = acknowledge | hand_back | resolve. For whoever may know of the page, or was called for it."""
    actor, errors = actor_of(request), Errors()
    row = queries.page(actor, parts.of("page", page_id))
    if request.method == "POST":
        with mending(errors):
            _step(request, row)
        if not errors:
            return redirect("oncall-page", page_id)
    readable = queries.may_read(actor, row)
    case = seams.cases().see(actor, row.case_id) if row.case_id else None
    events = list(Event.objects.filter(subject=f"page:{row.pk}").order_by("ordinal")[:MOST])
    calls = list(row.calls.order_by("made_at", "pk")[:MOST])
    people = [call.user_id for call in calls if call.user_id] + ([row.acknowledged_by] if row.acknowledged_by else [])
    names = names_of({event.actor for event in events})
    incidents = queries_incidents.visible(actor).filter(pages__contains=[row.pk])
    context: dict[str, Any] = {
        "row": row, "readable": readable, "case": case, "calls": calls, "people": parts.names(people), "errors": errors,
        "typed": request.POST, "states": parts.state_words(), "about": parts.about_words(), "may_answer": queries.may_answer(actor, row),
        "may_open": actor.has("incident.manage"), "incidents": list(incidents[:5]),
        "happened": [
            {"at": event.at, "what": words.of(event.type, event.data),
             "who": "" if event.actor.startswith("system:") else names[event.actor]}
            for event in events
        ],
    }  # fmt: skip
    return render(request, "oncall/page.html", context, status=422 if errors else 200)


def _step(request: HttpRequest, row: Page) -> None:
    actor, step = actor_of(request), request.POST.get("step", "")
    why = request.POST.get("why", "").strip()[:200]
    if step == "acknowledge":
        actions.acknowledge(actor, row.pk)
        messages.success(request, _("It is yours. Nobody else is called."))
    elif step == "hand_back":
        actions.hand_back(actor, row.pk, why)
        messages.success(request, _("Given back: the steps begin anew."))
    elif step == "resolve":
        actions.resolve(actor, row.pk, why)
        messages.success(request, _("Resolved."))
    else:
        raise BadInput("unknown_step", _("That cannot be done here."))
