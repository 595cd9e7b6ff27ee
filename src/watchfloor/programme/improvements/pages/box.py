"""The suggestion box: the small form of every page, the same as a page of its own, and what was suggested already."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme.improvements import access, near, places, words
from watchfloor.programme.improvements.actions import suggest
from watchfloor.programme.improvements.contracts import Suggested
from watchfloor.programme.improvements.models import Suggestion
from watchfloor.programme.improvements.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.SUGGEST)
def page(request: HttpRequest) -> HttpResponseBase:
    """The form; a POST keeps what it says. Asked from the dialog (``HX-Request``) it answers with the dialog's inside."""
    actor = actor_of(request)
    errors: parts.Errors = []
    within = request.headers.get("HX-Request") == "true"
    if request.method == "POST":
        try:
            row = _keep(actor, request)
        except (BadInput, Conflict) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
        else:
            if within:
                return render(request, "improvements/thanks.html", {"row": row})
            messages.success(request, _("Thank you. You read here what becomes of it."))
            return redirect("programme-suggestion", row.pk)
    context: dict[str, Any] = {
        **parts.head(actor, "programme-suggestions"), "errors": errors, "error_of": dict(errors), "typed": request.POST,
        "often": words.often(),
    }  # fmt: skip
    status = 422 if errors else 200
    return render(request, "improvements/form.html" if within else "improvements/suggest.html", context, status=status)


@require_POST
@guard.page(access.SUGGEST)
def alike(request: HttpRequest) -> HttpResponseBase:
    """What was suggested already that seems to say the same, of what this person may read: a piece of the form."""
    actor = actor_of(request)
    text = " ".join((request.POST.get("wrong", ""), request.POST.get("wanted", "")))[:4_000]
    place = places.of(actor, request.POST.get("at", ""))
    rows = near.to_text(actor, text, page=place.page, queue=place.queue) if len(text) > 20 else []
    return render(request, "improvements/alike.html", {"rows": rows, "states": words.suggestion_states()})


def _keep(actor: Actor, request: HttpRequest) -> Suggestion:
    given = request.POST
    place = places.of(actor, given.get("at", ""))
    said = Suggested(
        wrong=given.get("wrong", ""), wanted=given.get("wanted", ""), kind=given.get("kind", "idea"), steps=given.get("steps", ""),
        often=given.get("often", ""), page=place.page, queue=place.queue, policy=place.policy, market=place.market,
        case_id=place.case_id, window_size=given.get("window", ""),
    )  # fmt: skip
    with writing(actor) as w:
        return suggest(w, actor, said)
