"""Questions: those that wait for my answer, those I asked; answering one with its case in sight."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.knowledge import queries as knowledge
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review import actions, bench, queries
from watchfloor.review.models_bench import Inquiry
from watchfloor.review.pages.in_hand import WORK, address
from watchfloor.review.queries import inquiries

CSV_HEAD = ("case", "policy", "market", "asked", "queue", "to", "waits")


@require_safe
@guard.page("review.answer", *WORK)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/review/questions``: what waits for me, what I asked; ``?format=csv`` gives what waits (never what is written)."""
    actor = actor_of(request)
    waiting = inquiries.waiting(actor)
    if request.GET.get("format") == "csv":
        plain = [row for row in waiting if not row.case.clearance]
        return csv_response("questions", CSV_HEAD, (csv_row(row) for row in plain))
    asked = inquiries.asked_by(actor)
    context = {
        "waiting": waiting,
        "asked": asked,
        "names": names_of(text for row in [*waiting, *asked] for text in (row.asked_by, row.answered_by)),
        "csv_url": "?format=csv",
        "may_answer": actor.has(inquiries.ANSWER),
    }
    return render(request, "review/inquiries.html", context)


def csv_row(row: Inquiry) -> tuple[Any, ...]:
    """One question for the export; nothing of what anyone wrote."""
    case = row.case
    return (
        ids.encode("case", case.pk), case.policy_key, case.market, row.asked_at, row.from_queue, row.to or "anyone",
        row.waits,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("review.answer")
def answer(request: HttpRequest, inquiry_id: uuid.UUID) -> HttpResponse:
    """One question with the item it is about; POST answers it."""
    actor = actor_of(request)
    row = inquiries.to_answer(actor).filter(pk=inquiry_id).first()
    if row is None:
        raise NotFound("unknown_inquiry", "There is no such question.")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            text = request.POST.get("answer", "")
            title = request.POST.get("article", "")
            actions.answer(actor, inquiry_id, text, precedent="precedent" in request.POST, article=title)
            messages.success(request, _("Answered. It is on the asker's desk."))
            return redirect("review-questions")
        except (BadInput, Conflict, Forbidden) as error:
            errors = [(error.where or "answer", f"{error.message} {error.hint}".strip())]
    case = queries.case(actor, row.case_id, why="question")
    found = bench.signals(case)
    context = {
        "row": row,
        "case": case,
        "type_name": bench.fields_of(case.item.type_key)[0],
        "author": bench.author(case, actor),
        "item": bench.item(case, found),
        "changed_since": False,
        "names": names_of([row.asked_by, row.answered_by]),
        "errors": errors,
        "error_of": dict(errors),
        "typed": request.POST,
        "articles": [] if case.clearance else knowledge.beside(case.policy_key),
        "answers": inquiries.precedents(queries.visible_cases(actor), case.policy_key, case),
    }
    return render(request, "review/inquiry.html", context, status=422 if errors else 200)


@require_POST
@guard.page(*WORK)
def withdraw(request: HttpRequest, inquiry_id: uuid.UUID) -> HttpResponse:
    """Take one's own question back."""
    actions.withdraw_inquiry(actor_of(request), inquiry_id)
    messages.success(request, _("Taken back."))
    return redirect("review-questions")


@require_POST
@guard.page(*WORK)
def claim(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take this very case and open the workbench; back to the case with the reason where that cannot be."""
    actor: Actor = actor_of(request)
    try:
        pk = ids.decode("case", case_id)
    except BadInput:
        raise NotFound("unknown_case", "There is no such case.") from None
    try:
        lease = actions.claim_case(actor, pk)
    except Conflict as error:
        messages.warning(request, f"{error.message} {error.hint}".strip())
        return redirect(reverse("case-detail", args=[case_id]))
    return redirect(address(lease.job_id))
