"""Onboarding paths: the list, one with everybody's step and who is stuck, the form; and a learner saying that a unit is read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import Role
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.training import cohort_queries, path_actions, path_queries, scope
from watchfloor.training.domain.paths import COUNTED, MOST_STEPS, Step
from watchfloor.training.models import OnboardingPath
from watchfloor.training.pages import parts

METHODS = ["GET", "HEAD", "POST"]
HEAD = ("path", "role", "market", "vendor", "steps", "people", "finished", "stuck")
PEOPLE = ("person", "vendor", "began", "steps done", "steps", "at", "last went on", "stuck")
ROWS = 8


def kinds() -> dict[str, str]:
    """What kinds of steps are called."""
    return {
        "read": _("Read the unit"), "practice": _("Practice cases right"), "exam": _("Pass the exam"), "session": _("Sessions of a cohort"),
        "shadow": _("Decisions watched"),
    }  # fmt: skip


def said(step: Step) -> str:
    """A step in words."""
    names = {policy.key: _(policy.name) for policy in policies.all_policies()}
    values = {"policy": names.get(step.policy, step.policy), "num": step.count}
    if step.kind == "read":
        return _("Read the unit of %(policy)s") % values
    if step.kind == "exam":
        return _("Pass the exam of %(policy)s") % values
    if step.kind == "practice":
        return (
            ngettext("%(policy)s: %(num)s practice case right", "%(policy)s: %(num)s practice cases right", step.count)
            % values
        )
    if step.kind == "session":
        return ngettext("%(policy)s: be at %(num)s session", "%(policy)s: be at %(num)s sessions", step.count) % values
    return ngettext("%(policy)s: watch %(num)s decision", "%(policy)s: watch %(num)s decisions", step.count) % values


@require_safe
@guard.page(*scope.SEE)
def index(request: HttpRequest) -> HttpResponseBase:
    """All paths one may see; ``?format=csv``."""
    actor = actor_of(request)
    lines = path_queries.lines(actor)
    if request.GET.get("format") == "csv":
        return csv_response("onboarding", HEAD, (
            (x.row.name, x.row.role_key, x.row.market, x.row.vendor_key, len(x.row.steps), x.people, x.finished, x.stuck) for x in lines
        ))  # fmt: skip
    context = {
        "tabs": parts.tabs(actor, "paths"), "rows": lines, "query": request.GET, "may_edit": actor.has("training.edit"), **_names(actor),
    }  # fmt: skip
    return render(request, "training/paths.html", context)


@require_http_methods(METHODS)
@guard.page("training.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Write a path."""
    return _form(request, None)


@require_http_methods(METHODS)
@guard.page("training.edit")
def change(request: HttpRequest, path_id: UUID) -> HttpResponseBase:
    """Change one."""
    row = path_queries.one(actor_of(request), path_id)
    if not scope.may(actor_of(request), row.vendor_key, *scope.TEACH):
        raise NotFound("unknown_path", "There is no such path.")
    return _form(request, row)


@require_http_methods(METHODS)
@guard.page(*scope.SEE)
def one(request: HttpRequest, path_id: UUID) -> HttpResponseBase:
    """Who is at which step and who is stuck; ``?format=csv``. A POST puts people on it, takes one off, says what was watched, closes it."""
    actor = actor_of(request)
    row, errors = path_queries.one(actor, path_id), Errors()
    if request.method == "POST":
        if not actor.has("training.edit"):
            raise NotFound("unknown_step", "There is no such thing to do.")
        with mending(errors):
            _do(request, actor, row)
        if not errors:
            return redirect("training-path", row.pk)
    steps, people = path_queries.steps(row), path_queries.people(actor, row)
    words = [said(step) for step in steps]
    if request.GET.get("format") == "csv":
        return csv_response("onboarding-people", PEOPLE, (
            (x.name, x.vendor, x.row.began_at, sum(x.standing.done), len(steps), "" if x.standing.at is None else words[x.standing.at],
             x.standing.moved, "yes" if x.standing.stuck else "no") for x in people
        ))  # fmt: skip
    teaches = (
        set(path_queries.teaches(actor, row).values_list("pk", flat=True)) if actor.has("training.edit") else set()
    )
    context = {
        "tabs": parts.tabs(actor, "paths"), "row": row, "steps": list(zip(steps, words, strict=True)), "people": people, "errors": errors,
        "shadows": [(step, words[n], n) for n, step in enumerate(steps) if step.kind == "shadow"], "teaches": teaches,
        "could_join": path_queries.fitting(actor, row) if teaches and not row.closed_at else [], "query": request.GET,
        "manages": actor.has("training.edit") and scope.may(actor, row.vendor_key, *scope.TEACH), **_names(actor),
    }  # fmt: skip
    return render(request, "training/path.html", context, status=422 if errors else 200)


@require_POST
@guard.page(*parts.LEARN)
def read(request: HttpRequest, path_id: UUID) -> HttpResponseBase:
    """I have read a unit, or not yet."""
    with writing(actor_of(request)) as w:
        path_actions.read(
            w, parts.me(request), path_id, request.POST.get("step", ""), request.POST.get("read") == "yes"
        )
    return redirect("training")


def _do(request: HttpRequest, actor: Actor, row: OnboardingPath) -> None:
    what, given = request.POST.get("do", ""), request.POST
    with writing(actor) as w:
        if what == "join":
            count = path_actions.join(w, actor, row, (_id(each) for each in given.getlist("people")))
            messages.success(
                request, ngettext("%(num)s person begins.", "%(num)s people begin.", count) % {"num": count}
            )
        elif what == "leave":
            path_actions.leave(w, actor, row, _id(given.get("person", "")))
            messages.success(request, _("Taken off. Put on again, they go on where they were."))
        elif what == "watched":
            path_actions.watched(
                w,
                actor,
                row,
                _id(given.get("person", "")),
                given.get("step", ""),
                _whole(given.get("count", ""), "count"),
            )
            messages.success(request, _("Written down."))
        elif what in ("close", "open"):
            path_actions.close(w, actor, row, what == "close")
        else:
            raise NotFound("unknown_step", "There is no such thing to do.")


def _form(request: HttpRequest, row: OnboardingPath | None) -> HttpResponseBase:
    actor, errors = actor_of(request), Errors()
    typed: dict[str, Any] = {"name": "", "role": "", "market": "", "vendor": "", "stuck_days": "5"}
    rows: list[dict[str, Any]] = []
    if row is not None:
        typed = {
            "name": row.name,
            "role": row.role_key,
            "market": row.market,
            "vendor": row.vendor_key,
            "stuck_days": row.stuck_days,
        }
        rows = list(row.steps)
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        rows = [
            {"kind": kind, "policy": request.POST.get(f"policy-{n}", ""), "count": request.POST.get(f"count-{n}", "")}
            for n in range(MOST_STEPS) if (kind := request.POST.get(f"kind-{n}", ""))
        ]  # fmt: skip
        with mending(errors):
            given = path_actions.Given(
                **{**typed, "stuck_days": _whole(typed["stuck_days"], "stuck_days")},
                steps=[{**each, "count": _whole(each["count"] or "1", f"steps[{n}]")} for n, each in enumerate(rows)],
            )
            with writing(actor) as w:
                saved = path_actions.save(w, actor, row, given)
            messages.success(request, _("Saved. What people have done stays done."))
            return redirect("training-path", saved.pk)
    spare = min(MOST_STEPS, max(ROWS, len(rows) + 2)) - len(rows)
    names = _names(actor)
    context = {
        "row": row, "typed": typed, "errors": errors, "steps": [*rows, *({"kind": "", "policy": "", "count": ""} for _n in range(spare))],
        "kinds": [("", _("No step")), *kinds().items()], "counted": [kinds()[kind] for kind in COUNTED],
        "policies": [("", _("Choose …")), *((policy.key, _(policy.name)) for policy in policies.all_policies())],
        "roles": [("", _("Any role")), *names["roles"].items()],
        "vendors": [*([("", _("Everybody"))] if scope.may(actor, "", *scope.TEACH) else []), *names["vendors"].items()],
    }  # fmt: skip
    return render(request, "training/path_edit.html", context, status=422 if errors else 200)


def _names(actor: Actor) -> dict[str, Any]:
    return {
        "roles": {role.key: _(role.name) for role in Role.objects.order_by("name")},
        "vendors": {row.key: row.name for row in cohort_queries.vendors(actor, *scope.SEE)},
    }


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("unknown_person", "Choose somebody.", where="people") from None


def _whole(text: Any, where: str) -> int:
    if not str(text).isdecimal() or len(str(text)) > 6:
        raise BadInput("no_number", "Write a whole number.", where=where)
    return int(text)
