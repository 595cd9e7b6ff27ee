"""An initiative: its aim, milestones, actions, who answers for what, what was said; begun, changed and ended here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme import forms
from watchfloor.programme.stakeholders import actions as stakes
from watchfloor.programme.stakeholders import queries as stakeholders
from watchfloor.programme.stakeholders import words as stake_words
from watchfloor.programme.tracking import access, actions, drawing, queries, show, telling
from watchfloor.programme.tracking.actions import Started
from watchfloor.programme.tracking.domain import dues, states
from watchfloor.programme.tracking.models import Initiative, Milestone, Slip
from watchfloor.programme.tracking.pages import parts, timeline
from watchfloor.programme.tracking.pages.action import say, talk, watch


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def new(request: HttpRequest) -> HttpResponseBase:
    """Begin one."""
    errors: forms.Errors = []
    made: list[UUID] = []
    if request.method == "POST":
        said = forms.act(request, {"begin": lambda: _begin(request, made)}, allowed=True)
        if said is None:
            return redirect("programme-initiative", made[0])
        errors = said
    context = {
        **parts.context(request, "programme-board"), "errors": errors, "error_of": dict(errors),
        "owners": parts.owners(), "kinds": kinds(), "clock_zone": parts.viewer_zone(), "objectives": _objectives(request),
    }  # fmt: skip
    return render(request, "tracking/initiative_new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, initiative_id: UUID) -> HttpResponseBase:
    """A POST changes it, sets and moves milestones, says who answers for what, comments, watches."""
    actor = actor_of(request)
    row = queries.seen_initiative(actor, initiative_id)
    may, about = access.may_edit(actor, row), f"initiative:{row.pk}"
    errors: forms.Errors = []
    if request.method == "POST":
        do = request.POST.get("do", "")
        verbs = {
            "change": lambda: _change(request, row), "milestone": lambda: _milestone(request, row),
            "move": lambda: _move(request, row), "letter": lambda: _letter(request, row),
            "comment": lambda: say(request, about), "watch": lambda: watch(request, about),
        }  # fmt: skip
        said = forms.act(request, verbs, allowed=may or do in ("comment", "watch"))
        if said is None:
            gone = not queries.initiatives(actor).filter(pk=initiative_id).exists()
            return redirect("programme-board") if gone else redirect("programme-initiative", initiative_id)
        errors = said
        row = queries.seen_initiative(actor, initiative_id)
    rows = list(queries.actions(actor).filter(initiative=row).exclude(state="dropped").order_by("due", "pk")[:300])
    found, _undated = timeline.lines(actor, [row], rows, alone=False)
    stones = list(Milestone.objects.filter(initiative=row).order_by("due", "pk"))
    cards = show.cards(actor, rows)
    zone = dues.zone_of(parts.viewer_zone())
    context = {
        **parts.context(request, "programme-board"), **talk(actor, about), **raci(actor, row), "row": row, "may": may,
        "people": show.people([row.owner, row.sponsor]), "words": telling.state_words(), "kinds": dict(kinds()), "errors": errors,
        "error_of": dict(errors), "owners": parts.owners(row), "stones": stones,
        "cards": cards, "done": sum(card.row.state == "done" for card in cards), "lines": found,
        "picture": drawing.picture(found, clock.now(), zone, _("Timeline of %(title)s") % {"title": row.title}, a_day=10)
        if len(found) > 1 else "",
        "states": [(state, telling.state_words()[state]) for state in states.INITIATIVE], "objectives": _objectives(request, row),
        "objective": stakeholders.objectives(actor).filter(pk__in=[row.objective]).first(),
        "slips": list(Slip.objects.filter(milestone__initiative=row).select_related("milestone").order_by("-at")[:20]),
        "typed_dues": {stone.pk: parts.typed_due(stone.due, row.zone) for stone in stones},
        "made_by": names_of([row.made_by]).get(row.made_by, ""),
    }  # fmt: skip
    return render(request, "tracking/initiative.html", context, status=422 if errors else 200)


def kinds() -> list[tuple[str, str]]:
    """Kinds of initiatives in words."""
    return [("initiative", _("Initiative")), ("launch", _("Launch")), ("improvement", _("Improvement"))]


def raci(actor: Any, row: Initiative) -> dict[str, Any]:
    """Who answers for what, and what is missing."""
    letters = stakeholders.letters_of(row.pk)
    rows = stakeholders.stakeholders(actor)
    known = list(rows.filter(pk__in=letters).order_by("pk"))
    return {
        "letters": [(each, letters[each.pk]) for each in sorted(known, key=lambda each: "ARCI".index(letters[each.pk]))],
        "gaps": [stake_words.gap(each) for each in stakeholders.gaps(actor, row.pk)],
        "letter_choices": stake_words.letters(), "letter_words": dict(stake_words.letters()),
        "map": sorted(((str(each.pk), each.name) for each in rows), key=lambda each: each[1].casefold()),
    }  # fmt: skip


def _objectives(request: HttpRequest, row: Initiative | None = None) -> list[tuple[str, str]]:
    rows = stakeholders.objectives(actor_of(request))
    return [("", _("None")), *((str(each.pk), each.title) for each in rows)]


def _begin(request: HttpRequest, made: list[UUID]) -> str:
    given, actor = request.POST, actor_of(request)
    market, vendor = parts.limits(actor, given.get("market", ""), given.get("vendor", ""))
    with writing(actor) as w:
        row = actions.begin_initiative(
            w,
            Started(
                kind=given.get("kind", "initiative"), title=given.get("title", ""), aim=given.get("aim", ""),
                owner=given.get("owner", ""), sponsor=given.get("sponsor", ""), zone=given.get("zone", "").strip() or "UTC",
                objective=_objective(actor, given.get("objective", "")), market=market, vendor=vendor, state="running",
            ),
        )  # fmt: skip
    made.append(row.pk)
    return _("Begun. Set its milestones next.")


def _objective(actor: Any, text: str) -> UUID | None:
    found = parts.uuid_or_none(text, "objective")
    if found is not None and not stakeholders.objectives(actor).filter(pk=found).exists():
        raise BadInput("unknown_objective", "There is no such objective.", where="objective")
    return found


def _change(request: HttpRequest, row: Initiative) -> str:
    given, actor = request.POST, actor_of(request)
    objective = _objective(actor, given.get("objective", ""))
    if objective is None and row.objective and not stakeholders.objectives(actor).filter(pk=row.objective).exists():
        objective = row.objective  # what this person may not see is not theirs to take out
    values: dict[str, Any] = {
        "title": given.get("title", ""), "aim": given.get("aim", ""), "state": given.get("state", row.state),
        "zone": given.get("zone", "").strip(), "objective": objective,
    }  # fmt: skip
    for name in ("owner", "sponsor"):
        if given.get(name, "") != str(getattr(row, name) or ""):
            values[name] = given.get(name, "")
    with writing(actor) as w:
        actions.change_initiative(w, row, **values)
    return _("Kept.")


def _milestone(request: HttpRequest, row: Initiative) -> str:
    given = request.POST
    due = parts.due(given.get("stone_due", ""), row.zone, "stone_due")
    with writing(actor_of(request)) as w:
        actions.add_milestone(w, row, given.get("stone", ""), due)
    return _("The milestone is set.")


def _move(request: HttpRequest, row: Initiative) -> str:
    given = request.POST
    pk = parts.uuid_or_none(given.get("milestone", ""), "milestone")
    stone = Milestone.objects.filter(pk__in=[pk], initiative=row).first()
    if stone is None:
        raise NotFound("unknown_milestone", "There is no such milestone.")
    with writing(actor_of(request)) as w:
        if "reached" in given:
            actions.move_milestone(w, stone, reached=given["reached"] == "1")
        else:
            typed = " ".join(given.get("due", "").split())
            due = stone.due if typed == parts.typed_due(stone.due, row.zone) else parts.due(typed, row.zone)
            actions.move_milestone(w, stone, due=due, why=given.get("why", ""))
    return _("Kept.")


def _letter(request: HttpRequest, row: Initiative) -> str:
    actor, given = actor_of(request), request.POST
    who = parts.uuid_or_none(given.get("stakeholder", ""), "stakeholder")
    known = stakeholders.letters_of(row.pk)
    if who is None or (who not in known and not stakeholders.stakeholders(actor).filter(pk=who).exists()):
        raise BadInput("unknown_stakeholder", "Choose somebody from the map.", where="stakeholder")
    with writing(actor) as w:
        stakes.set_letter(w, row.pk, who, given.get("letter", ""))
    return _("Kept.")
