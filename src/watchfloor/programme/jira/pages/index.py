"""``/programme/jira``: whether the link works, what waits for a person to pick a side, every action that is an issue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
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
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.programme import tabs
from watchfloor.programme.jira import models
from watchfloor.programme.jira.actions import issues, sites
from watchfloor.programme.jira.models import Link
from watchfloor.programme.jira.pages import words
from watchfloor.programme.tracking import access, queries

HEAD = ("issue", "status in Jira", "state here", "due", "how it stands", "compared")
MOST_CHOICES = 300


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("programme.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The page; ``?format=csv`` gives the issues. A POST picks a side (``do=ours|theirs``, ``conflict``), or sends dead letters again."""
    actor, errors = actor_of(request), []
    may_edit = actor.has(access.EDIT)
    if request.method == "POST":
        try:
            messages.success(request, _do(request, actor))
            return redirect("programme-jira")
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
    rows = visible(actor).order_by("-made_at", "-pk")
    if request.GET.get("format") == "csv":
        return csv_response("jira", HEAD, (
            (r.key, r.status, r.action.state, r.action.due, stands(r), r.synced_at) for r in rows
        ))  # fmt: skip
    shown = paged(rows, request.GET)
    site = sites.current()
    open_ = conflicts(actor)
    free = (
        queries.actions(actor)
        .filter(state__in=("open", "doing"))
        .filter(~Exists(Link.objects.filter(action=OuterRef("pk"), ended_at=None)))
    )
    context = {
        "tabs": tabs.tabs(actor.has, "programme-jira"), "site": site, "rows": shown.rows, "pager": shown.pager, "query": request.GET,
        "open": [shown_conflict(each) for each in open_], "names": names_of(each.ours_by for each in open_), "errors": errors,
        "dead": dead(actor).count(), "may_edit": may_edit, "may_set": actor.has("settings.manage"), "stands": stands,
        "chips": words.states(), "action_states": words.actions(),
        "free": [(str(row.pk), row.title) for row in free.order_by("due", "pk")[:MOST_CHOICES]] if may_edit and site and site.on else [],
    }  # fmt: skip
    return render(request, "jira/index.html", context, status=422 if errors else 200)


def visible(actor: Actor) -> QuerySet[Link]:
    """Issues of actions this person may see."""
    rows = Link.objects.filter(ended_at=None, action__in=queries.actions(actor)).select_related("action")
    open_ = models.Conflict.objects.filter(link=OuterRef("pk"), state=models.Conflict.State.OPEN)
    return rows.annotate(torn=Exists(open_))


def conflicts(actor: Actor, link: Link | None = None) -> list[models.Conflict]:
    """What waits for a person, oldest first."""
    rows = models.Conflict.objects.filter(state=models.Conflict.State.OPEN, link__in=visible(actor))
    if link is not None:
        rows = rows.filter(link=link)
    return list(rows.select_related("link").order_by("since", "pk")[:100])


def shown_conflict(row: models.Conflict) -> dict[str, Any]:
    """One, in words."""
    return {
        "row": row, "field": words.fields()[row.field], "why": words.kinds()[row.kind], "ours": words.value(row.field, row.ours),
        "theirs": words.value(row.field, row.theirs), "agreed": words.value(row.field, row.agreed) if row.agreed is not None else None,
    }  # fmt: skip


def stands(row: Link) -> str:
    """How an issue stands: its state, or what a person should look at."""
    if row.state == Link.State.LINKED:
        return "conflict" if getattr(row, "torn", False) else "note" if row.why else "linked"
    return str(row.state)


def dead(actor: Actor) -> QuerySet[Outbox]:
    """Messages to Jira that were given up, of issues this person may see."""
    lanes = [issues.LANE.format(pk) for pk in visible(actor).values_list("pk", flat=True)]
    return replaying.dead_letters().filter(topic="jira", lane__in=lanes)


def pick(actor: Actor, named: str, side: str) -> str:
    """Settle a conflict of an action this person may change."""
    try:
        pk = UUID(named)
    except ValueError:
        pk = UUID(int=0)
    row = next((each for each in conflicts(actor) if each.pk == pk), None)
    if row is None or not access.may_edit(actor, row.link.action):
        raise NotFound("unknown_conflict", "There is no such conflict.")
    with writing(actor) as w:
        issues.settle(w, pk, side)
    return _("Settled; the other side follows in a moment.")


def _do(request: HttpRequest, actor: Actor) -> str:
    what = request.POST.get("do", "")
    if what in ("ours", "theirs"):
        return pick(actor, request.POST.get("conflict", ""), what)
    if what == "again" and actor.has(access.EDIT):
        return _again(actor, dead(actor).values_list("pk", flat=True))
    raise NotFound("unknown_step", "There is no such thing to do.")


def _again(actor: Actor, letters: Iterable[UUID]) -> str:
    done = replaying.replay_dead(actor, list(letters))
    return ngettext("%(num)s message goes out again.", "%(num)s messages go out again.", done.sent) % {"num": done.sent}
