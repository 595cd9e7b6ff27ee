"""The statement of reasons of one decision: as it stands, and said better by a person who may take actions back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.enforcement import category_words, queries, statement_queries, statements
from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.kernel.ids import decode
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

MAY = "enforcement.lift"
TYPED = ("facts", "explanation", "despite")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.view")
def statement(request: HttpRequest, decision_id: str) -> HttpResponse:
    """``/enforcement/statements/<dec>``; POST (``facts``, ``explanation``, ``despite``) corrects the wording."""
    actor = actor_of(request)
    decision = decode("dec", decision_id)
    case = queries.visible_actions(actor).filter(decision_id=decision).values_list("case_id", flat=True).first()
    versions = statement_queries.versions(decision)
    if not versions or not queries.visible_actions(actor).filter(decision_id=decision).exists():
        raise NotFound("no_statement", "There is no such statement of reasons.")
    may_reword = queries.visible_actions(actor, MAY).filter(decision_id=decision).exists()
    errors = Errors()
    if request.method == "POST":
        if not may_reword:
            raise Forbidden("no_permission", "Your roles do not include taking actions back.")
        given = {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in TYPED}
        with mending(errors), writing(actor) as w:
            statements.reword(w, decision, **given)
        if not errors:
            messages.success(request, _("The statement is corrected; its earlier wording is kept."))
            return HttpResponseRedirect(reverse("enforcement-statement", args=[decision_id]))
    kinds = {kind.does: kind.name for kind in reversed(queries.kinds(enabled=False))}
    kinds["suspend"] = _("Suspended")
    newest = versions[-1]
    context = {
        "versions": versions, "name_of": lambda does: kinds.get(does, does.replace("_", " ")), "case_id": case, "errors": errors,
        "categories": category_words.category_words(), "may_reword": may_reword and newest.state != "withdrawn",
        "typed": {"facts": newest.facts, "explanation": newest.explanation, "despite": ""} | (request.POST.dict() if errors else {}),
    }  # fmt: skip
    return render(request, "enforcement/statement_one.html", context, status=422 if errors else 200)
