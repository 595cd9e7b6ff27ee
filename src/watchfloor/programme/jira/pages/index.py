"""``/programme/jira``: whether the link works, what waits for a person to pick a side, every action that is an issue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.enforcement import replaying
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.programme import tabs
from watchfloor.programme.jira import models
from watchfloor.programme.jira import queries as jira
from watchfloor.programme.jira.actions import issues, sites, undoing
from watchfloor.programme.jira.models import Link
from watchfloor.programme.jira.pages import words
from watchfloor.programme.tracking import access, queries

HEAD = ("issue", "status in Jira", "state here", "due", "how it stands", "compared")
MOST_CHOICES = 300
MOST_SETTLED = 10
PICKS = ("ours", "theirs", "undo")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("programme.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The page; ``?format=csv`` gives the issues. A POST picks a side (``do=ours|theirs``, ``conflict``), takes that back
    (``undo``), or sends dead letters again."""
    actor, errors = actor_of(request), []
    may_edit = actor.has(access.EDIT)
    if request.method == "POST":
        try:
            messages.success(request, _do(request, actor))
            return redirect("programme-jira")
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
    rows = jira.visible(actor).order_by("-made_at", "-pk")
    if request.GET.get("format") == "csv":
        return csv_response("jira", HEAD, (
            (r.key, r.status, r.action.state, r.action.due, jira.stands(r), r.synced_at) for r in rows
        ))  # fmt: skip
    shown = paged(rows, request.GET)
    site = sites.current()
    open_, settled = jira.conflicts(actor), jira.settled(actor, most=MOST_SETTLED)
    free = (
        queries.actions(actor)
        .filter(state__in=("open", "doing"))
        .filter(~Exists(Link.objects.filter(action=OuterRef("pk"), ended_at=None)))
    )
    context = {
        "tabs": tabs.tabs(actor.has, "programme-jira"), "site": site, "rows": shown.rows, "pager": shown.pager, "query": request.GET,
        "open": [shown_conflict(each) for each in open_], "errors": errors,
        "settled": [shown_conflict(each) for each in settled], "sides": words.sides(),
        "names": names_of([*(each.ours_by for each in open_), *(each.settled_by for each in settled)]),
        "editable": {each.pk for each in settled if access.may_edit(actor, each.link.action)},
        "dead": jira.dead(actor).count(), "may_edit": may_edit, "may_set": actor.has("settings.manage"), "stands": jira.stands,
        "chips": words.states(), "action_states": words.actions(),
        "free": [(str(row.pk), row.title) for row in free.order_by("due", "pk")[:MOST_CHOICES]] if may_edit and site and site.on else [],
    }  # fmt: skip
    return render(request, "jira/index.html", context, status=422 if errors else 200)


def shown_conflict(row: models.Conflict) -> dict[str, Any]:
    """One, in words."""
    undone = words.undone()[row.undo_why] if row.undo_why else ""
    return {
        "row": row, "field": words.fields()[row.field], "why": words.kinds()[row.kind], "ours": words.value(row.field, row.ours),
        "theirs": words.value(row.field, row.theirs), "agreed": words.value(row.field, row.agreed) if row.agreed is not None else None,
        "undone": undone, "picked": row.state in ("ours", "theirs") and row.kind != models.Conflict.Kind.OWNED,
    }  # fmt: skip


def pick(actor: Actor, named: str, what: str) -> str:
    """Settle a conflict of an action this person may change (``what``: ours or theirs), or take a settlement back (``undo``)."""
    try:
        pk = UUID(named)
    except ValueError:
        pk = UUID(int=0)
    row = jira.changeable(actor, pk, open_=what != "undo")
    with writing(actor) as w:
        if what == "undo":
            undoing.undo(w, row.pk)
            return _("Taken back; both sides get their own value again in a moment.")
        issues.settle(w, row.pk, what)
    return _("Settled; the other side follows in a moment.")


def _do(request: HttpRequest, actor: Actor) -> str:
    what = request.POST.get("do", "")
    if what in PICKS:
        return pick(actor, request.POST.get("conflict", ""), what)
    if what == "again" and actor.has(access.EDIT):
        return _again(actor, jira.dead(actor).values_list("pk", flat=True))
    raise NotFound("unknown_step", "There is no such thing to do.")


def _again(actor: Actor, letters: Iterable[UUID]) -> str:
    done = replaying.replay_dead(actor, list(letters))
    return ngettext("%(num)s message goes out again.", "%(num)s messages go out again.", done.sent) % {"num": done.sent}
