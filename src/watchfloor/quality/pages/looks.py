"""Looks: the list of those to settle, and one with everything needed to settle it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound, WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.policy.models import PolicyVersion
from watchfloor.quality.actions import gold, marking, settling
from watchfloor.quality.domain import cards
from watchfloor.quality.domain.looks import CAUSES, DONE, PURPOSES, STATES
from watchfloor.quality.models import Look, Marked
from watchfloor.quality.pages import parts
from watchfloor.quality.queries.seen import manageable
from watchfloor.review.models import Case, Decision
from watchfloor.review.queries import visible_cases

HEAD = ("look", "case", "purpose", "state", "policy", "market", "vendor", "decided", "verdict", "violation", "found", "right", "cause",
        "critical", "probability")  # fmt: skip
MOST_CSV = 50_000
OPEN = "open"


@require_safe
@guard.page(*parts.MANAGE)
def listed(request: HttpRequest) -> HttpResponseBase:
    """``?state=&policy=&cause=&purpose=``: without a state those that wait to be settled; ``?format=csv``."""
    rows = manageable(actor_of(request))
    state = request.GET.get("state", OPEN)
    if state == OPEN:
        rows = rows.filter(state__in=("differs", "disputed"))
    elif state in STATES:
        rows = rows.filter(state=state)
    for name, column in (("policy", "policy_key"), ("cause", "cause"), ("purpose", "purpose")):
        if request.GET.get(name):
            rows = rows.filter(**{column: request.GET[name][:60]})
    rows = rows.order_by("found_at", "drawn_at") if state == OPEN else rows.order_by("-drawn_at", "-pk")
    if request.GET.get("format") == "csv":
        return csv_response("looks", HEAD, (
            (str(row.pk), str(row.case_id), row.purpose, row.state, row.policy_key, row.market, row.vendor, row.decided_at, row.verdict,
             row.violation_key, row.found_violation or row.found_verdict, row.right_violation or row.right_verdict, row.cause,
             row.critical, row.probability) for row in rows[:MOST_CSV].iterator()
        ))  # fmt: skip
    shown = paged(rows, request.GET)
    lines = [{"row": row, "url": reverse("quality-look", args=[row.pk])} for row in shown.rows]
    context = {
        "tabs": parts.tabs(actor_of(request), "looks"), "rows": lines, "pager": shown.pager, "query": request.GET,
        "names": parts.finding_names(), "policies": parts.policy_names(), "states": _words(STATES), "causes": _words(CAUSES),
        "filters": [
            {"name": "state", "label": _("To be settled"), "chip": _("State"), "options": list(_words(STATES).items())},
            {"name": "policy", "label": _("All policies"), "chip": _("Policy"), "options": list(parts.policy_names().items())},
            {"name": "cause", "label": _("Any cause"), "chip": _("Cause"), "options": list(_words(CAUSES).items())},
            {"name": "purpose", "label": _("Any purpose"), "chip": _("Purpose"), "options": list(_words(PURPOSES).items())},
        ],
    }  # fmt: skip
    return render(request, "quality/looks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.MANAGE)
def look(request: HttpRequest, look_id: UUID) -> HttpResponseBase:
    """One look; a POST settles it."""
    actor = actor_of(request)
    row = manageable(actor).filter(pk=look_id).first()
    if row is None:
        raise NotFound("unknown_look", "There is no such look.")
    error: WatchfloorError | None = None
    if request.method == "POST":
        right = request.POST.get("right", "")
        try:
            settling.settle(
                actor, look_id, verdict="clean" if right == "clean" else "violating" if right else "",
                violation_key="" if right == "clean" else right, cause=request.POST.get("cause", ""),
                critical=bool(request.POST.get("critical")), said=request.POST.get("said", ""), coach=request.POST.get("coach", ""),
            )  # fmt: skip
            messages.success(request, _("Settled. Whoever decided sees it under My results."))
            return redirect("quality-looks")
        except (BadInput, Conflict, Forbidden) as refused:
            error = refused
    case = Case.objects.select_related("item").get(pk=row.case_id)
    version = PolicyVersion.objects.filter(pk=row.policy_version_id).first() if row.policy_version_id else None
    in_force = policies.version_in_force(row.policy_key)
    decision = Decision.objects.filter(pk=row.decision_id).first()
    names = parts.finding_names()
    context = {
        "row": row, "stratum": parts.strata_words()(row.stratum), "case": case,
        "decision": decision, "version": version, "names": names, "error": error,
        "is_old": version is not None and in_force is not None and version.pk != in_force.id, "policies": parts.policy_names(),
        "typed": request.POST, "states": _words(STATES), "causes": _words(CAUSES), "who": names_of([row.settled_by]),
        "is_wrong": settling.is_wrong(row), "may_open": visible_cases(actor).filter(pk=case.pk).exists(),
        "may_settle": row.state in ("differs", "disputed") and str(actor) not in (row.decider, row.found_by, row.settled_by),
        "may_correct": row.state == "settled" and settling.is_wrong(row) and row.corrected_by_id is None and row.purpose != "gold"
        and actor.may("review.undo", market=row.market, severity=row.severity, clearance=row.clearance),
        "right_choices": [("", _("Choose what is right")), ("clean", _("Clean")), *(
            (kind.key, names.get(kind.key, kind.key)) for kind in policies.violations(row.policy_key, row.market)
        )],
        "cause_choices": [("", _("The decision was right")), *_words(CAUSES).items()],
        **_scored(row, actor), "may_plant": row.state == "settled" and row.purpose == "sample" and bool(row.queue_key),
    }  # fmt: skip
    return render(request, "quality/look.html", context, status=422 if error else 200)


@require_POST
@guard.page(*parts.MANAGE)
def correct(request: HttpRequest, look_id: UUID) -> HttpResponseBase:
    """Take the wrong decision back."""
    settling.correct(actor_of(request), look_id, request.POST.get("why", "").strip()[:200] or "found wrong by a look")
    messages.success(request, _("Taken back. Everything it did is undone, and the case waits for a fresh look."))
    return redirect("quality-look", look_id)


@require_POST
@guard.page(*parts.MANAGE)
def plant(request: HttpRequest, look_id: UUID) -> HttpResponseBase:
    """Ask it of somebody else, among their work."""
    if gold.plant(actor_of(request), [look_id]):
        messages.success(request, _("Put among the work of its queue. Whoever gets it is not told."))
    else:
        messages.warning(request, _("This cannot be asked again: the item has changed since."))
    return redirect("quality-look", look_id)


def _scored(row: Look, actor: Actor) -> dict[str, Any]:
    """The scorecard beside a look: its parts and the marks so far."""
    found, kept = marking.live(), Marked.objects.filter(look_id=row.pk).first()
    if found is None or row.purpose != "sample" or row.state not in DONE:
        return {"card_parts": [], "marked": kept}
    card = found[1]
    asked = cards.asked(card, verdict=row.verdict, wrong=settling.is_wrong(row))
    steps = {
        part.key: [("", _("Choose")), *_steps(part.scale), (cards.NOT_ASKED, _("Does not apply"))] for part in asked
    }
    return {
        "card_parts": asked, "marked": kept, "steps": steps, "may_mark": row.decider != str(actor),
        "passes": card.passes,
    }  # fmt: skip


def _steps(scale: int) -> list[tuple[str, str]]:
    if scale == 2:
        return [("1", _("Yes")), ("0", _("No"))]
    return [
        (str(step), _("%(step)s of %(most)s") % {"step": step, "most": scale - 1}) for step in reversed(range(scale))
    ]


def _words(known: dict[str, str]) -> dict[str, str]:
    return {key: _(words) for key, words in known.items()}
