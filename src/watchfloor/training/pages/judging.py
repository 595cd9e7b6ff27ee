"""Where the bar of an exam is: judges say what they expect, a person sets it; and who has more time."""

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
from watchfloor.platform.render import render
from watchfloor.training import judging as kept
from watchfloor.training import scope
from watchfloor.training.models import AngoffRound, Exam, ExtraTime
from watchfloor.training.pages import parts
from watchfloor.workforce.models import Reviewer

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@guard.page("training.edit")
def bar(request: HttpRequest, key: str) -> HttpResponseBase:
    """The round of judges of a policy's exam; a POST begins one, judges, or closes it and perhaps sets the bar."""
    actor, policy = actor_of(request), parts.policy_of(key)
    errors: list[tuple[str, str]] = []
    row = kept.latest(key)
    if request.method == "POST":
        try:
            messages.success(request, _do(request, key, row))
            return redirect("training-bar", key)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where or "shares", parts.sentence(refused))]
    found = kept.standing(row, str(actor)) if row is not None else None
    differ = {each.item: each for each in found.found.items} if found is not None and found.found is not None else {}
    context = {
        "tabs": parts.tabs(actor, "bank"), "policy": policy, "round": found, "row": row, "errors": errors, "error_of": dict(errors),
        "typed": request.POST, "exam": Exam.objects.filter(policy_key=key).first(), "names": parts.topics(key), "differ": differ,
        "who": names_of([row.began_by, row.set_by]) if row is not None else {}, "shown": parts.shown,
    }  # fmt: skip
    return render(request, "training/bar.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, key: str, row: AngoffRound | None) -> str:
    actor, do = actor_of(request), request.POST.get("do", "")
    if do == "begin":
        with writing(actor) as w:
            kept.begin(w, key)
        return _("The round is open: each judge says what they expect of every question.")
    if row is None or do not in ("judge", "close"):
        raise NotFound("unknown_step", "There is no such thing to do.")
    if do == "judge":
        with writing(actor) as w:
            kept.judge(
                w,
                row,
                {UUID(name): _share(request.POST.get(f"share-{name}", ""), "shares") for name, _rev in row.items},
            )
        return _("Written down. You can change it until the round is closed.")
    cut = request.POST.get("cut", "").strip()
    with writing(actor) as w:
        kept.close(w, row, _share(cut, "cut") if cut else None)
    if not cut:
        return _("The round is closed; the bar stays.")
    return _("The round is closed and the bar is set; exams that have begun keep the earlier one.")


def _share(text: str, where: str) -> float:
    try:
        return round(float(text) / 100, 6) if len(text) < 9 else -1.0
    except ValueError:
        raise BadInput("not_a_number", "Write a number from 0 to 100.", where=where) from None


@require_http_methods(METHODS)
@guard.page("training.edit")
def extra_time(request: HttpRequest) -> HttpResponseBase:
    """Who has more time in exams; a POST says so of one person of the vendors one teaches."""
    actor = actor_of(request)
    people = {
        str(row.pk): row for row in Reviewer.objects.filter(scope.rows(actor, *scope.TEACH), active=True)
    }  # fmt: skip
    names = names_of(f"user:{pk}" for pk in people)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            person = request.POST.get("person", "")
            if person not in people:
                raise BadInput("unknown_person", "Choose somebody.", where="person")
            factor = request.POST.get("factor", "")
            with writing(actor) as w:
                kept.give_time(
                    w,
                    UUID(person),
                    float(factor) if factor in {str(each) for each in kept.FACTORS} else 0,
                    request.POST.get("why", ""),
                )
            messages.success(request, _("It counts from their next exam on."))
            return redirect("training-extra-time")
        except BadInput as refused:
            errors = [(refused.where, parts.sentence(refused))]
    rows = [row for row in ExtraTime.objects.filter(factor__gt=1) if str(row.reviewer_id) in people]
    context = {
        "tabs": parts.tabs(actor, "bank"), "errors": errors, "error_of": dict(errors), "typed": request.POST,
        "rows": sorted(({"row": row, "name": names[f"user:{row.reviewer_id}"]} for row in rows), key=lambda each: str(each["name"])),
        "people": [("", _("Choose …")), *sorted(((pk, names[f"user:{pk}"]) for pk in people), key=lambda each: each[1].casefold())],
        "factors": [
            ("1.0", _("The usual time")), ("1.25", _("A quarter more")), ("1.5", _("Half as much again")), ("2.0", _("Twice the time")),
            ("3.0", _("Three times the time")),
        ],
    }  # fmt: skip
    return render(request, "training/extra_time.html", context, status=422 if errors else 200)
