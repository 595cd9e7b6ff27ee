"""Acting on the floor: move waiting jobs, put kinds of work forward or back. A GET counts, a POST does, and each can be undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight.floor_pages.parts import number, sentence
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions
from watchfloor.review.actions import boosts as boosting
from watchfloor.review.boosts import FILTERS
from watchfloor.review.models import Boost, Move, Queue

RECENT = 10


@require_http_methods(["GET", "POST"])
@page("review.reassign")
def act(request: HttpRequest) -> HttpResponse:
    """``do=move`` or ``do=boost`` with filters in the address shows what would happen; a POST does it, or undoes something."""
    actor, errors = actor_of(request), {}
    if request.method == "POST":
        try:
            messages.success(request, _STEPS[request.POST.get("step", "")](actor, request))
            return HttpResponseRedirect(reverse("floor-act"))
        except KeyError:
            errors["step"] = _("There is no such step.")
        except WatchfloorError as error:
            errors[error.where or "why"] = sentence(error)
    asked = request.POST if request.method == "POST" else request.GET
    typed = {name: asked.get(name, "") for name in (*FILTERS, "do", "to_queue", "most", "points", "hours", "why")}
    typed["hours"] = typed["hours"] or "4"
    said: Any = None
    if typed["do"] and not errors:
        try:
            said = _preview(actor, typed)
        except WatchfloorError as error:
            errors[error.where or "queue"] = sentence(error)
    context = {
        "typed": typed, "errors": errors, "said": said, "queues": _queues(), "policies": _policies(), "now": clock.now(),
        "boosts": list(Boost.objects.filter(ended_at__isnull=True, until__gt=clock.now()).order_by("-made_at")),
        "moves": list(Move.objects.order_by("-made_at", "-pk")[:RECENT]),
    }  # fmt: skip
    context["names"] = names_of(row.made_by for row in (*context["boosts"], *context["moves"]))
    return render(request, "insight/act.html", context, status=422 if errors else 200)


def filters(asked: Any) -> dict[str, str]:
    """What of a form narrows the jobs."""
    return {name: asked.get(name, "") for name in FILTERS if asked.get(name, "")}


def _preview(actor: Actor, typed: dict[str, str]) -> dict[str, Any]:
    wanted = filters(typed)
    if typed["do"] == "move":
        found = actions.preview_move(actor, wanted, typed["to_queue"], most=_most(typed))
        return {"jobs": found.jobs, "queues": found.queues, "stay": found.stay, "held": 0, "late": 0}
    fit = boosting.fitting(actor, wanted)
    return {"jobs": fit.jobs, "queues": fit.queues, "held": fit.held, "late": fit.late, "stay": 0}


def _move(actor: Actor, request: HttpRequest) -> str:
    asked = request.POST
    row = actions.move(actor, filters(asked), asked.get("to_queue", ""), why=asked.get("why", ""), most=_most(asked))
    return ngettext("%(num)s job moved to %(queue)s.", "%(num)s jobs moved to %(queue)s.", row.moved) % {
        "num": row.moved, "queue": row.to_queue,
    }  # fmt: skip


def _boost(actor: Actor, request: HttpRequest) -> str:
    asked = request.POST
    actions.boost(
        actor, filters(asked), number(asked.get("points", ""), "points"), hours=number(asked.get("hours", ""), "hours"),
        why=asked.get("why", ""),
    )  # fmt: skip
    return _("The boost is on: new work has it at once, waiting work within a minute.")


def _undo(actor: Actor, request: HttpRequest) -> str:
    row = actions.undo_move(actor, _id(request), why=request.POST.get("why", ""))
    return ngettext("%(num)s job is back.", "%(num)s jobs are back.", row.put_back) % {"num": row.put_back}


def _end(actor: Actor, request: HttpRequest) -> str:
    actions.end_boost(actor, _id(request), why=request.POST.get("why", ""))
    return _("The boost has ended.")


_STEPS = {"move": _move, "boost": _boost, "undo": _undo, "end": _end}


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise BadInput("bad_id", _("Say which one."), where="id") from None


def _most(asked: Any) -> int | None:
    text = asked.get("most", "")
    return int(number(text, "most")) if text else None


def _queues() -> list[tuple[str, str]]:
    rows = Queue.objects.filter(archived_at__isnull=True).order_by("position", "key")
    return [(row.key, row.name) for row in rows]


def _policies() -> list[tuple[str, str]]:
    return [(row.key, row.name) for row in policies.all_policies()]
