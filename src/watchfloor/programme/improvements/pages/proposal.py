"""One proposal: story, sizing, scores, decision, delivery, benefit; a POST does one thing to it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight import catalogue
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.render import render
from watchfloor.programme.facts import queries as facts
from watchfloor.programme.facts import words as fact_words
from watchfloor.programme.improvements import access, sized, words
from watchfloor.programme.improvements.actions import deciding, delivering, proposing, sizing
from watchfloor.programme.improvements.domain.quantities import KINDS, MEASURED, QUALITY
from watchfloor.programme.improvements.domain.scores import score
from watchfloor.programme.improvements.models import Proposal, Quantity
from watchfloor.programme.improvements.pages import parts
from watchfloor.programme.jira.actions import sites
from watchfloor.programme.tracking import links
from watchfloor.programme.tracking.models import Action


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def page(request: HttpRequest, proposal_id: UUID) -> HttpResponseBase:
    """Shows it; a POST with ``do`` changes it."""
    actor = actor_of(request)
    row = access.proposal(actor, proposal_id)
    errors: parts.Errors = []
    if request.method == "POST":
        said = parts.act(request, _verbs(request, actor, row.pk))
        if said is None:
            return redirect("programme-proposal", row.pk)
        errors = said
        row.refresh_from_db()
    return render(
        request, "improvements/proposal.html", _context(request, actor, row, errors), status=422 if errors else 200
    )


def _context(request: HttpRequest, actor: Actor, row: Proposal, errors: parts.Errors) -> dict[str, Any]:
    lines = sized.quantities(row)
    open_ = parts.open_to(actor, lines)
    verdicts = list(row.verdicts.order_by("-made_at"))
    suggestions = list(access.visible(actor).filter(proposal=row).order_by("made_at"))
    wrote = [row.made_by, *(each.made_by for each in verdicts), *(each.made_by for each in suggestions)]
    lacking = words.missing()
    today, site = clock.now().date(), sites.current()
    weights = sized.weights()
    dropped = row.quantities.exclude(dropped_at=None).order_by("-dropped_at").first()
    kinds = {line.kind for line in lines}
    return {
        **parts.head(actor, "programme-proposals"), "row": row, "errors": errors, "error_of": dict(errors), "typed": request.POST,
        "jira_on": site is not None and site.on, "edits": access.edits(actor, row), "approves": access.approves(actor, row),
        "states": words.states(),
        "outcomes": words.outcomes(), "names": names_of(wrote),
        "lines": _lines(actor, lines) if open_ else [], "hidden": not open_, "sized_kinds": kinds, "suggestions": suggestions,
        "score": score(sized.sized(row, lines), weights) if open_ else None, "weights": weights, "verdicts": verdicts if open_ else [],
        "missing": [lacking[key] for key in deciding.missing(row)], "quantities": words.quantities(), "rests_on": words.rests_on(),
        "filters": words.filters(), "queues": parts.queue_names(), "policies": parts.policy_names(),
        "said": words.number, "bounds": words.interval, "effort": row.effort or ["", "", ""], "kind_choices": _kinds(),
        "measurable": [(kind, words.quantities()[kind]) for kind in kinds if kind in MEASURED], "today": today,
        "from_day": today - timedelta(days=28), "to_day": today - timedelta(days=1), "later_day": today + timedelta(days=28),
        "apart": sorted({(name, words.filters()[name]) for line in lines for name in line.filters}),
        "benefit": words.benefit(row.measure_kind, row.benefit) if row.benefit and open_ else "",
        "intervention_url": _url("programme-intervention", row.intervention_id),
        "initiative_url": _url("programme-initiative", row.initiative_id),
        "action": Action.objects.filter(pk=row.action_id).first() if row.action_id else None,
        "links": links.of([row.action_id]).get(row.action_id, []) if row.action_id else [],
        "restorable": dropped if dropped is not None and dropped.kind not in kinds and row.state in ("draft", "later") else None,
        "steps": [words.states()[name][0] for name in ("draft", "accepted", "delivered", "closed")],
    }  # fmt: skip


def _kinds() -> list[tuple[str, str, str]]:
    names, rest = words.quantities(), words.rests_on()
    return [(kind, names[kind], rest[kind]) for kind in KINDS]


def _lines(actor: Actor, lines: list[Quantity]) -> list[dict[str, Any]]:
    """The sizing table: each number with the fact it is."""
    wanted = [UUID(str(each[1])) for line in lines for each in line.facts if each[1]]
    kept = facts.by_ids(wanted)
    found = []
    for line in lines:
        amount, bounds = words.a_month(line.kind, line.result, line.currency)
        base, base_bounds = words.a_month(line.kind if line.kind not in ("lost_minutes", "cost") else
                                          {"lost_minutes": "count", "cost": "agent_minutes"}[line.kind], line.base)  # fmt: skip
        found.append({
            "row": line, "amount": amount, "bounds": bounds, "base": base, "base_bounds": base_bounds, "share": words.share(line.share),
            "each": " – ".join(words.number(each * 60 if line.kind == "cost" else each) for each in line.each),
            "wrong": next((each[2:] for each in line.facts if each[0] == QUALITY), None),
            "facts": [(_(catalogue.metric(each[0]).title), fact_words.shown(actor, kept[UUID(str(each[1]))]))
                      for each in line.facts if each[1] and UUID(str(each[1])) in kept],
        })  # fmt: skip
    return found


def _verbs(request: HttpRequest, actor: Actor, key: UUID) -> dict[str, parts.Do]:
    given = request.POST.dict()

    def done(do: Any, told: str) -> parts.Do:
        def run() -> str:
            with writing(actor) as w:
                do(w)
            return told

        return run

    return {
        "story": done(lambda w: proposing.write_story(w, actor, key, given), _("The story is kept.")),
        "criterion": done(lambda w: proposing.add_criterion(w, actor, key, given), _("One more line.")),
        "mark": done(lambda w: proposing.set_criterion(w, actor, key, *_mark(given)), _("Kept.")),
        "effort": done(lambda w: proposing.set_effort(w, actor, key, given), _("Kept.")),
        "size": done(lambda w: sizing.size(w, actor, key, given), _("Sized. Each number is kept as it was read.")),
        "drop": done(lambda w: sizing.drop(w, actor, key, parts.uuid(given.get("quantity", ""))), _("Taken out.")),
        "restore": done(lambda w: sizing.restore(w, actor, key, parts.uuid(given.get("quantity", ""))), _("It is back.")),
        "decide": done(
            lambda w: deciding.decide(
                w, actor, key, given.get("outcome", ""), given.get("why", ""), due=_due(given), issue=given.get("issue") == "on"
            ),
            _("Decided. Whoever suggested it is told."),
        ),
        "reopen": done(lambda w: deciding.reopen(w, actor, key, given.get("why", "")), _("Taken up again.")),
        "deliver": done(lambda w: delivering.deliver(w, actor, key, given), _("In use. Its benefit is measured on the day you set.")),
        "take_back": done(lambda w: delivering.take_back(w, actor, key), _("Not in use after all.")),
        "measure": done(lambda w: delivering.measure(w, actor, key), _("Measured.")),
        "close": done(lambda w: delivering.close(w, actor, key), _("Closed.")),
    }  # fmt: skip


def _mark(given: dict[str, str]) -> tuple[int, str]:
    place, _sep, what = given.get("line", "").partition(":")
    if not place.isdecimal() or len(place) > 3:
        raise NotFound("unknown_criterion", "There is no such line.")
    return int(place), what


def _due(given: dict[str, str]) -> datetime | None:
    """The end of the day that was chosen."""
    found = datefields.day_or_none(given.get("due", ""), "due")
    return None if found is None else datetime.combine(found, time(17), UTC)


def _url(name: str, key: UUID | None) -> str:
    if key is None:
        return ""
    try:
        return reverse(name, args=[key])
    except NoReverseMatch:
        return ""
