"""All actions as a list: filtered, sorted, kept in the address, taken away as CSV; and a new one."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.programme import forms
from watchfloor.programme.tracking import access, actions, queries, show, telling
from watchfloor.programme.tracking.actions import Todo
from watchfloor.programme.tracking.models import Milestone
from watchfloor.programme.tracking.pages import filtering, parts

HEAD = ("id", "title", "initiative", "milestone", "owner", "state", "due", "slips", "waits for", "done")
SORTS = {"title": "title", "due": "due", "state": "state", "slips": "slips", "made": "made_at"}
MOST_ROWS = 20_000


@require_GET
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?format=csv``: the same rows as a file."""
    actor = actor_of(request)
    rows = filtering.narrowed(request, queries.actions(actor))
    asked = request.GET.get("sort", "")
    column = SORTS.get(asked.removeprefix("-"), "due")
    by = F(column).desc(nulls_last=True) if asked.startswith("-") else F(column).asc(nulls_last=True)
    rows = rows.order_by(by, "pk")
    if request.GET.get("format") == "csv":
        found = list(rows[:MOST_ROWS])
        names = show.people(row.owner for row in found)
        return csv_response("actions", HEAD, (
            (
                row.pk, row.title, row.initiative.title if row.initiative else "", row.milestone.title if row.milestone else "",
                names.get(row.owner, "") if row.owner else "", row.state, row.due, row.slips, len(row.depends_on), row.done_at,
            )
            for row in found
        ))  # fmt: skip
    shown = paged(rows, request.GET, 50)
    kept = request.GET.copy()
    kept["format"] = "csv"
    context = {
        **parts.context(request, "programme-board", "list"), "cards": show.cards(actor, shown.rows), "pager": shown.pager,
        "fields": filtering.fields(actor), "words": telling.state_words(), "csv_url": f"?{kept.urlencode()}",
    }  # fmt: skip
    return render(request, "tracking/work.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def new(request: HttpRequest) -> HttpResponseBase:
    """A new action; ``?initiative=`` it belongs to."""
    actor, errors = actor_of(request), list[tuple[str, str]]()
    given = request.POST if request.method == "POST" else request.GET
    chosen = parts.uuid_or_none(given.get("initiative", ""), "initiative")
    initiative = queries.seen_initiative(actor, chosen) if chosen else None
    if request.method == "POST":
        made: list[object] = []
        said = forms.act(
            request,
            {"add": lambda: _add(request, made)},
            allowed=initiative is None or access.may_edit(actor, initiative),
        )
        if said is None:
            back = request.POST.get("back", "")
            if back == "initiative" and initiative is not None:
                return redirect("programme-initiative", initiative.pk)
            return redirect("programme-action", made[0])
        errors = said
    zone = initiative.zone if initiative else parts.viewer_zone()
    open_ones = [row for row in queries.initiatives(actor).filter(ended_at=None) if access.may_edit(actor, row)]
    siblings = queries.actions(actor).filter(initiative=initiative) if initiative else queries.actions(actor).none()
    context = {
        **parts.context(request, "programme-board"), "errors": errors, "error_of": dict(errors), "typed": forms.Typed(given),
        "clock_zone": zone,
        "owners": parts.owners(initiative), "initiative": initiative,
        "initiatives": [("", _("None: it stands alone")), *((str(row.pk), row.title) for row in open_ones)],
        "milestones": [("", _("None")), *((str(row.pk), row.title) for row in Milestone.objects.filter(initiative=initiative))]
        if initiative else [],
        "others": [(str(row.pk), row.title) for row in siblings.order_by("made_at")[:100]], "chosen": request.POST.getlist("depends_on"),
    }  # fmt: skip
    return render(request, "tracking/action_new.html", context, status=422 if errors else 200)


def _add(request: HttpRequest, made: list[object]) -> str:
    given, actor = request.POST, actor_of(request)
    chosen = parts.uuid_or_none(given.get("initiative", ""), "initiative")
    of = queries.seen_initiative(actor, chosen) if chosen else None
    market, vendor = (
        (of.market, of.vendor_key) if of else parts.limits(actor, given.get("market", ""), given.get("vendor", ""))
    )
    before = [pk for one in given.getlist("depends_on") if (pk := parts.uuid_or_none(one, "depends_on"))]
    if len(before) != queries.actions(actor).filter(pk__in=before).count():
        raise NotFound("unknown_action", "There is no such action.")
    with writing(actor) as w:
        row = actions.add_action(
            w,
            Todo(
                title=given.get("title", ""), text=given.get("text", ""), owner=given.get("owner", ""), initiative=of,
                due=parts.due(given.get("due", ""), of.zone if of else parts.viewer_zone()),
                milestone=parts.uuid_or_none(given.get("milestone", ""), "milestone") if of else None,
                depends_on=before, market=market, vendor=vendor,
            ),
        )  # fmt: skip
        made.append(row.pk)
    return _("The action is agreed.")
