"""Boards that are sent by themselves: the schedules of one board, a form for another, a test, what became of the last."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.insight.boards import keeping, sending, serving
from watchfloor.insight.boards.models import Board, Sending
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@page("board.edit")
def index(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """The schedules of one board."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    typed = {
        "kind": "mail",
        "address": user_of(request).email,
        "every": "workday",
        "time": "08:00",
        "zone": timezone.get_current_timezone_name(),
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed |= {name: request.POST.get(name, "") for name in typed}
        try:
            return _do(request, actor, row, typed)
        except BadInput as problem:
            errors[problem.where or "address"] = problem.message
    context = {
        "board": row, "name": serving.name_of(row), "rows": sending.shown(sending.listed(actor, row)), "typed": typed, "errors": errors,
        "kinds": [("mail", _("by mail")), ("webhook", _("to a webhook"))], "rhythms": rhythms(), "query": request.GET,
        "carried": urlencode(serving.carried(request.GET.dict())), "secret": request.session.pop("board-secret", ""),
    }  # fmt: skip
    return render(request, "insight/boards/schedules.html", context, status=422 if errors else 200)


def rhythms() -> list[tuple[str, str]]:
    """How often, in words."""
    return [
        ("day", _("every day")), ("workday", _("Monday to Friday")), ("monday", _("every Monday")),
        ("month", _("on the first of the month")),
    ]  # fmt: skip


def _do(request: HttpRequest, actor: Actor, row: Board, typed: dict[str, str]) -> HttpResponse:
    do = request.POST.get("do", "")
    if do == "make":
        hour, _sep, minute = typed["time"].partition(":")
        at = int(hour) * 60 + int(minute) if hour.isdecimal() and minute.isdecimal() and len(typed["time"]) == 5 else -1
        made = sending.save(
            actor, row.pk, kind=typed["kind"], address=typed["address"], every=typed["every"], minute=at, zone=typed["zone"],
            query=request.POST.get("query", ""),
        )  # fmt: skip
        if made.secret:
            request.session["board-secret"] = made.secret
        messages.success(request, _("It is sent from now on. Try it with a test."))
    elif do == "test":
        done = sending.test(actor, row, _id(request.POST.get("schedule", "")))
        if done.state == Sending.State.SENT:
            messages.success(request, _("The test was sent."))
        else:
            messages.error(request, _("The test did not arrive: %(problem)s") % {"problem": done.problem})
    elif do == "stop":
        sending.stop(actor, row, _id(request.POST.get("schedule", "")))
        messages.success(request, _("It is not sent any more."))
    return redirect("board-schedules", row.pk)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("no_schedule", "There is no such schedule.") from None
