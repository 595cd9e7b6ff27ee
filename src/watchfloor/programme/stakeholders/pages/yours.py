"""What waits for the viewer: sign-offs, questions, updates of their audiences; and asking somebody something."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.programme import forms
from watchfloor.programme.stakeholders import access, actions, queries, subjects, words
from watchfloor.programme.stakeholders.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.EITHER)
def index(request: HttpRequest) -> HttpResponseBase:
    """A POST signs, refuses, answers or asks."""
    actor = actor_of(request)
    who = access.person_of(actor)
    errors: forms.Errors = []
    if request.method == "POST":
        verbs = {
            "sign": lambda: _sign(request), "refuse": lambda: _refuse(request), "answer": lambda: _answer(request),
            "ask": lambda: _ask(request),
        }  # fmt: skip
        said = forms.act(request, verbs, allowed=who is not None)
        if said is None:
            return redirect("programme-yours")
        errors = said
    questions = queries.questions(actor).order_by("answered_at", "due")
    waiting = list(questions.filter(answered_at=None, asked_of=who)[:100]) if who else []
    asked = paged(questions.exclude(pk__in=[row.pk for row in waiting]).order_by("-asked_at"), request.GET, 20)
    signs = queries.asked_of(who)[:100] if who else []
    updates = list(queries.told_to(actor)[:20])
    titles = subjects.of(actor, [row.about for row in (*signs, *waiting, *asked.rows, *updates)])
    people = queries.people_to_ask() if actor.has(access.VIEW) else {}
    context = {
        **parts.context(request, "programme-yours"), "signs": signs, "sign_words": words.sign_offs(), "waiting": waiting,
        "asked": asked.rows, "pager": asked.pager, "updates": updates, "titles": titles, "errors": errors, "error_of": dict(errors),
        "names": names_of([*(row.asked_by for row in (*signs, *waiting, *asked.rows)), *(f"user:{row.asked_of}" for row in asked.rows),
                           *(row.sent_by for row in updates)]),
        "people": [("", _("Choose")), *((str(pk), name) for pk, name in people.items() if pk != who)], "may_ask": actor.has(access.VIEW),
        "policies": [("", _("None")), *((each.key, _(each.name)) for each in policies.all_policies())], "clock_zone": _zone().key,
    }  # fmt: skip
    return render(request, "stakeholders/yours.html", context, status=422 if errors else 200)


def _zone() -> ZoneInfo:
    here = timezone.get_current_timezone()
    return here if isinstance(here, ZoneInfo) else ZoneInfo("UTC")


def _sign(request: HttpRequest) -> str:
    with writing(actor_of(request)) as w:
        actions.sign(w, parts.uuid(request.POST.get("sign_off", ""), "sign_off"), request.POST.get("reason", ""))
    return _("Signed.")


def _refuse(request: HttpRequest) -> str:
    given = request.POST
    with writing(actor_of(request)) as w:
        try:
            actions.refuse(w, parts.uuid(given.get("sign_off", ""), "sign_off"), given.get("reason", ""))
        except BadInput as wrong:
            raise BadInput(wrong.code, "Say why not.", where=f"reason-{given.get('sign_off', '')}") from None
    return _("Refused; who asked reads why.")


def _answer(request: HttpRequest) -> str:
    given = request.POST
    number = given.get("question", "")
    try:
        with writing(actor_of(request)) as w:
            actions.answer(
                w, parts.uuid(number, "question"), given.get("answer", ""), article=given.get("article", ""),
                policy_key=given.get("policy", ""),
            )  # fmt: skip
    except BadInput as wrong:  # the field of this question, of several on the page
        raise BadInput(wrong.code, wrong.message, where=f"{wrong.where}-{number}", hint=wrong.hint) from None
    return _("Answered.")


def _ask(request: HttpRequest) -> str:
    given, actor = request.POST, actor_of(request)
    of = given.get("of", "")
    if of not in {str(pk) for pk in queries.people_to_ask()} or not actor.has(access.VIEW):
        raise BadInput("unknown_person", "Choose whom you ask.", where="of")
    due = datefields.moment(given.get("due", ""), "due", _zone())
    with writing(actor) as w:
        actions.ask(w, of, given.get("text", ""), due)
    return _("Asked; they are told by mail.")
