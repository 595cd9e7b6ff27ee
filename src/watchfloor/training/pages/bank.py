"""For trainers: the material of each policy, an editor, files in and out, approval by a second person, exam rules and figures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.engines.agreement import wilson
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.training import bank as kept
from watchfloor.training import exposure, formats, staff, statements
from watchfloor.training.domain import xapi
from watchfloor.training.models import Exam, TrainingItem
from watchfloor.training.pages import forms, parts

METHODS = ["GET", "HEAD", "POST"]
MOST_BYTES = 4_000_000  # of a file that is taken in


@require_safe
@guard.page(*parts.WRITE)
def banks(request: HttpRequest) -> HttpResponseBase:
    """How the material of every policy stands."""
    context = {"tabs": parts.tabs(actor_of(request), "bank"), "rows": staff.banks()}
    return render(request, "training/banks.html", context)


@require_http_methods(METHODS)
@guard.page(*parts.WRITE)
def items(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?use=&state=``: the items of a policy; ``?format=csv|gift|qti|moodle`` gives them as a file, ``xapi`` what exams came
    to; a POST takes a file in."""
    actor, policy = actor_of(request), parts.policy_of(key)
    error, typed = "", request.POST.get("rows", "")
    if request.method == "POST":
        _must(actor, "training.edit")
        upload = request.FILES.get("file")
        data = bytes(upload.read(MOST_BYTES)) if upload is not None else typed.encode()
        try:
            drafts = formats.read(data, (upload.name or "") if upload is not None else "")
            with writing(actor) as w:
                saved = kept.save_many(w, key, request.POST.get("use", ""), drafts)
            count = len(saved)
            done = ngettext("%(num)d item is taken in. A colleague can approve it.",
                            "%(num)d items are taken in. A colleague can approve them.", count)  # fmt: skip
            messages.success(request, done % {"num": count})
            return redirect("training-items", key)
        except (BadInput, Conflict) as refused:
            error = f"{parts.sentence(refused)}{f' ({refused.where})' if refused.where else ''}"
    use, state = request.GET.get("use", ""), request.GET.get("state", "")
    found = staff.items(key, use=use, state=state)
    if request.GET.get("format") in formats.FORMATS:
        return _file(key, request.GET["format"], found)
    if request.GET.get("format") == "xapi":
        return _statements(request, actor, key)
    figures = staff.figures(key)
    rows = [
        {"item": row, "stale": kept.is_stale(row), "figures": own, "text": parts.shown(row),
         "range": wilson(round(own.p * own.answers), own.answers) if own else None}
        for row in found for own in [figures.items.get(row.key)]
    ]  # fmt: skip
    context = {
        "policy": policy, "tabs": parts.tabs(actor, "bank"), "rows": rows, "figures": figures,
        "measured": list(zip(figures.forms, figures.measured, strict=True)), "query": request.GET, "error": error,
        "typed": typed, "use": request.POST.get("use", "practice"), "version": policies.version_in_force(key),
        "exam": Exam.objects.filter(policy_key=key).first(), "topics": parts.topics(key), "uses": parts.uses(),
        "levels": parts.levels(), "may_edit": actor.has("training.edit"),
        "filters": [
            {"name": "use", "label": _("Practice and exam"), "chip": _("Use"), "options": list(parts.uses().items())},
            {"name": "state", "label": _("Any state"), "chip": _("State"), "options": forms.states()},
        ],
    }  # fmt: skip
    return render(request, "training/items.html", context, status=422 if error else 200)


@require_http_methods(METHODS)
@guard.page("training.edit")
def new(request: HttpRequest, key: str) -> HttpResponseBase:
    """Write a practice case or a question."""
    return _edit(request, key, None)


@require_http_methods(METHODS)
@guard.page(*parts.WRITE)
def item(request: HttpRequest, item_id: UUID) -> HttpResponseBase:
    """One item: read, change, approve, say that it is still right, retire."""
    row = kept.item(item_id)
    step = request.POST.get("step", "save") if request.method == "POST" else ""
    if step in _STEPS:
        needed, verb, done = _STEPS[step]
        actor = actor_of(request)
        _must(actor, needed)
        try:
            with writing(actor) as w:
                verb(w, item_id)
            messages.success(request, done())
        except (Conflict, Forbidden) as refused:
            messages.error(request, parts.sentence(refused))
        return redirect("training-item", item_id)
    return _edit(request, row.policy_key, row)


_STEPS: dict[str, tuple[str, Any, Any]] = {
    "approve": ("training.approve", kept.approve, lambda: _("Approved: it counts from now on.")),
    "still_right": (
        "training.edit",
        kept.still_right,
        lambda: _("Stamped with the text in force. A colleague can approve it."),
    ),
    "retire": ("training.edit", kept.retire, lambda: _("Retired: it is not used any more.")),
}


def _edit(request: HttpRequest, key: str, row: TrainingItem | None) -> HttpResponseBase:
    actor, policy = actor_of(request), parts.policy_of(key)
    typed = forms.typed_of(row) if row is not None else forms.blank(request.GET.get("use", "practice"))
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        _must(actor, "training.edit")
        typed = forms.read(request, row)
        try:
            with writing(actor) as w:
                saved = kept.save(w, key, typed["use"], forms.draft(typed))
            messages.success(request, _("Saved. It counts once a colleague approves it."))
            return redirect("training-item", saved.pk)
        except (BadInput, Conflict) as refused:
            where = refused.where.rpartition(".")[2]
            errors = [(where if where in typed else "text", parts.sentence(refused))]
    context = {
        "policy": policy, "item": row, "typed": typed, "errors": errors, "error_of": dict(errors),
        "topics": list(parts.topics(key).items()),
        "uses": list(parts.uses().items()), "levels": [(str(n), words) for n, words in parts.levels().items()],
        "findings": [(name, words) for name, words in parts.topics(key).items() if name != "general"],
        "stale": row is not None and kept.is_stale(row), "names": names_of([row.written_by, row.approved_by]) if row else {},
        "may_edit": actor.has("training.edit"),
        "may_approve": row is not None and row.state == "draft" and actor.has("training.approve") and row.written_by != str(actor),
    }  # fmt: skip
    return render(request, "training/item.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@guard.page("training.edit")
def exam(request: HttpRequest, key: str) -> HttpResponseBase:
    """The rules of a policy's exam."""
    actor, policy = actor_of(request), parts.policy_of(key)
    row = Exam.objects.filter(policy_key=key).first()
    typed = forms.exam_typed(row)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        try:
            values = forms.exam_values(
                typed, {name: request.POST.get(f"count-{name}", "") for name in parts.topics(key)}
            )
            values["blueprint"] += (
                [cell for cell in row.blueprint if cell["difficulty"]] if row else []
            )  # not in the form
            with writing(actor) as w:
                kept.save_exam(w, key, **values)
            messages.success(request, _("The rules are saved; exams that have begun go by the earlier ones."))
            return redirect("training-items", key)
        except WatchfloorError as refused:
            errors = [(refused.where if refused.where in typed else "blueprint", parts.sentence(refused))]
    counts = {cell["topic"]: cell["count"] for cell in row.blueprint if not cell["difficulty"]} if row else {}
    asked = [
        (name, words, request.POST.get(f"count-{name}", counts.get(name, 0)))
        for name, words in parts.topics(key).items()
    ]
    ready = {name: sum(1 for each in kept.usable(key, "exam") if each.topic == name) for name in parts.topics(key)}
    context = {
        "policy": policy,
        "typed": typed,
        "errors": errors,
        "error_of": dict(errors),
        "asked": asked,
        "ready": ready,
        "left": exposure.left(row) if row is not None and row.own_forms else None,
    }
    return render(request, "training/exam_edit.html", context, status=422 if errors else 200)


def _file(key: str, form: str, rows: list[TrainingItem]) -> HttpResponse:
    suffix, kind = formats.FORMATS[form]
    data = formats.written(form, [forms.draft_of(row) for row in rows], kept.findings(key), name=key)
    answer = HttpResponse(data, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="training-{key}.{suffix}"'
    return answer


def _statements(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """What exams came to, one xAPI statement a line."""
    _must(actor, "training.edit")
    found = statements.of_policy(actor, key, request.build_absolute_uri("/"))
    answer = HttpResponse(xapi.lines(found), content_type="application/jsonl; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="statements-{key}.jsonl"'
    return answer


def _must(actor: Actor, permission: str) -> None:
    if not actor.has(permission):
        raise Forbidden("no_permission", "Your roles do not include this.", hint="Ask an administrator for access.")
