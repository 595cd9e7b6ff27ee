"""Surge playbooks: which are on, what each would do, starting one, ending it, and writing them, one step a line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight.floor_pages.parts import number, sentence
from watchfloor.insight.surge_lines import read, write
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.review import surge
from watchfloor.review.models import Playbook, Surge
from watchfloor.review.surge.running import playbook

RECENT = 20
TYPED = ("key", "name", "description", "steps", "hours")


@require_http_methods(["GET", "POST"])
@page("floor.view", "review.reassign")
def index(request: HttpRequest) -> HttpResponse:
    """All playbooks, what is on, what was on; a POST ends a surge or writes a playbook."""
    actor, errors = actor_of(request), {}
    if request.method == "POST":
        try:
            if request.POST.get("step") == "end":
                row = surge.end_surge(actor, _id(request), why=request.POST.get("why", ""))
                messages.success(request, _("%(name)s has ended, and everything is put back.") % {"name": row.name})
            else:
                if not actor.has("queue.manage"):
                    raise Forbidden("no_permission", _("Your roles do not include writing playbooks."))
                _save(request)
                messages.success(request, _("The playbook is saved. It does nothing until it is started."))
            return HttpResponseRedirect(reverse("surges"))
        except WatchfloorError as error:
            errors[(error.where or "steps").split("[")[0]] = sentence(error)
    changing = Playbook.objects.filter(key=request.GET.get("change", ""), archived_at__isnull=True).first()
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in TYPED}
    if request.method == "GET" and changing is not None:
        typed = {
            "key": changing.key, "name": changing.name, "description": changing.description, "hours": f"{changing.hours:g}",
            "steps": "\n".join(write(step) for step in changing.steps),
        }  # fmt: skip
    typed["hours"] = typed["hours"] or "4"
    on = list(Surge.objects.filter(ended_at__isnull=True).order_by("-started_at"))
    past = list(Surge.objects.filter(ended_at__isnull=False).order_by("-ended_at")[:RECENT])
    context = {
        "playbooks": [
            {"row": row, "steps": [write(step) for step in row.steps], "on": any(each.playbook == row.key for each in on)}
            for row in Playbook.objects.filter(archived_at__isnull=True).order_by("name")
        ],
        "on": [{"row": row, "steps": [write(step) for step in row.steps]} for row in on], "past": past, "now": clock.now(),
        "names": names_of(name for row in (*on, *past) for name in (row.started_by, row.ended_by) if name),
        "may_start": actor.has("review.reassign"), "may_write": actor.has("queue.manage"), "typed": typed, "errors": errors,
        "changing": changing,
    }  # fmt: skip
    return render(request, "insight/surges.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@page("review.reassign")
def one(request: HttpRequest, key: str) -> HttpResponse:
    """What starting a playbook would do, counted; a POST starts it."""
    actor, errors = actor_of(request), {}
    row = playbook(key)
    typed = {"why": request.POST.get("why", ""), "hours": request.POST.get("hours", f"{row.hours:g}")}
    if request.method == "POST":
        try:
            hours = number(typed["hours"], "hours")
            started = surge.start_surge(actor, key, why=typed["why"], hours=hours)
            messages.success(
                request, _("%(name)s is on. It ends by itself, or by hand below.") % {"name": started.name}
            )
            return HttpResponseRedirect(reverse("surges"))
        except NotFound:
            raise
        except WatchfloorError as error:
            where = error.where if error.where in ("why", "hours") else "why"
            errors[where] = sentence(error)
    effects = surge.preview(actor, key)
    steps = [{"words": write(step), "effect": effect} for step, effect in zip(row.steps, effects, strict=True)]
    context = {"playbook": row, "steps": steps, "typed": typed, "errors": errors}
    return render(request, "insight/surge.html", context, status=422 if errors else 200)


def _save(request: HttpRequest) -> None:
    asked = request.POST
    with writing(actor_of(request)) as w:
        surge.save_playbook(
            w, key=asked.get("key", "").strip(), name=asked.get("name", ""), description=asked.get("description", ""),
            steps=read(asked.get("steps", "")), hours=number(asked.get("hours", ""), "hours"),
            archived=asked.get("step") == "archive",
        )  # fmt: skip


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise BadInput("bad_id", _("Say which one."), where="id") from None
