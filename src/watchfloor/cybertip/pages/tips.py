"""What is to be reported and how far it is; the draft's form; the second person's page; the life of a report."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.cybertip import access, drafts, house, outcomes, queries, viewing
from watchfloor.cybertip.domain import checks, xml
from watchfloor.cybertip.domain.drafts import Draft, digest
from watchfloor.cybertip.models import Tip
from watchfloor.cybertip.pages import forms, words
from watchfloor.identity import audit
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.identity.signon import proof
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.models import Event
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

METHODS = ["GET", "HEAD", "POST"]
MOST = 200
CSV_HEAD = ("report", "state", "environment", "began_at", "due_at", "late_at", "finished_at", "ncmec_report")


@require_http_methods(METHODS)
@access.page()
def index(request: HttpRequest) -> HttpResponseBase:
    """``?state=``: what there is; POST with ``case`` begins one by hand. ``?format=csv`` tells states and times, nothing of the content."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors):
            try:
                made = drafts.begin(actor, ids.decode("case", request.POST.get("case", "").strip()))
            except NotFound:
                raise BadInput("unknown_case", _("There is no such case."), where="case") from None
            except (BadInput, Conflict) as error:
                raise BadInput(error.code, error.message, where="case", hint=error.hint) from None
            return redirect("cybertip-tip", made.pk)
    state = request.GET.get("state", "")
    rows = queries.listed(actor, state)
    if request.GET.get("format") == "csv":
        return csv_response("ncmec-reports", CSV_HEAD, (queries.csv_row(row) for row in rows))
    shown = list(rows[:MOST])
    if shown:
        audit.record(actor, "tip:list", "list", clearance=access.CLEARANCE)
    context = {
        "rows": shown, "query": request.GET, "errors": errors, "typed": request.POST.get("case", ""), "states": words.states(),
        "colours": words.COLOURS, "environments": words.environments(), "closed": drafts.CLOSED, "plan": house.plan(),
        "names": names_of({name for row in shown for name in (row.prepared_by, row.released_by)}), "waiting": queries.waiting(actor),
        "filters": [{"name": "state", "label": _("Any state"), "chip": _("State"), "options": list(words.states().items())}],
        "may_prepare": access.may(actor, access.PREPARE), "may_manage": access.may(actor, access.MANAGE),
        "nobody_is_paged": not queries.somebody_is_paged(),
    }  # fmt: skip
    return render(request, "cybertip/index.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@access.page(access.PREPARE, access.RELEASE)
def tip(request: HttpRequest, tip_id: uuid.UUID) -> HttpResponse:
    """The draft: its form, what is missing, the preview. POST saves it, says that it is complete, or throws it away."""
    actor = actor_of(request)
    row = access.tip(actor, tip_id, why="draft")
    if row.state not in drafts.WRITABLE:
        return redirect("cybertip-life", tip_id)
    if row.state == Tip.State.PREPARED and request.method != "POST":
        return redirect("cybertip-release", tip_id)
    if not access.may(actor, access.PREPARE, row):
        raise access.nothing()
    draft = drafts.now_of(row)
    typed, errors = forms.typed_of(draft), Errors()
    began_from = request.POST.get("edits", "")
    if request.method == "POST":
        step = request.POST.get("step", "save")
        with mending(errors):
            if step == "drop":
                drafts.drop(actor, tip_id, request.POST.get("drop_why", ""))
                messages.success(request, _("Thrown away. Nothing was sent."))
                return redirect("cybertip")
            typed |= {name: str(value) for name, value in request.POST.items() if name in typed}
            typed, changed = forms.read(request.POST, draft)
            number = int(began_from) if began_from.isdecimal() and len(began_from) < 9 else -1
            saved = drafts.save(actor, tip_id, number, changed)
            began_from = str(saved.edits)  # kept, even if it is not complete yet
            if step == "prepare":
                drafts.prepare(actor, tip_id, digest(drafts.now_of(saved)))
                messages.success(request, _("A colleague must release it now."))
                return redirect("cybertip-release", tip_id)
            messages.success(request, _("Saved."))
            return redirect("cybertip-tip", tip_id)
        row.refresh_from_db()
        draft = drafts.now_of(row)
    context = _draft_context(row, draft) | {
        "typed": _Blank(typed), "errors": errors, "edits": began_from or row.edits, "query": request.GET,
        "incident_types": words.incident_types(), "places": words.places(), "report_marks": words.report_marks(), "tri": words.tri(),
        "relevances": words.relevances(), "classes": words.classes(), "drop_why": request.POST.get("drop_why", ""),
    }  # fmt: skip
    return render(request, "cybertip/tip.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@access.page(access.PREPARE, access.RELEASE)
@proof.fresh()
def release(request: HttpRequest, tip_id: uuid.UUID) -> HttpResponse:
    """Everything that would leave, for the second person. POST releases it or sends it back."""
    actor = actor_of(request)
    row = access.tip(actor, tip_id, why="release")
    if row.state != Tip.State.PREPARED:
        return redirect("cybertip-tip", tip_id)
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            if request.POST.get("step") == "release":
                drafts.release(actor, tip_id, request.POST.get("digest", ""))
                messages.success(request, _("Released. It goes to NCMEC now."))
                return redirect("cybertip-life", tip_id)
            outcomes.to_draft(actor, tip_id, request.POST.get("why", ""))
            messages.success(request, _("It is a draft again."))
            return redirect("cybertip-tip", tip_id)
    draft = drafts.now_of(row)
    context = _draft_context(row, draft) | {
        "errors": errors, "digest": digest(draft), "why": request.POST.get("why", ""), "plan": house.plan(),
        "environments": words.environments(), "is_mine": row.prepared_by == str(actor),
        "may_release": access.may(actor, access.RELEASE, row) and row.prepared_by != str(actor),
    }  # fmt: skip
    return render(request, "cybertip/release.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@access.page(access.PREPARE, access.RELEASE)
def life(request: HttpRequest, tip_id: uuid.UUID) -> HttpResponse:
    """What became of it: each step, each report opened there, each file, who looked. POST tries again, takes back, or mends."""
    actor = actor_of(request)
    row = access.tip(actor, tip_id, why="life")
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            _life_step(request, actor, row)
            return redirect("cybertip-life" if row.state != Tip.State.DRAFT else "cybertip-tip", tip_id)
        row.refresh_from_db()
    events = list(Event.objects.filter(subject=f"tip:{row.pk}").order_by("ordinal"))
    looks = queries.looks(row)
    names = names_of({*(event.actor for event in events), *(look.actor for look in looks)})
    context = {
        "row": row, "errors": errors, "typed": request.POST, "states": words.states(), "colours": words.COLOURS, "steps": words.steps(),
        "events": words.told(events), "names": names, "openings": list(row.openings.order_by("began_at")),
        "outcomes": words.outcomes(), "files": list(row.files.select_related("media").order_by("place")),
        "file_states": words.file_states(),
        "environments": words.environments(), "looks": looks, "reason": words.reasons().get(row.why_code, ""),
        "on_its_way": row.state in outcomes.ON_ITS_WAY, "stuck": row.state in (Tip.State.STOPPED, Tip.State.QUARANTINED),
        "document": queries.sent_document(row), "writable": row.state in drafts.WRITABLE,
    }  # fmt: skip
    return render(request, "cybertip/life.html", context, status=422 if errors else 200)


def _life_step(request: HttpRequest, actor: Actor, row: Tip) -> None:
    step, why = request.POST.get("step", ""), request.POST.get("why", "")
    if step == "resume":
        outcomes.resume(actor, row.pk)
        messages.success(request, _("It is tried again now."))
    elif step == "withdraw":
        outcomes.withdraw(actor, row.pk, why)
        messages.success(request, _("It is taken back."))
    elif step == "mend":
        row.state = outcomes.to_draft(actor, row.pk, why).state
        messages.success(request, _("It is a draft again."))
    else:
        raise BadInput("unknown_step", _("There is no such step."), where="step")


def _draft_context(row: Tip, draft: Draft) -> dict[str, Any]:
    cases = drafts.cases_of(row)
    looks = viewing.looks([case.pk for case in cases])
    problems = [(each, _(each.what) % each.values) for each in checks.problems(draft)]
    documents = [(each, _pretty(each.details, "fileDetails")) for each in draft.files if each.included]
    return {
        "stands": drafts.standing(house.plan().violations).filter(case__in=[case.pk for case in cases]).exists(),
        "row": row, "draft": draft, "cases": cases, "states": words.states(), "colours": words.COLOURS, "problems": problems,
        "blocked": any(each.blocks for each, _words in problems), "document": _pretty(draft.report, "report"), "documents": documents,
        "looks": looks, "names": names_of({row.prepared_by}), "file_marks": words.file_marks(), "nobody": viewing.Look(),
        "incident_names": dict(words.incident_types()), "class_names": dict(words.classes()), "relevance_names": dict(words.relevances()),
    }  # fmt: skip


def _pretty(part: Any, tag: str) -> str:
    try:
        return xml.pretty(part, tag)
    except BadInput as error:
        return error.message


class _Blank(dict[str, str]):
    """Fields that are not there are empty."""

    def __missing__(self, key: str) -> str:
        return ""
