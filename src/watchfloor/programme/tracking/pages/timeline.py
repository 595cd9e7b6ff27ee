"""The timeline: each initiative with its milestones and actions as bars, what waits for what, and how often a date moved."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.platform.render import render
from watchfloor.programme.tracking import access, drawing, queries, show
from watchfloor.programme.tracking.domain import dues, graph, states
from watchfloor.programme.tracking.drawing import Line
from watchfloor.programme.tracking.models import Action, Initiative, Milestone, Slip
from watchfloor.programme.tracking.pages import filtering, parts

MOST = 150  # lines; more is no picture


@require_GET
@guard.page(access.VIEW)
def page(request: HttpRequest) -> HttpResponseBase:
    """The same filters as the board; without any, everything that is not over."""
    actor = actor_of(request)
    rows = filtering.narrowed(request, queries.actions(actor)).exclude(state="dropped")
    asked = parts.uuid_or_none(request.GET.get("initiative", ""), "initiative") if _named(request) else None
    initiatives = (
        queries.initiatives(actor).filter(ended_at=None)
        if asked is None
        else queries.initiatives(actor).filter(pk=asked)
    )
    found, undated = lines(
        actor, list(initiatives.order_by("made_at")[:40]), list(rows[: MOST * 2]), alone=asked is None
    )
    shown = found[:MOST]
    zone = dues.zone_of(parts.viewer_zone())
    said = ngettext(
        "%(num)s line: bars end when something is due", "%(num)s lines: bars end when something is due", len(shown)
    )
    context = {
        **parts.context(request, "programme-board", "timeline"), "fields": filtering.fields(actor), "lines": shown, "undated": undated,
        "left_out": len(found) - len(shown),
        "picture": drawing.picture(shown, clock.now(), zone, said % {"num": len(shown)}) if shown else "",
    }  # fmt: skip
    return render(request, "tracking/timeline.html", context)


def lines(actor: Actor, initiatives: list[Initiative], rows: list[Action], *, alone: bool) -> tuple[list[Line], int]:
    """Initiatives with their milestones and actions, then actions that stand alone; and how many have no due time."""
    now = clock.now()
    moved = _moved(rows, [row.pk for row in initiatives])
    cards = {card.row.pk: card for card in show.cards(actor, rows)}
    by: dict[Any, list[Action]] = defaultdict(list)
    for row in rows:
        by[row.initiative_id].append(row)
    found: list[Line] = []
    for initiative in initiatives:
        own = sorted(by.pop(initiative.pk, []), key=lambda row: (row.due is None, row.due or now, row.pk))
        stones = list(Milestone.objects.filter(initiative=initiative).order_by("due"))
        ends = [each for each in (*(row.due for row in own), *(stone.due for stone in stones)) if each is not None]
        found.append(Line(
            id=initiative.pk, kind="initiative", title=initiative.title, url=reverse("programme-initiative", args=[initiative.pk]),
            state=initiative.state, start=initiative.made_at, end=max(ends) if ends else None,
        ))  # fmt: skip
        start = initiative.made_at
        for stone in stones:
            found += [_action(row, moved, cards, rows, now) for row in own if row.milestone_id == stone.pk and row.due]
            found.append(Line(
                id=stone.pk, kind="milestone", title=stone.title, url=reverse("programme-initiative", args=[initiative.pk]),
                state="done" if stone.reached_at else "open", start=start, end=stone.due, slips=tuple(moved[stone.pk]),
                late=stone.reached_at is None and stone.due is not None and stone.due < now,
            ))  # fmt: skip
            start = stone.due or start
        found += [_action(row, moved, cards, rows, now) for row in own if row.milestone_id is None and row.due]
    if alone:
        found += [
            _action(row, moved, cards, rows, now) for row in by.get(None, []) if row.due and row.state in states.LIVE
        ]
    return found, sum(row.due is None for row in rows)


def _action(
    row: Action, moved: dict[UUID, list[datetime]], cards: dict[UUID, show.Card], rows: list[Action], now: datetime
) -> Line:
    known = {each.pk: each for each in rows}
    waits = [(one, graph.Piece(known[one].due, known[one].state)) for one in row.depends_on if one in known]
    return Line(
        id=row.pk, kind="action", title=row.title, url=reverse("programme-action", args=[row.pk]), state=row.state,
        start=row.made_at, end=row.due, slips=tuple(moved[row.pk]), before=tuple(row.depends_on),
        held=frozenset(graph.held_up(row.due, row.state, waits)), late=cards[row.pk].late,
    )  # fmt: skip


def _moved(rows: list[Action], initiatives: list[UUID]) -> dict[UUID, list[datetime]]:
    """Where ends were before, oldest first, by action and milestone."""
    found: dict[UUID, list[datetime]] = defaultdict(list)
    of_actions = Slip.objects.filter(action__in=[row.pk for row in rows], was__isnull=False)
    of_stones = Slip.objects.filter(milestone__initiative__in=initiatives, was__isnull=False)
    for slip in (*of_actions.order_by("at"), *of_stones.order_by("at")):
        assert slip.was is not None
        found[slip.action_id or slip.milestone_id].append(slip.was)  # type: ignore[index]
    return found


def _named(request: HttpRequest) -> bool:
    return request.GET.get("initiative", "") not in ("", "nobody")
