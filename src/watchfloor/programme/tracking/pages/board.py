"""The board: a column for each state; a card moves by dragging, by keys or by its buttons, and the board comes back as it is then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme.tracking import access, actions, queries, show, telling
from watchfloor.programme.tracking.domain import states
from watchfloor.programme.tracking.models import Initiative
from watchfloor.programme.tracking.pages import filtering, parts

RECENT = timedelta(days=14)
MOST = 120  # cards a column shows


@require_GET
@guard.page(access.VIEW)
def page(request: HttpRequest) -> HttpResponseBase:
    """``?initiative=`` ``?owner=`` ``?late=``: the same filters as the list and the timeline."""
    return render(request, "tracking/board.html", _context(request))


@require_POST
@guard.page(access.VIEW)
def move(request: HttpRequest, action_id: UUID) -> HttpResponseBase:
    """``state=doing``: move a card; answers with the board, or with ``back`` goes to it. The filters are those of the address."""
    actor, said, undo = actor_of(request), "", None
    row = queries.seen_action(actor, action_id)
    if not access.may_edit(actor, row):
        raise Forbidden("not_yours", "You may see this action, not move it.")
    was = row.state
    try:
        with writing(actor) as w:
            row = actions.move(w, row, state=request.POST.get("state", ""))
        if row.state != was:
            said = _("%(title)s: %(state)s.") % {"title": row.title, "state": telling.state_words()[row.state]}
            undo = (row.pk, was)
    except BadInput as refused:
        said = refused.message
    if request.POST.get("back"):
        return redirect(
            f"{request.POST['back']}" if request.POST["back"].startswith("/programme/") else "programme-board"
        )
    context = {**_context(request), "said": said, "undo": undo, "moved": str(row.pk)}
    return render(request, "tracking/board_columns.html", context)


def _context(request: HttpRequest) -> dict[str, Any]:
    actor, now = actor_of(request), clock.now()
    rows = filtering.narrowed(request, queries.actions(actor))
    shown = rows.filter(Q(state__in=states.LIVE) | Q(done_at__gt=now - RECENT))
    found = list(shown.order_by(F("due").asc(nulls_last=True), "pk")[: MOST * 3])
    words, cards = telling.state_words(), show.cards(actor, found)
    columns = []
    for place, state in enumerate(states.ACTION):
        mine = [card for card in cards if card.row.state == state]
        if state in states.OVER:
            mine.sort(key=lambda card: card.row.done_at, reverse=True)
        columns.append({
            "state": state, "name": words[state], "cards": mine[:MOST], "count": len(mine),
            "before": (states.ACTION[place - 1], words[states.ACTION[place - 1]]) if place else None,
            "after": (states.ACTION[place + 1], words[states.ACTION[place + 1]]) if place + 1 < len(states.ACTION) else None,
        })  # fmt: skip
    return {
        **parts.context(request, "programme-board", "board"), "columns": columns, "fields": filtering.fields(actor),
        "anything": bool(found) or Initiative.objects.filter(access.rows(actor)).exists(), "said": "", "undo": None, "moved": "",
        "address": request.get_full_path().partition("?")[2], "recent": RECENT.days,
    }  # fmt: skip
