"""``/programme/launches/N``: gates that light up by themselves, the decision, the stages, hypercare; and what one may do next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight import catalogue
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.launches import access, asking, baselines, clocks, comparing, story, watching
from watchfloor.programme.launches.actions import deciding, planning, rolling
from watchfloor.programme.launches.domain import states
from watchfloor.programme.launches.domain.document import digest
from watchfloor.programme.launches.gathering.frame import address
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.launches.pages import words
from watchfloor.programme.tracking import queries as tracking

REASONS = {"withdraw": "back_why", "drop": "back_why", "stop": "stop_why"}
CSV = ("gate", "owner", "verdict", "measured", "needed", "unit", "fact", "since", "waived by", "why waived")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, number: int) -> HttpResponseBase:
    """The launch; a POST does what its button says."""
    actor, errors = actor_of(request), Errors()
    row = access.one(actor, number)
    if request.method == "POST":
        with mending(errors):
            messages.success(request, _act(request, actor, row))
            return redirect("launch", number)
        row.refresh_from_db()
        if "why" in errors:  # each form has a field of its own for it
            errors[REASONS.get(request.POST.get("do", ""), "why")] = errors.pop("why")
    return render(request, "launches/launch.html", _context(request, actor, row, errors), status=422 if errors else 200)


@require_safe
@guard.page(access.VIEW)
def gates(request: HttpRequest, number: int) -> HttpResponseBase:
    """The rows of the gates alone, asked for again while the page is open; ``?format=csv``."""
    actor = actor_of(request)
    row = access.one(actor, number)
    found = asking.seen_by(actor, asking.gates_of(row))
    names = names_of([gate.waived_by for gate in found])
    if request.GET.get("format") == "csv":
        return csv_response(f"launch-{number}-gates", CSV, (
            (gate.title, gate.owner, gate.verdict, gate.fact.measured, gate.need, gate.unit, gate.fact.say, gate.since,
             names.get(gate.waived_by, ""), gate.waived_why) for gate in found
        ))  # fmt: skip
    shown = _gates(actor, row)
    if shown["live"] and request.GET.get("seen") == shown["digest"]:
        return HttpResponse(status=204)  # nothing turned: the page is left as it is read
    return render(request, "launches/gates.html", shown)


def _context(request: HttpRequest, actor: Actor, row: Launch, errors: Errors) -> dict[str, Any]:
    document, places = planning.document_of(row), clocks.parties(row)
    decisions, stages = list(row.decisions.order_by("-number")), list(row.stages.order_by("number"))
    shown: dict[str, Any] = _gates(actor, row) if row.state in states.WATCHED else {"gates": None, "row": row}
    seen = access.sees_numbers(actor, row)
    waiting = [stage for stage in stages if stage.state == "waiting"]
    kept = baselines.of(row)
    titles = {key: catalogue.metric(key).title for key in kept.numbers} if kept else {}
    plan = tracking.initiative_of(planning.about(row.pk))
    actions = tracking.of(planning.about(row.pk))
    people = [
        row.owner,
        row.made_by,
        row.stopped_by,
        *(each.by for each in decisions),
        *(stage.on_by for stage in stages),
    ]
    people += [gate.waived_by for gate in shown["gates"] or ()] + [
        f"user:{each.owner}" for each in actions if each.owner
    ]
    return {
        **shown, "document": document, "errors": errors, "typed": request.POST, "states": words.state_words(),
        "kinds": words.kind_words(), "verdicts": words.verdict_words(), "guard_words": words.guard_words(),
        "stage_words": words.stage_words(), "tabs": words.page_tabs(actor), "decisions": decisions, "may": _may(actor, row),
        "stages": [(stage, clocks.at(stage.on_at or stage.starts_at, places)) for stage in stages],
        "steps": [(step, clocks.at(step.starts_at, places)) for step in document.steps] if not waiting else [],
        "next_stage": waiting[0] if waiting else None, "names": names_of(people), "told": story.of(row), "plan": plan,
        "actions": [(each, clocks.at(each.due, places) if each.due else []) for each in actions[:50]],
        "baseline": kept, "sees_numbers": seen, "figure": watching.number, "guard_figure": watching.figure,
        "beside": comparing.beside(row) if seen and row.started_at else [],
        "guards": _guards(row) if seen else [], "life": _life(row), "now": clock.now(),
        "watched_until": row.started_at + timedelta(days=document.hypercare_days) if row.started_at else None,
        "plan_url": address("programme-initiative", plan.pk) if plan else "", "metric_titles": titles, "figures": _figures(kept),
    }  # fmt: skip


def _gates(actor: Actor, row: Launch) -> dict[str, Any]:
    found = asking.seen_by(actor, asking.gates_of(row))
    return {
        "row": row, "gates": found, "passed": sum(gate.open for gate in found), "live": row.state in states.WATCHED,
        "verdicts": words.verdict_words(), "names": names_of([gate.waived_by for gate in found]),
        "digest": digest([(gate.key, gate.verdict, gate.fact.say, gate.waived_by) for gate in found]),
    }  # fmt: skip


def _figures(kept: baselines.Baseline | None) -> dict[str, str]:
    """Frozen values for people; counts by the day."""
    found = {}
    for key, each in kept.numbers.items() if kept else ():
        metric, value = catalogue.metric(key), each.value
        if value is not None:
            daily = metric.kind == "count" and each.days
            text = watching.number(metric, value / len(each.days) if daily else value)
            found[key] = _("%(items)s a day") % {"items": text} if daily else text
    return found


def _guards(row: Launch) -> list[watching.GuardNow]:
    return watching.guards_of(row, row.ended_at)


def _life(row: Launch) -> tuple[list[str], str]:
    """The straight way through the states, and where the launch stands on it."""
    way = [states.PLANNED, states.GATED, states.GO, states.HYPERCARE, states.DONE]
    instead = {states.NO_GO: 2, states.ROLLED_BACK: 4, states.DROPPED: 4}
    if row.state in instead:
        way[instead[row.state]] = row.state
    return [_(states.TITLES[each]) for each in way], _(states.TITLES[row.state])


def _may(actor: Actor, row: Launch) -> dict[str, bool]:
    """Which buttons are there."""
    edits, approves = access.may(actor, row, access.EDIT), access.may(actor, row, access.APPROVE)
    found = {verb: edits and states.may(row.state, verb) for verb in ("submit", "again", "drop")}
    found |= {verb: approves and states.may(row.state, verb) for verb in ("go", "no_go", "start", "stop", "close")}
    found["withdraw"] = (approves if row.state == states.GO else edits) and states.may(row.state, "withdraw")
    found["freeze"] = edits and row.state in states.WATCHED
    found["learn"] = edits and row.state in (states.DONE, states.ROLLED_BACK)
    found["edit"] = edits and row.state in states.EDITABLE
    found["waive"] = approves and row.state in states.WATCHED
    return found


def _act(request: HttpRequest, actor: Actor, row: Launch) -> str:
    do = request.POST.get("do", "")
    why = request.POST.get(REASONS.get(do, "why"), "")
    if do not in DO or not _may(actor, row).get(do):
        raise NotFound("unknown_step", "There is no such thing to do.")
    with writing(actor) as w:
        return DO[do](w, actor, row, request.POST, why)


def _decide(go: bool) -> Callable[..., str]:
    def do(w: Writer, actor: Actor, row: Launch, post: Any, why: str) -> str:
        deciding.decide(w, actor, row.pk, go=go, why=why, seen=_whole(post.get("seen", "")))
        return _("It is a go: its stages begin at their hours.") if go else _("It is a no-go.")

    return do


def _move(verb: str, said: Callable[[], str]) -> Callable[..., str]:
    def do(w: Writer, actor: Actor, row: Launch, post: Any, why: str) -> str:
        planning.move(w, row.pk, verb, why)
        return said()

    return do


def _start(w: Writer, actor: Actor, row: Launch, post: Any, why: str) -> str:
    stage = rolling.start(w, row.pk, _whole(post.get("stage", "")))
    return _("Stage %(number)s is on.") % {"number": stage.number}


def _stop(w: Writer, actor: Actor, row: Launch, post: Any, why: str) -> str:
    rolling.stop(w, row.pk, why=why)
    return _("It is stopped, and what can be taken back was taken back.")


def _learn(close: bool) -> Callable[..., str]:
    def do(w: Writer, actor: Actor, row: Launch, post: Any, why: str) -> str:
        planning.learn(w, row.pk, post.get("lessons", ""), close=close)
        return _("The launch is closed.") if close else _("The lessons are kept.")

    return do


def _freeze(w: Writer, actor: Actor, row: Launch, post: Any, why: str) -> str:
    baselines.freeze(w, row.pk)
    return _("The numbers of the last four weeks are frozen.")


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadInput("bad_number", "That is no whole number.", where="seen") from None


DO: dict[str, Callable[..., str]] = {
    "go": _decide(True), "no_go": _decide(False), "start": _start, "stop": _stop, "close": _learn(True), "learn": _learn(False),
    "freeze": _freeze, "submit": _move("submit", lambda: _("Its gates are watched from now on.")),
    "withdraw": _move("withdraw", lambda: _("It is planned again.")), "again": _move("again", lambda: _("It is tried again.")),
    "drop": _move("drop", lambda: _("It is dropped.")),
}  # fmt: skip
