"""Boards to look at: the index with its miniatures, one board, one panel by itself, and their files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import stopping
from watchfloor.insight.boards import exports, keeping, looking, serving
from watchfloor.insight.boards.answers import answer, shade, shades, span_said
from watchfloor.insight.boards.domain.document import Document
from watchfloor.insight.boards.drawing.small import small_plot
from watchfloor.insight.boards.models import Board, BoardDraft
from watchfloor.insight.spikes.queries import open_spikes
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.platform.render import render


@require_safe
@page("insight.view")
def index(request: HttpRequest) -> HttpResponse:
    """All boards one may open, each in miniature; the archive behind ``?archived=1``."""
    actor, archived = actor_of(request), bool(request.GET.get("archived"))
    wanted = request.GET.get("q", "").strip().casefold()
    cards = []
    for row in keeping.listed(actor, archived=archived):
        name = serving.name_of(row)
        if wanted and wanted not in name.casefold():
            continue
        document = keeping.document_of(row)
        cards.append({
            "row": row, "name": name, "purpose": serving.purpose_of(row), "preview": serving.preview(document),
            "panels": len(document.panels), "mine": row.owner == str(actor), "first": bool(set(row.roles) & _roles(actor)),
        })  # fmt: skip
    cards.sort(key=lambda card: (not card["first"], not card["mine"], card["name"]))
    context = {"cards": cards, "query": request.GET, "archived": archived, "may_ask": actor.has("insight.sql")}
    return render(request, "insight/boards/index.html", context)


@require_safe
@page("insight.view")
def first(request: HttpRequest) -> HttpResponse:
    """The first board of one's role; without one, all boards."""
    row = keeping.first_for(actor_of(request))
    return redirect("board", row.pk) if row else redirect("boards")


@require_safe
@page("insight.view")
def one(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """A board; its address carries what narrows it, so that it can be shared. ``?version=3`` is how it was."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    document, version = _document(row, request.GET.get("version", ""))
    query = request.GET.dict()
    look = looking.read(document, query)
    carried = serving.carried(query)
    shown = serving.slots(actor, row, document, look, urlencode(carried))
    shows = {key for each in document.panels for key in each.metrics}
    context = {
        "board": row, "name": serving.name_of(row), "purpose": serving.purpose_of(row), "slots": shown, "look": look,
        "spikes": [spike for spike in open_spikes(actor, limit=20) if spike.metric in shows][:3],
        "version": version, "query": request.GET, "may_change": keeping.may_change(actor, row) and not row.archived_at,
        "may_mark": actor.has(keeping.EDITS), "fields": serving.fields(actor, look), "carried": urlencode(carried),
        "has_draft": actor.kind == "user" and BoardDraft.objects.filter(board=row, user_id=UUID(actor.id)).exists(),
        "formats": list(exports.TYPES), "simulated": serving.simulated(), **tools(),
    }  # fmt: skip
    return render(request, "insight/boards/board.html", context)


@require_safe
@page("insight.view")
def panel(request: HttpRequest, board_id: UUID, panel_id: str) -> HttpResponse:
    """One panel: a part of the page (``?part=1``), a page of its own, or a file (``?format=svg``)."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    document, _version = _document(row, request.GET.get("version", ""))
    found = next((each for each in document.panels if each.id == panel_id), None)
    if found is None:
        raise NotFound("no_panel", "There is no such panel on this board.")
    query = request.GET.dict()
    look = looking.read(document, query)
    with stopping.stoppable(actor, request.GET.get("ask") or str(new_id())):
        answered = answer(actor, found, look)
    if request.GET.get("format"):
        name = f"{serving.name_of(row)}: {answered.title}"
        return _file(exports.make(name, "", [answered], request.GET["format"], alone=True))
    carried = urlencode(serving.carried(query))
    url = reverse("board-panel", args=[row.pk, found.id]) + (f"?{carried}" if carried else "")
    context = {
        "board": row, "name": serving.name_of(row), "slot": serving.Slot(panel=found, url=url, answer=answered), "query": request.GET,
        "carried": carried, "fields": serving.fields(actor, look), "formats": list(exports.TYPES), "span_said": span_said(answered),
        "simulated": serving.simulated(), **tools(),
    }  # fmt: skip
    return render(
        request, "insight/boards/panel_part.html" if request.GET.get("part") else "insight/boards/panel.html", context
    )


@require_POST
@page("insight.view")
def stop(request: HttpRequest, ask: UUID) -> HttpResponse:
    """A panel that one asked for as ``?ask=`` need not be counted any further. 204, whether or not it still was."""
    stopping.stop(actor_of(request), str(ask))
    return HttpResponse(status=204)


@require_safe
@page("insight.view")
def export(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """The whole board as a file, with one's own rights and the filters of the address."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    document, _version = _document(row, request.GET.get("version", ""))
    look = looking.read(document, request.GET.dict())
    answers = [answer(actor, each, look) for each in document.panels]
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    kind = request.GET.get("format", "csv")
    return _file(exports.make(serving.name_of(row), serving.purpose_of(row), answers, kind, theme=theme))


def tools() -> dict[str, Any]:
    """Functions that the panels' templates call."""
    return {"chart_of": serving.chart, "shade": shade, "shades": shades, "small_plot": small_plot}


def _document(row: Board, version: str) -> tuple[Document, int]:
    """The board as it is, or as a version had it."""
    if not version:
        return keeping.document_of(row), row.version
    found = row.versions.filter(number=int(version)).first() if version.isdecimal() and len(version) < 9 else None
    if found is None:
        raise NotFound("no_version", _("This board has no such version."))
    return keeping.document_of(found), found.number


def _file(made: exports.File) -> HttpResponse:
    response = HttpResponse(made.body, content_type=made.type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def _roles(actor: Any) -> set[str]:
    return {scope.role for scope in actor.scopes}
