"""Exams: the rules and the start, one question at a time against the clock, and the result by topic."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.training import bank, learning, sittings
from watchfloor.training.domain.forms import cells, shuffled
from watchfloor.training.models import Answer, Sitting
from watchfloor.training.pages import parts

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@guard.page(*parts.LEARN)
def rules(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the exam asks and how it is passed; a POST begins it."""
    policy, reviewer = parts.policy_of(key), parts.me(request)
    exam = sittings.exam_of(key)
    error = ""
    if request.method == "POST":
        try:
            with writing(actor_of(request)) as w:
                begun = sittings.begin(w, reviewer, key)
            return redirect("training-question", begun.pk, 1)
        except (Conflict, BadInput) as refused:
            error = parts.sentence(refused)
    context = {
        "policy": policy, "exam": exam, "error": error, "path": learning.path(reviewer, key), "names": parts.topics(key),
        "cells": cells(exam.blueprint), "questions": sum(cell.count for cell in cells(exam.blueprint)),
        "past": [row for row in learning.past_sittings(reviewer) if row.policy_key == key],
    }  # fmt: skip
    return render(request, "training/exam.html", context, status=409 if error else 200)


@require_http_methods(METHODS)
@guard.page(*parts.LEARN)
def question(request: HttpRequest, sitting_id: UUID, number: int) -> HttpResponseBase:
    """One question of one's own exam; a POST records the answer and goes on to the next."""
    row = sittings.own(parts.me(request), sitting_id)
    item = sittings.question(row, number)
    error = ""
    if request.method == "POST" and row.state == Sitting.State.OPEN:
        try:
            with writing(actor_of(request)) as w:
                sittings.answer(w, row, number, request.POST.get("answer", ""))
            if number < len(row.items):
                return redirect("training-question", row.pk, number + 1)
            return redirect("training-sitting", row.pk)
        except BadInput as refused:
            error = parts.sentence(refused)
        except Conflict as refused:
            messages.warning(request, refused.message)
    if _is_over(request, row):
        return redirect("training-sitting", row.pk)
    names = parts.topics(row.policy_key)
    known = item.options or bank.findings(row.policy_key)
    order = shuffled([str(option) for option in item.options], str(row.pk)) if item.options else known
    given = Answer.objects.filter(sitting=row, item=item).values_list("given", flat=True).first()
    context = {
        "sitting": row, "number": number, "total": len(row.items), "content": parts.shown(item), "given": given or "",
        "choices": [(option, names.get(option, option) if not item.options else option) for option in order], "error": error,
        "policy": parts.policy_of(row.policy_key), "is_case": not item.options,
    }  # fmt: skip
    return render(request, "training/question.html", context, status=422 if error else 200)


@require_http_methods(METHODS)
@guard.page(*parts.LEARN)
def sitting(request: HttpRequest, sitting_id: UUID) -> HttpResponseBase:
    """What is answered and what is not; a POST hands in. Once it is over: the result, topic by topic."""
    reviewer = parts.me(request)
    row = sittings.own(reviewer, sitting_id)
    if request.method == "POST":
        with writing(actor_of(request)) as w:
            sittings.finish(w, row)
        return redirect("training-sitting", row.pk)
    over = _is_over(request, row)
    if over:
        row = sittings.own(reviewer, sitting_id)
    done = set(Answer.objects.filter(sitting=row).values_list("item_id", flat=True))
    context = {
        "sitting": row, "policy": parts.policy_of(row.policy_key), "names": parts.topics(row.policy_key),
        "open": [index for index, (name, _revision) in enumerate(row.items, 1) if UUID(name) not in done],
        "total": len(row.items), "mark": sittings.mark_of(row) if over else None, "path": learning.path(reviewer, row.policy_key),
    }  # fmt: skip
    return render(request, "training/sitting.html", context)


def _is_over(request: HttpRequest, row: Sitting) -> bool:
    """Whether it has ended; one whose time is over is ended here, so that nobody waits for the loop to say so."""
    if row.state == Sitting.State.OPEN and clock.now() >= row.ends_at:
        with writing(actor_of(request)) as w:
            sittings.finish(w, row, how="time_over")
        messages.info(request, _("The time is over."))
        return True
    return row.state != Sitting.State.OPEN
