"""``/programme/launches/N/gates/KEY``: one gate in full, what a person says of it, and the waiver."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme.launches import access, asking, story
from watchfloor.programme.launches.actions import gating
from watchfloor.programme.launches.actions.planning import document_of
from watchfloor.programme.launches.domain import states
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.launches.pages import words


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, number: int, key: str) -> HttpResponseBase:
    """The gate; a POST says that it holds or not, waives it, or takes the waiver back."""
    actor, errors = actor_of(request), Errors()
    row = access.one(actor, number)
    gate = next((each for each in asking.seen_by(actor, asking.gates_of(row)) if each.key == key), None)
    if gate is None:
        raise NotFound("unknown_gate", "There is no such gate.")
    if request.method == "POST":
        with mending(errors):
            messages.success(request, _act(request, actor, row, key))
            return redirect("launch", number)
    watched = row.state in states.WATCHED
    context = {
        "row": row, "gate": gate, "errors": errors, "typed": request.POST, "verdicts": words.verdict_words(),
        "told": story.turns(row, key), "names": names_of([gate.waived_by]), "document": document_of(row),
        "may_say": watched and gate.said and access.may(actor, row, access.EDIT),
        "may_waive": watched and access.may(actor, row, access.APPROVE),
    }  # fmt: skip
    return render(request, "launches/gate.html", context, status=422 if errors else 200)


def _act(request: HttpRequest, actor: Actor, row: Launch, key: str) -> str:
    do = request.POST.get("do", "")
    needed = {"holds": access.EDIT, "not": access.EDIT, "waive": access.APPROVE, "insist": access.APPROVE}.get(do)
    if needed is None or not access.may(actor, row, needed):
        raise NotFound("unknown_step", "There is no such thing to do.")
    with writing(actor) as w:
        if do in ("holds", "not"):
            gating.say(w, row.pk, key, holds=do == "holds", words=request.POST.get("words", ""))
            return _("What you said is kept with your name.")
        if do == "waive":
            gating.waive(w, row.pk, key, request.POST.get("why", ""))
            return _("The gate is waived; everybody sees by whom and why.")
        gating.insist(w, row.pk, key)
        return _("The waiver is taken back.")
