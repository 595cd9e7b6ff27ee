"""Examiners grade finished sittings without their scores; what bar that suggests, and choosing one with a second person."""

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
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.training import borderline as kept
from watchfloor.training.models import Exam
from watchfloor.training.pages import parts


def methods() -> dict[str, str]:
    """What ways to a bar are called."""
    return {
        "borderline_group": _("Middle score of those just at the bar"),
        "borderline_regression": _("Line through grades and scores"),
        "angoff": _("Judges of the questions (Angoff)"),
    }


def grades() -> list[tuple[str, str, str]]:
    """What an examiner can find."""
    return [
        (str(kept.BELOW), _("Below the bar"), _("They do not know the policy well enough yet.")),
        (str(kept.BORDERLINE), _("Just at the bar"), _("They only just know it, or only just do not.")),
        (str(kept.ABOVE), _("Above the bar"), _("They know it well enough.")),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("training.edit")
def page(request: HttpRequest, key: str) -> HttpResponseBase:
    """One sitting to grade and the bars so far; a POST grades, chooses a bar, agrees or drops it. ``?format=csv``: the bars."""
    actor, policy = actor_of(request), parts.policy_of(key)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            messages.success(request, _do(request, key))
            return redirect("training-borderline", key)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where or "grade", parts.sentence(refused))]
    try:
        rows, found, missing = kept.waiting(actor, key), kept.standing(actor, key), ""
    except BadInput as refused:  # a policy without a text in force
        rows, found, missing = [], kept.Standing(examiners=0, people=0, mine=0, found=()), parts.sentence(refused)
    if request.GET.get("format") == "csv":
        head = ("method", "share", "error", "based_on")
        return csv_response(
            f"{key}-bars", head, ((each.method, each.share, each.error, each.based_on) for each in found.found)
        )
    choice, last = kept.open_choice(key), kept.last_set(key)
    context = {
        "tabs": parts.tabs(actor, "bank"), "policy": policy, "errors": errors, "error_of": dict(errors), "typed": request.POST,
        "standing": found, "left": len(rows), "sitting": rows[0] if rows else None, "asked": kept.answers(rows[0]) if rows else [],
        "exam": Exam.objects.filter(policy_key=key).first(), "names": parts.topics(key), "shown": parts.shown, "missing": missing,
        "methods": methods(), "grades": grades(), "choice": choice, "last": last,
        "own": choice is not None and choice.said_by == str(actor),
        "who": names_of({each for row in (choice, last) if row for each in (row.said_by, row.settled_by) if each}),
    }  # fmt: skip
    return render(request, "training/borderline.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, key: str) -> str:
    actor, do, post = actor_of(request), request.POST.get("do", ""), request.POST
    with writing(actor) as w:
        if do == "grade":
            said = post.get("grade", "")
            kept.grade(w, actor, key, _id(post.get("sitting", "")), int(said) if said in ("0", "1", "2") else -1)
            return _("Written down. Here is the next one.")
        if do == "choose":
            kept.choose(w, actor, key, post.get("method", ""), post.get("why", ""), _share(post.get("cut", "").strip()))
            return _("It holds once a second person agrees.")
        if do in ("agree", "drop"):
            kept.settle(w, key, agreed=do == "agree")
            if do == "agree":
                return _("The bar is set; exams that have begun keep the earlier one.")
            return _("Dropped; the bar stays.")
    raise NotFound("unknown_step", "There is no such thing to do.")


def _share(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text) / 100 if len(text) < 9 else -1.0
    except ValueError:
        raise BadInput("not_a_number", "Write a number from 1 to 100.", where="cut") from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("unknown_sitting", "There is no such sitting to grade.") from None
