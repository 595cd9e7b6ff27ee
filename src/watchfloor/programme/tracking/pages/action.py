"""One action: what, who, until when by each party's clock, what it waits for, how often it moved, what was said."""

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
from watchfloor.identity.models import User
from watchfloor.identity.names import names_of
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme import forms
from watchfloor.programme.stakeholders.models import Stakeholder
from watchfloor.programme.stakeholders.queries import letters_of
from watchfloor.programme.tracking import access, actions, queries, show, telling
from watchfloor.programme.tracking.domain import dues, states
from watchfloor.programme.tracking.models import Action, Milestone, Watch
from watchfloor.programme.tracking.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, action_id: UUID) -> HttpResponseBase:
    """A POST changes it, moves it, says something about it, or watches it."""
    actor = actor_of(request)
    row = queries.seen_action(actor, action_id)
    may, about = access.may_edit(actor, row), f"action:{row.pk}"
    errors: forms.Errors = []
    if request.method == "POST":
        do = request.POST.get("do", "")
        verbs = {
            "change": lambda: _change(request, row), "state": lambda: _state(request, row),
            "comment": lambda: say(request, about), "watch": lambda: watch(request, about),
        }  # fmt: skip
        said = forms.act(request, verbs, allowed=may or do in ("comment", "watch"))
        if said is None:
            gone = not queries.actions(actor).filter(pk=action_id).exists()  # given away, and out of one's reach
            return redirect("programme-board") if gone else redirect("programme-action", action_id)
        errors = said
        row = queries.seen_action(actor, action_id)
    zone = row.initiative.zone if row.initiative else parts.viewer_zone()
    siblings = queries.actions(actor).exclude(pk=row.pk)
    near = siblings.filter(initiative=row.initiative) if row.initiative else siblings.filter(initiative=None)
    before = list(siblings.filter(pk__in=row.depends_on))
    context = {
        **parts.context(request, "programme-board"), **talk(actor, about), "row": row, "card": show.cards(actor, [row])[0],
        "may": may, "clock_zone": zone, "errors": errors, "error_of": dict(errors),
        "typed_due": parts.typed_due(row.due, zone), "clocks": clocks(row, zone), "words": telling.state_words(),
        "states": [(state, telling.state_words()[state]) for state in states.ACTION], "owners": parts.owners(row),
        "milestones": [("", _("None")), *((str(each.pk), each.title) for each in Milestone.objects.filter(initiative=row.initiative))]
        if row.initiative else [],
        "others": [(str(each.pk), each.title) for each in [*before, *near.exclude(pk__in=row.depends_on).order_by("-made_at")[:100]]],
        "chosen": [str(one) for one in row.depends_on], "before": show.cards(actor, before),
        "after": show.cards(actor, list(siblings.filter(depends_on__contains=[row.pk])[:50])),
        "slips": queries.slips(row), "slip_names": names_of(slip.by for slip in queries.slips(row)),
        "made_by": names_of([row.made_by]).get(row.made_by, ""),
    }  # fmt: skip
    return render(request, "tracking/action.html", context, status=422 if errors else 200)


def clocks(row: Action, zone: str) -> list[dues.Seen]:
    """Its due time by the clock of the viewer, the owner, the initiative and everyone who has a part in it, where they differ."""
    if row.due is None:
        return []
    owner = User.objects.filter(pk__in=[row.owner]).values_list("time_zone", flat=True).first() or ""
    letters = letters_of(row.initiative_id) if row.initiative_id else {}
    parties = Stakeholder.objects.filter(pk__in=letters).order_by("zone").values_list("zone", flat=True)
    return dues.seen_by(row.due, [each for each in (parts.viewer_zone(), zone, owner, *parties) if each])


def talk(actor: Any, about: str) -> dict[str, Any]:
    """What was said, by whom, and whether this person watches."""
    said = queries.comments(about)
    return {
        "comments": said, "names": names_of(row.by for row in said),
        "watched": Watch.objects.filter(about=about, person__in=[access.person_of(actor)], on=True).exists(),
    }  # fmt: skip


def say(request: HttpRequest, about: str) -> str:
    """Say something; who is named is told."""
    with writing(actor_of(request)) as w:
        row = actions.comment(w, about, request.POST.get("text", ""))
    if row.mentions:
        told = ", ".join(show.people(row.mentions).values())
        return _("Said; told by mail: %(names)s.") % {"names": told}
    return _("Said.")


def watch(request: HttpRequest, about: str) -> str:
    """Be told, or no longer."""
    who, on = access.person_of(actor_of(request)), request.POST.get("on") == "1"
    if who is not None:
        with writing(actor_of(request)) as w:
            actions.watch(w, about, who, on)
    return _("You are told by mail when something happens to it.") if on else _("You are told of it no longer.")


def _state(request: HttpRequest, row: Action) -> str:
    with writing(actor_of(request)) as w:
        row = actions.move(w, row, state=request.POST.get("state", ""))
    return _("Now: %(state)s") % {"state": telling.state_words()[row.state]}


def _change(request: HttpRequest, row: Action) -> str:
    given, actor = request.POST, actor_of(request)
    zone = row.initiative.zone if row.initiative else parts.viewer_zone()
    typed = " ".join(given.get("due", "").split())
    # what was not touched stays to the second, however it is shown
    due = row.due if typed == parts.typed_due(row.due, zone) else parts.due(typed, zone)
    chosen = [pk for each in given.getlist("depends_on") if (pk := parts.uuid_or_none(each, "depends_on"))]
    visible = set(queries.actions(actor).filter(pk__in=[*chosen, *row.depends_on]).values_list("pk", flat=True))
    hidden = [
        pk for pk in row.depends_on if pk not in visible
    ]  # what this person may not see is not theirs to take out
    with writing(actor) as w:
        actions.move(
            w, row, title=given.get("title", ""), text=given.get("text", ""), due=due,
            owner=row.owner if given.get("owner", "") == str(row.owner or "") else given.get("owner", ""),
            milestone=parts.uuid_or_none(given.get("milestone", ""), "milestone"),
            depends_on=[*hidden, *(pk for pk in chosen if pk in visible and pk != row.pk)], why=given.get("why", ""), actor=actor,
        )  # fmt: skip
    return _("Kept.")
