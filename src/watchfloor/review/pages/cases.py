"""Cases: found by whatever one knows of them; one case with everything that happened, proofs and the steps one may take."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger import dossier
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions, case_many, case_view, find, queries
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Case, Decision, Job, Queue
from watchfloor.review.pages import many_words, tables
from watchfloor.review.pages.in_hand import WORK

PER_PAGE = 50
CSV_HEAD = (
    "case",
    "state",
    "policy",
    "severity",
    "market",
    "language",
    "channel",
    "reports",
    "opened",
    "due",
    "closed",
    "how",
)
FORM_KEYS = ("text", "by", "appellant", "grounds", "why", "waits_for", "pause_why")


@require_safe
@guard.page("case.view", *WORK)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/cases``: see ``find.cases`` for the filters; ``?format=csv`` gives the rows."""
    actor = actor_of(request)
    wanted = {name: request.GET.get(name, "").strip() for name in find.FILTERS}
    errors: list[tuple[str, str]] = []
    try:
        rows = find.cases(actor, wanted)
    except BadInput as error:
        errors = [(error.where, f"{error.message} {error.hint}".strip())]
        rows = Case.objects.none()
    if request.GET.get("format") == "csv" and not errors:
        plain = rows.filter(clearance="")  # restricted cases are in no export
        found = tables.read_all(lambda after: queries.page(plain, find.ORDER, after=after, limit=200))
        return csv_response("cases", CSV_HEAD, (csv_row(case) for case in found))
    shown = queries.page(rows, find.ORDER, after=request.GET.get("after", ""), limit=PER_PAGE)
    texts = tables.excerpts((case.item, case.item_version) for case in shown.rows if not case.clearance)
    known = [(policy.key, policy.name) for policy in policies.all_policies()]
    visible = [(row.key, row.name) for row in queries.queue_summary(actor)]
    context = {
        "lines": [
            {"case": case, "url": address(case.pk), "text": texts.get(case.item_version, "")} for case in shown.rows
        ],
        "errors": errors,
        "query": request.GET,
        "filters": [
            {"name": "q", "label": _("Case, item or account id"), "chip": _("Search"), "type": "search"},
            {"name": "state", "label": _("Any state"), "chip": _("State"),
             "options": [("open", _("Open")), ("escalated", _("Escalated")), ("closed", _("Closed"))]},
            {"name": "policy", "label": _("Any policy"), "chip": _("Policy"), "options": known},
            {"name": "queue", "label": _("Any queue"), "chip": _("Waits in"), "options": visible},
            {"name": "market", "label": _("Market"), "type": "search"},
            {"name": "tag", "label": _("Tag"), "type": "search"},
            {"name": "since", "label": _("Opened since (2026-12-31)"), "chip": _("Since"), "type": "search"},
            {"name": "until", "label": _("Opened until"), "chip": _("Until"), "type": "search"},
        ],
        "next_page": tables.next_link(request.GET, shown.next),
        "first_page": tables.with_query(request.GET, after="") if request.GET.get("after") else None,
        "csv_url": tables.with_query(request.GET, after="", format="csv"),
        "tabs": many_words.tabs(actor, "case-list"),
        "bulk_url": f"{reverse('bulk-order')}{tables.with_query(request.GET, after='', source='search')}" if actor.has("case.bulk") else "",
    }  # fmt: skip
    return render(request, "review/cases.html", context, status=422 if errors else 200)


def csv_row(case: Case) -> tuple[Any, ...]:
    """One case for the export; nothing of what anyone wrote."""
    return (
        ids.encode("case", case.pk), case.state, case.policy_key, case.severity, case.market, case.language, case.channel,
        case.report_count, case.opened_at, case.due_at, case.closed_at, case.closed_how,
    )  # fmt: skip


def address(case_id: uuid.UUID) -> str:
    """The page of a case."""
    return reverse("case-detail", args=[ids.encode("case", case_id)])


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("case.view", *WORK)
def detail(request: HttpRequest, case_id: str) -> HttpResponse:
    """``/cases/<case>``: one timeline, ``?show=`` narrows it; POST takes one of the steps below."""
    actor = actor_of(request)
    try:
        pk = ids.decode("case", case_id)
    except BadInput:
        raise NotFound("unknown_case", "There is no such case.") from None
    case = queries.case(actor, pk, why="case page")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        step = STEPS.get(request.POST.get("step", ""))
        if step is None:
            raise BadInput("unknown_step", "There is no such step.", where="step")
        try:
            step(request, actor, case)
            return redirect(address(pk))
        except (BadInput, Conflict, Forbidden, NotFound) as error:
            errors = [(error.where or "main", f"{error.message} {error.hint}".strip())]
    before = request.GET.get("before", "")
    older = int(before) if before.isdecimal() and len(before) < 19 else None
    context = case_view.context(actor, case, request.GET.get("show", ""), older)
    context["many"] = case_many.context(actor, case)
    context.update(
        errors=errors,
        error_of=dict(errors),
        typed={name: request.POST.get(name, "") for name in FORM_KEYS},
        query=request.GET,
        queue_names=dict(Queue.objects.values_list("key", "name")),
    )
    return render(request, "review/case.html", context, status=422 if errors else 200)


def _note(request: HttpRequest, actor: Actor, case: Case) -> None:
    actions.note(actor, case.pk, request.POST.get("text", ""))
    messages.success(request, _("Noted."))


def _undo(request: HttpRequest, actor: Actor, case: Case) -> None:
    decision = _decision(case, request.POST.get("decision", ""))
    actions.undo(actor, decision.pk, request.POST.get("why", "").strip()[:200])
    messages.success(request, _("Taken back. Everything it did is undone, and the case waits for a fresh look."))


def _appeal(request: HttpRequest, actor: Actor, case: Case) -> None:
    decision = _decision(case, request.POST.get("decision", ""))
    row = actions.file_appeal(
        actor,
        AppealIn(
            decision_id=decision.pk,
            by=request.POST.get("by", ""),
            appellant=request.POST.get("appellant", "").strip()[:250],
            grounds=request.POST.get("grounds", "").strip()[:10_000],
        ),
    )
    if row.state == "ineligible":
        messages.warning(request, _("The appeal cannot be heard: %(why)s") % {"why": row.why})
    else:
        messages.success(request, _("The appeal waits for someone who has not decided this case."))


def _pause(request: HttpRequest, actor: Actor, case: Case) -> None:
    actions.pause(
        actor,
        _job(case, request),
        request.POST.get("waits_for", ""),
        why=request.POST.get("pause_why", "").strip()[:200],
    )
    messages.success(request, _("Its clock stands still, and nobody is given it."))


def _resume(request: HttpRequest, actor: Actor, case: Case) -> None:
    actions.resume(actor, _job(case, request))
    messages.success(request, _("Its clock runs again: what was left is left now."))


STEPS = {"note": _note, "undo": _undo, "appeal": _appeal, "pause": _pause, "resume": _resume}


def _job(case: Case, request: HttpRequest) -> uuid.UUID:
    """The job of the form, if it is one of this case."""
    try:
        found = Job.objects.filter(case=case, pk=uuid.UUID(request.POST.get("job", ""))).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("unknown_job", "There is no such job on this case.")
    return found.pk


def _decision(case: Case, text: str) -> Decision:
    try:
        found = Decision.objects.filter(case=case, pk=uuid.UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("unknown_decision", "There is no such decision on this case.")
    return found


@require_safe
@guard.page("case.view", *WORK)
def proof(request: HttpRequest, case_id: str, decision_id: uuid.UUID) -> HttpResponse:
    """The proof of one decision: every ledger event about it with its inclusion proof, as a file for a stranger's verifier."""
    actor = actor_of(request)
    case = queries.case(actor, ids.decode("case", case_id), why="proof")
    decision = _decision(case, str(decision_id))
    made = dossier.of_decision(decision.pk)
    name = f"{ids.encode('dec', decision.pk)}.proof"
    if request.GET.get("format") == "zip":
        response = HttpResponse(dossier.archive(made), content_type="application/zip")
        name += ".zip"
    else:
        response = HttpResponse(json.dumps(made, indent=1), content_type="application/json")
        name += ".json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
