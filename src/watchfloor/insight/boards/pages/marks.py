"""Targets, and remarks at moments: what panels are measured by, and what readers should know."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue, params
from watchfloor.insight.boards import keeping, marking, serving, wording
from watchfloor.insight.boards.answers import summed
from watchfloor.insight.own_metrics.keeping import titles
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

INPUT = {"ms": 60_000.0, "share": 0.01, "count": 1.0}  # people type minutes, per cent, numbers


@require_http_methods(["GET", "HEAD", "POST"])
@page("insight.view")
def targets(request: HttpRequest) -> Any:
    """All targets; a form to set one; each can be ended."""
    actor = actor_of(request)
    typed: dict[str, str] = {
        "metric": request.GET.get("metric", ""),
        "value": "",
        "begins_on": clock.now().date().isoformat(),
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = request.POST.dict()
        try:
            return _do(request, actor, typed)
        except BadInput as problem:
            errors[problem.where or "value"] = problem.message
    rows = [_shown(row) for row in marking.targets(actor)]
    if request.GET.get("format") == "csv":
        head = ("metric", "scope", "target", "from")
        return csv_response(
            "targets", head, ((row["name"], row["scope"], row["target"], row["row"].begins_on) for row in rows)
        )
    values = {
        field["name"]: field["options"]
        for field in serving.fields(actor, _everything())
        if field["name"] in params.filters()
    }
    context = {
        "rows": rows, "typed": typed, "errors": errors, "may_change": actor.has(keeping.EDITS), "query": request.GET,
        "metrics": [(one.key, _(one.title)) for one in catalogue.metrics().values()],
        "scopes": [(name, wording.dimension_words(name), values.get(name, [])) for name in params.filters()],
    }  # fmt: skip
    return render(request, "insight/boards/targets.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, actor: Actor, typed: dict[str, str]) -> HttpResponse:
    if typed.get("do") == "end":
        marking.end_target(actor, _id(typed.get("target", "")))
        messages.success(request, _("The target no longer counts."))
        return redirect("board-targets")
    one = catalogue.metric(typed.get("metric", ""))
    try:
        value = float(typed.get("value", "").replace(",", "."))
    except ValueError:
        raise BadInput("bad_target", _("A target is a number: minutes, per cent or a count."), where="value") from None
    day = datefields.day(typed.get("begins_on", ""), "begins_on")
    scope = {name: typed[f"where_{name}"] for name in params.filters() if typed.get(f"where_{name}")}
    marking.set_target(actor, one.key, value * INPUT.get(one.unit, 1.0), scope, day)
    messages.success(request, _("The target is set; panels that look at it draw it."))
    return redirect("board-targets")


def _shown(row: Any) -> dict[str, Any]:
    one = catalogue.metrics().get(row.metric)
    unit = one.unit if one else "count"
    target = wording.value_words(unit, row.value)
    return {
        "row": row, "name": _(one.title) if one else row.metric, "direction": one.direction if one else "",
        "target": _("%(target)s a day") % {"target": target} if one and summed(one) else target,
        "scope": wording.filters_words(row.scope) if row.scope else _("everywhere"),
    }  # fmt: skip


@require_POST
@page("insight.view")
def note(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """A remark at a moment, put from a board: its filters are the remark's scope."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    if request.POST.get("gone"):
        marking.remove_note(actor, _id(request.POST["gone"]))
    else:
        at = params.moment(request.POST.get("at", ""), "at")
        scope = {name: request.POST[f"where_{name}"] for name in titles() if request.POST.get(f"where_{name}")}
        marking.note_moment(actor, at, request.POST.get("text", ""), scope)
        messages.success(request, _("The note is drawn on every line it concerns."))
    return redirect("board", row.pk)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("not_there", "There is no such thing.") from None


def _everything() -> Any:
    from watchfloor.insight.boards import looking
    from watchfloor.insight.boards.domain.document import Document

    return looking.read(Document(span="28d"), {})
