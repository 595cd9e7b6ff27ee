"""Calibration sessions: begin one, answer it alone, look at it together."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound, WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.quality.actions import rounds as acts
from watchfloor.quality.domain.looks import PURPOSES
from watchfloor.quality.models import Look, Round, RoundAnswer, RoundItem
from watchfloor.quality.pages import parts, round_media
from watchfloor.quality.queries import rounds
from watchfloor.quality.queries.seen import manageable
from watchfloor.review import bench
from watchfloor.review.models import Case
from watchfloor.review.queries import visible_cases
from watchfloor.workforce import wellbeing

ANYONE = (*parts.MANAGE, *parts.OWN)
OFFERED = 60


@require_safe
@guard.page(*ANYONE)
def listed(request: HttpRequest) -> HttpResponseBase:
    """One's own sessions, and those one runs."""
    actor = actor_of(request)
    run = list(rounds.visible(actor).order_by("-made_at")[:100])
    answers = {row.pk: RoundAnswer.objects.filter(item__round=row).count() for row in run[:30]}
    context = {
        "tabs": parts.tabs(actor, "rounds"), "own": rounds.waiting(actor), "run": run, "answers": answers,
        "names": names_of(row.made_by for row in run), "may_run": actor.has(*parts.MANAGE),
    }  # fmt: skip
    return render(request, "quality/rounds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.MANAGE)
def new(request: HttpRequest) -> HttpResponseBase:
    """Choose what is asked and who; a POST begins it. ``?policy=`` narrows what is offered."""
    actor = actor_of(request)
    error: WatchfloorError | None = None
    if request.method == "POST":
        try:
            days = request.POST.get("days", "")
            if not days.isdecimal() or not 1 <= int(days) <= 60:
                raise BadInput("bad_days", _("A session is open for 1 to 60 days."), where="days")
            row = acts.open_round(
                actor, title=request.POST.get("title", ""), look_ids=[_id(text) for text in request.POST.getlist("items")],
                vendors=request.POST.getlist("vendors"), due_at=clock.now() + timedelta(days=int(days)),
            )  # fmt: skip
            messages.success(request, _("The session is open. It stands under Calibration for everybody who is asked."))
            return redirect("quality-round", row.pk)
        except BadInput as refused:
            error = refused
    looks = manageable(actor).filter(
        state__in=(Look.State.SETTLED, Look.State.AGREED), purpose="sample", clearance=""
    ).exclude(right_verdict="")  # fmt: skip
    if request.GET.get("policy"):
        looks = looks.filter(policy_key=request.GET["policy"][:60])
    context = {
        "tabs": parts.tabs(actor, "rounds"), "error": error, "typed": request.POST,
        "looks": looks.order_by("-state", "-settled_at")[:OFFERED],
        "vendors": rounds.vendors(actor), "policies": parts.policy_names(), "names": parts.finding_names(), "query": request.GET,
        "filters": [{"name": "policy", "label": _("All policies"), "chip": _("Policy"), "options": list(parts.policy_names().items())}],
        "purposes": PURPOSES,
    }  # fmt: skip
    return render(request, "quality/round_new.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*ANYONE)
def one(request: HttpRequest, round_id: UUID) -> HttpResponseBase:
    """A session: for whoever runs it what came out so far, for whoever is asked once it is closed. ``?format=csv``."""
    actor = actor_of(request)
    run = rounds.visible(actor).filter(pk=round_id).first()
    row = run or Round.objects.filter(pk=round_id, people__contains=[_own(actor.id)]).first()
    if row is None or (run is None and actor.kind != "user"):
        raise NotFound("unknown_round", "There is no such session.")
    error: WatchfloorError | None = None
    if request.method == "POST":
        try:
            step = request.POST.get("step", "")
            if step == "close":
                acts.close(actor, round_id)
                messages.success(request, _("Closed. Everybody who was asked sees what came out."))
            elif step == "ask":
                acts.ask_policy(actor, _id(request.POST.get("item", "")), request.POST.get("question", ""))
                messages.success(request, _("Put to policy. It stands among the edge cases."))
            else:
                acts.note(actor, round_id, request.POST.get("minutes", ""))
                messages.success(request, _("Written down."))
            return redirect("quality-round", round_id)
        except (BadInput, Conflict) as refused:
            error = refused
    items = list(RoundItem.objects.filter(round=row).order_by("number"))
    answers = list(RoundAnswer.objects.filter(item__round=row))
    mine = {answer.item_id: answer for answer in answers if str(answer.person) == actor.id}
    told = run is not None or row.state == "closed"
    found = rounds.outcome(items, answers) if told else None
    if request.GET.get("format") == "csv" and found is not None:
        head = ("item", "policy", "market", "right", "answers", "found_right", "divided")
        by_id = {str(item.pk): item for item in items}
        return csv_response("calibration", head, (
            (by_id[each.item].number, by_id[each.item].policy_key, by_id[each.item].market,
             by_id[each.item].right_violation or by_id[each.item].right_verdict, "; ".join(f"{key} {many}" for key, many in each.answers),
             each.right, each.divided) for each in found.items
        ))  # fmt: skip
    context = {
        "row": row, "items": items, "by_id": {str(item.pk): item for item in items}, "mine": mine, "found": found, "error": error,
        "runs": run is not None, "names": parts.finding_names(), "policies": parts.policy_names(),
        "answered": len({a.person for a in answers}),
        "done": len(answers), "sites": dict(rounds.vendors(actor)) if run else {}, "typed": request.POST,
        "next": rounds.next_item(actor, row), "asked": actor.kind == "user" and _own(actor.id) in row.people,
        "may_open": set(visible_cases(actor).filter(pk__in=[item.case_id for item in items]).values_list("pk", flat=True)),
    }  # fmt: skip
    return render(request, "quality/round.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.OWN)
def item(request: HttpRequest, item_id: UUID) -> HttpResponseBase:
    """One item, blind, its media veiled; a POST answers it and goes to the next."""
    actor = actor_of(request)
    asked = rounds.mine(actor).filter(pk=item_id).select_related("round").first()
    if asked is None:
        raise NotFound("unknown_item", "There is no such item.")
    row, error = asked.round, ""
    if request.method == "POST":
        right = request.POST.get("found", "")
        verdict = right if right in ("clean", "unsure") else "violating"
        try:
            acts.answer(
                actor,
                item_id,
                verdict=verdict,
                violation_key=right if verdict == "violating" else "",
                why=request.POST.get("why", ""),
            )
            round_media.take(actor, asked, request.POST.get("shown", ""), answered=True)
            following = rounds.next_item(actor, row)
            return redirect("quality-round-item", following.pk) if following else redirect("quality-round", row.pk)
        except (BadInput, Conflict) as refused:
            error = refused.message if right else _("Choose what you find.")
    case = Case.objects.select_related("item", "item__author").get(pk=asked.case_id)
    case.item_version = asked.item_version or case.item_version  # everybody is shown the same, whatever came since
    names = parts.finding_names()
    given = RoundAnswer.objects.filter(item=asked, person=_own(actor.id)).first()
    version = policies.version_in_force(asked.policy_key)
    context = {
        "row": row, "asked": asked, "error": error, "case": case, "type_name": bench.fields_of(case.item.type_key)[0], "is_look": True,
        "author": None, "item": bench.item(case, []), "changed_since": False, "version": version,
        "total": RoundItem.objects.filter(round=row).count(), "policy": parts.policy_names().get(asked.policy_key, asked.policy_key),
        "media_views": round_media.views(actor, case.item_version), "filters": wellbeing.profile(UUID(actor.id)).filters, "choices": (),
        "findings": [
            ("clean", _("Clean"), ""),
            *((kind.key, names.get(kind.key, kind.key), "") for kind in policies.violations(asked.policy_key, asked.market)),
            ("unsure", _("Unsure"), ""),
        ],
        "chosen": request.POST.get("found") or (given.violation_key or given.verdict if given else ""),
        "why": request.POST.get("why", given.why if given else ""),
    }  # fmt: skip
    return render(request, "quality/round_item.html", context, status=422 if error else 200)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("bad_id", _("That is no item."), where="items") from None


def _own(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)  # a token is nobody's
