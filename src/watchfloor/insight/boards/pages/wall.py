"""Boards on a wall: full screen, one after another, live, in big letters; nothing to scroll, nothing to press, nobody's name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight.boards import drawing, keeping, looking, serving
from watchfloor.insight.boards.answers import answer
from watchfloor.insight.boards.domain.document import Document, Panel
from watchfloor.insight.boards.drawing.picture import grid
from watchfloor.insight.boards.models import Board
from watchfloor.insight.own_metrics.keeping import dimensions
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform.render import render

SECONDS = (10, 600)
ROWS = 3  # on one screen; a longer board goes on on the next
CELL, HIGH = 460, 310


@require_safe
@page("insight.view")
def wall(request: HttpRequest) -> HttpResponse:
    """The frame, and the first screen. ``?boards=id,id`` (all shared ones unless named), ``every=30``, ``theme=light``."""
    asked = request.GET
    every = int(asked["every"]) if asked.get("every", "").isdecimal() and len(asked["every"]) < 5 else 30
    theme = "light" if asked.get("theme") == "light" else "dark"
    carried = {
        **serving.carried(asked.dict()),
        **{name: asked[name] for name in ("boards",) if asked.get(name)},
        "theme": theme,
    }
    context = {
        "every": max(SECONDS[0], min(SECONDS[1], every)), "wall_theme": theme,
        "screen_url": f"{reverse('board-wall-screen')}?{urlencode(carried)}", **_screen(request, theme),
    }  # fmt: skip
    return render(request, "insight/boards/wall.html", context)


@require_safe
@page("insight.view")
def screen(request: HttpRequest) -> HttpResponse:
    """One screen of the round: ``at`` counts on for ever."""
    theme = "light" if request.GET.get("theme") == "light" else "dark"
    return render(request, "insight/boards/wall_screen.html", _screen(request, theme))


def _screen(request: HttpRequest, theme: str) -> dict[str, Any]:
    actor = actor_of(request)
    screens = [
        (row, part) for row in _boards(actor, request.GET.get("boards", "")) for part in parts(keeping.document_of(row))
    ]
    if not screens:
        return {"name": "", "cells": [], "number": 0, "of": 0, "rows": 1}
    at = request.GET.get("at", "0")
    place = (int(at) if at.isdecimal() and len(at) < 10 else 0) % len(screens)
    row, panels = screens[place]
    look = looking.read(keeping.document_of(row), serving.carried(request.GET.dict()))
    placed, rows = grid([(panel.width, panel.height) for panel in panels], 4)
    cells = []
    for panel, (column, line) in zip(panels, placed, strict=True):
        try:
            answered = answer(actor, panel, look)
        except WatchfloorError:  # of a metric or dimension that was put away: said on the board, not on a wall
            continue
        picture = drawing.panel(
            answered,
            theme=theme,
            width=panel.width * CELL,
            height=panel.height * HIGH,
            source=False,
            big=1.3,
        )
        cells.append(
            {
                "svg": Markup(picture),  # noqa: S704 - the canvas escapes every word it writes
                "x": column + 1,
                "y": line + 1,
                "w": panel.width,
                "h": panel.height,
            }
        )
    return {"name": serving.name_of(row), "cells": cells, "number": place + 1, "of": len(screens), "rows": rows}


def _boards(actor: Actor, named: str) -> list[Board]:
    rows = {str(row.pk): row for row in keeping.listed(actor)}
    if named:
        return [rows[each] for each in named.split(",") if each in rows]
    mine = keeping.first_for(actor)
    first = [mine] if mine else []
    return first or [row for row in rows.values() if row.shared][:6]


def parts(document: Document) -> list[list[Panel]]:
    """A board cut into screens of at most ``ROWS`` rows, without panels that would name persons."""
    screens: list[list[Panel]] = []
    persons = {"reviewer", *(key for key, own in dimensions().items() if own.base == "reviewer")}
    for panel in document.panels:
        if persons & {panel.by, panel.then, *panel.filters} or panel.form == "text":
            continue
        longer = [*screens[-1], panel] if screens else []
        if longer and grid([(each.width, each.height) for each in longer], 4)[1] <= ROWS:
            screens[-1].append(panel)
        else:
            screens.append([panel])
    return screens


def title(name: str, number: int, of: int) -> str:
    """``Floor, screen 1 of 3``."""
    return _("%(name)s, screen %(number)s of %(of)s") % {"name": name, "number": number, "of": of}
