"""Incidents: the list, the room, the review afterwards, and the whole as Markdown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.oncall import actions, export, queries, queries_incidents, seams, updates, words
from watchfloor.oncall.actions.incidents import AUDIENCES, ROLES
from watchfloor.oncall.models import Incident
from watchfloor.oncall.pages import parts
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

MOST = 200
MANAGE = "incident.manage"
HEAD = ("incident", "title", "severity", "state", "opened", "closed", "reviewed", "actions open")


@require_safe
@guard.page("oncall.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/oncall/incidents``: ``?state=``; ``?format=csv``."""
    actor = actor_of(request)
    rows = queries_incidents.visible(actor)
    if request.GET.get("state"):
        rows = rows.filter(state=request.GET["state"][:8])
    found = list(rows.prefetch_related("corrections")[:MOST])
    open_ = {row.pk: sum(each.done_at is None for each in row.corrections.all()) for row in found}
    if request.GET.get("format") == "csv":
        lines = (
            (row.number, row.title, row.severity, row.state, row.opened_at, row.closed_at, row.reviewed_at, open_[row.pk])
            for row in found if not row.clearance
        )  # fmt: skip
        return csv_response("incidents", HEAD, lines)
    fields = [{"name": "state", "label": _("All states"), "chip": _("State"),
               "options": [(key, parts.state_words()[key][0]) for key in Incident.State.values]}]  # fmt: skip
    context = {
        "tabs": parts.tabs("incidents", actor), "rows": found, "open": open_, "states": parts.state_words(), "query": request.GET,
        "fields": fields, "may_manage": actor.has(MANAGE), "waiting": queries_incidents.waiting(actor),
    }  # fmt: skip
    return render(request, "oncall/incidents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """``/oncall/incidents/new``: ``?page=``, ``?case=`` or ``?spike=`` say from what."""
    actor, errors = actor_of(request), Errors()
    given = request.POST if request.method == "POST" else request.GET
    page = queries.page(actor, parts.of("page", given["page"])) if given.get("page") else None
    case = seams.cases().see(actor, parts.of("case", given["case"])) if given.get("case") else None
    if given.get("case") and case is None:
        raise NotFound("unknown_case", "There is no such case.")
    if request.method == "POST":
        with mending(errors):
            row = actions.open_incident(
                actor, title=given.get("title", ""), severity=_number(given, "severity"), page_id=page.pk if page else None,
                case_id=case.id if case else None, spike=given.get("spike", ""),
            )  # fmt: skip
            return redirect("incident", ids.encode("inc", row.pk))
    context = {
        "errors": errors, "typed": given, "page": page, "case": case,
        "severity": given.get("severity") or (page.severity if page else case.severity if case else 3),
    }  # fmt: skip
    return render(request, "oncall/incident_new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("oncall.view")
def one(request: HttpRequest, incident_id: str) -> HttpResponse:
    """``/oncall/incidents/<inc>``: the room; ``step`` names what is done (needs ``incident.manage``)."""
    actor, errors = actor_of(request), Errors()
    found = parts.of("inc", incident_id)
    queries_incidents.incident(actor, found)
    if request.method == "POST":
        if not actor.has(MANAGE):
            raise Forbidden("no_permission", "Your roles do not include running incidents.")
        with mending(errors):
            _step(actor, found, request.POST)
        if not errors:
            messages.success(request, _("Done."))
            return redirect("incident", incident_id)
    context: dict[str, Any] = {
        "room": queries_incidents.room(actor, found), "errors": errors, "typed": request.POST, "states": parts.state_words(),
        "may_manage": actor.has(MANAGE), "people": parts.people(), "role_words": {key: words.role(key) for key in ROLES},
        "audiences": [
            ("room", _("Note in the room")), ("internal", _("Draft of an update for colleagues")),
            ("stakeholders", _("Draft of an update for stakeholders")),
        ],
        "about": parts.about_words(), "updates": _updates(actor, found),
    }  # fmt: skip
    return render(request, "oncall/incident.html", context, status=422 if errors else 200)


@require_safe
@guard.page("oncall.view")
def markdown(request: HttpRequest, incident_id: str) -> HttpResponse:
    """``/oncall/incidents/<inc>.md``: the whole as Markdown."""
    room = queries_incidents.room(actor_of(request), parts.of("inc", incident_id))
    if room.incident.clearance:
        raise NotFound("restricted", "A restricted incident is not taken out.")
    response = HttpResponse(export.markdown(room), content_type="text/markdown; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="incident-{room.incident.number}.md"'
    return response


def _step(actor: Actor, incident: UUID, post: QueryDict) -> None:
    why = post.get("why", "")
    steps: dict[str, Callable[[], Any]] = {
        "write": lambda: actions.write(actor, incident, post.get("text", ""), _of(post, "audience", AUDIENCES)),
        "approve": lambda: updates.approve(actor, incident, UUID(post.get("id", ""))),
        "drop": lambda: updates.drop(actor, incident, UUID(post.get("id", ""))),
        "role": lambda: actions.take_role(actor, incident, _of(post, "role", ROLES), _person(post, "user")),
        "case": lambda: actions.add_case(actor, incident, ids.decode("case", post.get("case", "").strip())),
        "change": lambda: actions.change(actor, incident, title=post.get("title", ""), severity=_number(post, "severity")),
        "hold": lambda: actions.hold_evidence(actor, incident, why),
        "lift": lambda: actions.lift_hold(actor, incident, why),
        "close": lambda: actions.close(actor, incident, why),
        "reopen": lambda: actions.reopen(actor, incident, why),
        "review": lambda: actions.review(
            actor, incident, happened=post.get("happened", ""), causes=post.get("causes", ""), learned=post.get("learned", ""),
            check_on=_date(post, "check_on"),
        ),
        "correct": lambda: actions.correct(
            actor, incident, text=post.get("correction", ""), owner_id=_person(post, "owner"), due_on=_date(post, "due_on")
        ),
        "corrected": lambda: actions.corrected(actor, incident, UUID(post.get("id", ""))),
        "recurred": lambda: actions.check_recurrence(actor, incident, True),
        "not_recurred": lambda: actions.check_recurrence(actor, incident, False),
    }  # fmt: skip
    step = steps.get(post.get("step", ""))
    if step is None:
        raise BadInput("unknown_step", _("That cannot be done here."))
    step()


def _updates(actor: Actor, incident: UUID) -> list[dict[str, Any]]:
    """Updates for audiences, the newest first, with what may be done about each."""
    rows = queries_incidents.incident(actor, incident).lines.exclude(audience="room").order_by("-at", "-pk")
    me = f"{actor.kind}:{actor.id}"
    return [
        {"row": row, "waits": row.state == "draft", "own": row.by == me and row.audience in updates.TWO_PEOPLE,
         "whom": _("for colleagues") if row.audience == "internal" else _("for stakeholders")}
        for row in rows[:MOST]
    ]  # fmt: skip


def _of(post: QueryDict, name: str, known: tuple[str, ...]) -> str:
    return post.get(name, "") if post.get(name, "") in known else ""


def _number(post: QueryDict, name: str) -> int:
    text = post.get(name, "")
    return int(text) if len(text) == 1 and text.isdecimal() else 0


def _person(post: QueryDict, name: str) -> UUID | None:
    text = post.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadInput("unknown_person", _("Choose somebody."), where=name) from None


def _date(post: QueryDict, name: str) -> date | None:
    return datefields.day_or_none(post.get(name, ""), name)
