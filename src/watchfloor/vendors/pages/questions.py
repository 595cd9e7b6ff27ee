"""A vendor's questions with their clocks, and the house's answers."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.vendors import access
from watchfloor.vendors.actions import workspace
from watchfloor.vendors.models import Question
from watchfloor.vendors.pages import parts

HEAD = ("asked", "due", "answered", "in time", "policy")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.EITHER)
def index(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?state=open``: the questions; a POST asks (the vendor's side) or answers (the house's). ``?format=csv`` tells clocks, no words."""
    actor = actor_of(request)
    side = access.side(actor, key)
    asks = actor.may(access.WORK, vendor=key)
    errors: parts.Errors = []
    if request.method == "POST":
        what = request.POST.get("do", "")
        did = {"ask": lambda: _ask(request, key), "answer": lambda: _answer(request, key)}
        said = parts.act(request, did, allowed=asks if what == "ask" else side.manages)
        if said is None:
            return redirect("vendor-questions", key)
        errors = said
    rows = Question.objects.filter(vendor_key=key).order_by("answered_at", "-asked_at")
    if request.GET.get("state") == "open":
        rows = rows.filter(answered_at=None)
    if request.GET.get("format") == "csv":
        return csv_response(f"questions-{key}", HEAD, (
            (r.asked_at, r.due_at, r.answered_at, None if r.answered_at is None else r.answered_at <= r.due_at, r.policy_key)
            for r in rows
        ))  # fmt: skip
    waiting = list(rows.filter(answered_at=None).order_by("due_at")[:100])
    shown = paged(rows.exclude(answered_at=None).order_by("-answered_at"), request.GET, 30)
    wrote = [text for row in (*waiting, *shown.rows) for text in (row.asked_by, row.answered_by)]
    context = {
        **parts.context(actor, side, "questions"), "waiting": waiting, "answered": shown.rows, "pager": shown.pager,
        "names": names_of(wrote), "asks": asks, "errors": errors, "error_of": dict(errors), "typed": request.POST,
        "now": clock.now(), "policies": [("", _("No policy")), *((each.key, _(each.name)) for each in policies.all_policies())],
    }  # fmt: skip
    return render(request, "vendors/questions.html", context, status=422 if errors else 200)


def _ask(request: HttpRequest, key: str) -> str:
    with writing(actor_of(request)) as w:
        workspace.ask(w, key, request.POST.get("text", ""), policy_key=request.POST.get("policy", ""))
    return _("Asked. The clock of the contract runs.")


def _answer(request: HttpRequest, key: str) -> str:
    try:
        question = UUID(request.POST.get("question", ""))
    except ValueError:
        raise NotFound("unknown_question", "There is no such question.") from None
    given = request.POST
    try:
        with writing(actor_of(request)) as w:
            workspace.answer(w, key, question, given.get("answer", ""), article=given.get("article", ""))
    except BadInput as wrong:  # the field of this question, of several on the page
        where = {"answer": f"answer-{question}", "title": f"article-{question}"}.get(wrong.where, wrong.where)
        raise BadInput(wrong.code, wrong.message, where=where, hint=wrong.hint) from None
    return _("Answered; the vendor reads it here.")
