"""One application beside what the app does: checks, risk, scopes, and the decision with what the developer will read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.appreview import catalogue, queries
from watchfloor.appreview.actions import deciding
from watchfloor.appreview.actions.deciding import Verdict
from watchfloor.appreview.actions.submitting import asked_of
from watchfloor.appreview.domain.violations import VIOLATIONS
from watchfloor.appreview.models import Application
from watchfloor.appreview.pages import figures, words
from watchfloor.appreview.queries import Told
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("app.view")
def application(request: HttpRequest, application_id: UUID) -> HttpResponseBase:
    """Read it; a POST takes it, gives it back, shows what the developer would read, or decides."""
    row = queries.application(application_id)
    actor = actor_of(request)
    errors: list[tuple[str, str]] = []
    preview: Told | None = None
    if request.method == "POST":
        if not actor.has("app.review"):
            raise Forbidden("no_permission", "Your roles do not include reviewing apps.")
        try:
            preview = _do(request, actor, row)
            if preview is None:
                return redirect("application", application_id)
        except (BadInput, Conflict) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
        row = queries.application(application_id)
    context = _context(request, actor, row, errors, preview)
    return render(request, "appreview/application.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, actor: Actor, row: Application) -> Told | None:
    do = request.POST.get("do", "")
    if do == "preview":
        return _preview(deciding.settle(row, _verdict(request)))
    with writing(actor) as w:
        if do == "claim":
            deciding.claim(w, actor, row.pk)
        elif do == "release":
            deciding.release(w, actor, row.pk)
        else:
            deciding.decide(w, actor, row.pk, _verdict(request))
            messages.success(request, _("Decided; the platform and the developer are told."))
    return None


def _verdict(request: HttpRequest) -> Verdict:
    limit = request.POST.get("daily_limit", "").replace(",", "").strip()
    if limit and not (limit.isdecimal() and len(limit) < 16):
        raise BadInput("bad_limit", "The limit is a whole number of calls a day.", where="daily_limit")
    return Verdict(
        kind=request.POST.get("kind", ""), scopes=tuple(request.POST.getlist("scopes")), daily_limit=int(limit) if limit else None,
        conditions=request.POST.get("conditions", ""), violations=tuple(request.POST.getlist("violations")),
        words=request.POST.get("words", ""),
    )  # fmt: skip


def _preview(verdict: Verdict) -> Told:
    return Told(
        kind=verdict.kind, scopes=verdict.scopes, daily_limit=verdict.daily_limit, conditions=verdict.conditions,
        violations=queries.violations(verdict.violations), words=verdict.words,
    )  # fmt: skip


def _context(
    request: HttpRequest, actor: Actor, row: Application, errors: list[tuple[str, str]], preview: Told | None
) -> dict[str, Any]:
    asked, typed = asked_of(row), request.POST
    by = catalogue.current()
    found = {each["violation"] for each in row.findings}
    decisions = list(row.decisions.order_by("-at"))
    scopes = [
        {"scope": each.scope, "reason": each.reason, "grade": by.grade_of(each.scope),
         "about": _(by.scopes[each.scope].about) if each.scope in by.scopes else _("Not in the catalogue")}
        for each in asked.scopes
    ]  # fmt: skip
    return {
        **figures.context(row.app), "row": row, "app": row.app, "asked": asked, "scopes": scopes, "checks": queries.checks_of(row),
        "weights": queries.weights_of(row), "level": words.levels()[queries.level_of(row)], "states": words.states(),
        "triggers": words.triggers(), "tiers": words.tiers(), "check_names": words.checks(), "grades": words.grades(),
        "kinds": [(key, label, "") for key, label in words.kinds().items()], "most": by.tiers[row.tier].calls,
        "violations": [(each.id, f"{each.id} {_(each.name)}") for each in VIOLATIONS.values()], "decisions": decisions,
        "told": [queries.of_decision(each) for each in decisions], "preview": preview, "errors": errors, "error_of": dict(errors),
        "typed": typed, "chosen_scopes": typed.getlist("scopes") if typed.get("kind") else [each.scope for each in asked.scopes],
        "chosen_violations": typed.getlist("violations") if typed.get("kind") else sorted(found),
        "kind": typed.get("kind", ""), "mine": row.state == "in_review" and row.reviewer == str(actor),
        "may_review": actor.has("app.review"), "names": names_of([row.reviewer, *(each.by for each in decisions)]),
        "talk": list(row.app.messages.order_by("at")), "figure_names": words.figures(), "plain_figures": figures.PLAIN,
        "said": words.said(),
        "scope_options": [(each.scope, each.scope) for each in asked.scopes],
    }  # fmt: skip
