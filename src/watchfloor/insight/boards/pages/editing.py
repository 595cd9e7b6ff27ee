"""Boards to build: a draft that one edits panel by panel, with undo; saving makes a version. Also who a board is for, and its versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import Role
from watchfloor.insight import catalogue, params
from watchfloor.insight.boards import drafts, keeping, looking, serving, wording
from watchfloor.insight.boards.domain import editing
from watchfloor.insight.boards.domain.document import COMPARES, INTERVALS, SPANS, Document, Panel
from watchfloor.insight.boards.domain.editing import History
from watchfloor.insight.boards.models import Board
from watchfloor.insight.boards.pages.showing import tools
from watchfloor.insight.own_metrics.keeping import titles
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform.render import render

NUDGES = {"wider": (1, 0), "narrower": (-1, 0), "taller": (0, 1), "lower": (0, -1)}


@require_http_methods(["GET", "HEAD", "POST"])
@page("insight.view")
def new(request: HttpRequest) -> HttpResponse:
    """A board of one's own, empty or as a copy of another."""
    actor = actor_of(request)
    boards = list(keeping.listed(actor))
    typed = {"name": "", "purpose": "", "start": request.GET.get("start", "")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        try:
            document = next((keeping.document_of(row) for row in boards if str(row.pk) == typed["start"]), Document())
            row = keeping.make(
                actor, typed["name"], document, purpose=typed["purpose"], shared=request.POST.get("shared") == "on"
            )
            return redirect("board-edit", row.pk)
        except BadInput as problem:
            errors[problem.where or "name"] = problem.message
    options = [("", _("an empty board"))] + [(str(row.pk), serving.name_of(row)) for row in boards]
    context = {"typed": typed, "errors": errors, "options": options, "may_share": actor.has(keeping.EDITS)}
    return render(request, "insight/boards/new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD"])
@page("insight.view")
def edit(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """The board with a handle on each panel; ``?panel=p3`` (or ``new``) opens the form of one."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    draft = drafts.of(actor, row)
    chosen = request.GET.get("panel", "")
    panel = next((each for each in draft.now.panels if each.id == chosen), None)
    if chosen == "new":
        panel = Panel(id="new", form="line", width=2)
    return _editor(request, actor, row, draft, panel)


@require_POST
@page("insight.view")
def step(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """One edit, or the end of editing: ``do`` names it."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    draft = drafts.of(actor, row)
    sent, do = request.POST, request.POST.get("do", "")
    address = reverse("board-edit", args=[row.pk])
    if do == "drop":
        drafts.drop(actor, row)
        return redirect("board", row.pk)
    if do == "save":
        keeping.save(actor, row.pk, draft.now, seen=draft.based_on)
        drafts.drop(actor, row)
        messages.success(request, _("Saved. Earlier versions are kept."))
        return redirect("board", row.pk)
    if do == "copy":
        made = keeping.duplicate(actor, row.pk, _("%(name)s, copy") % {"name": serving.name_of(row)}, draft.now)
        drafts.drop(actor, row)
        return redirect("board-edit", made.pk)
    try:
        drafts.keep(actor, row, draft, _after(draft.history, sent, do))
    except BadInput as problem:
        if do == "panel":
            return _editor(request, actor, row, draft, _typed(sent, draft.now), problem)
        raise
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    mark = f"#panel-{sent['panel']}" if sent.get("panel") and do not in ("remove", "panel") else ""
    return redirect(address + mark)


def _after(history: History, sent: QueryDict, do: str) -> History:
    """The history after one step."""
    if do == "undo":
        return history.back()
    if do == "redo":
        return history.forth()
    now, panel = history.now, sent.get("panel", "")
    if do == "panel":
        made = _typed(sent, now)
        known = any(each.id == made.id for each in now.panels)
        return history.then(editing.change(now, made) if known else editing.add(now, made))
    if do == "remove":
        return history.then(editing.remove(now, panel))
    if do == "board":
        return history.then(msgspec.structs.replace(
            now, span=sent.get("span", ""), interval=sent.get("interval", ""), compare=sent.get("compare", ""),
            filters=_filters(sent),
        ))  # fmt: skip
    if do not in ("earlier", "later", "place", "size", *NUDGES):
        raise BadInput("unknown_step", f"{do[:20]!r} is no edit.", where="do")
    place = editing.place_of(now, panel)
    here = now.panels[place]
    if do in ("earlier", "later"):
        return history.then(editing.move(now, panel, max(0, place + (1 if do == "later" else -1))))
    if do == "place":
        return history.then(editing.move(now, panel, _whole(sent.get("to", ""), place)))
    if do == "size":
        return history.then(
            editing.resize(
                now, panel, _whole(sent.get("width", ""), here.width), _whole(sent.get("height", ""), here.height)
            )
        )
    wider, taller = NUDGES[do]
    return history.then(editing.resize(now, panel, here.width + wider, here.height + taller))


def _filters(sent: QueryDict) -> dict[str, str]:
    """The filters that were chosen."""
    given = {name: sent.get(f"where_{name}", "") for name in _narrowing()}
    return {name: value for name, value in given.items() if value}


def _narrowing() -> tuple[str, ...]:
    """Dimensions that forms filter by."""
    return (*params.filters(), "kind")


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else otherwise


def _typed(sent: QueryDict, now: Document) -> Panel:
    """The panel as the form was filled in."""
    panel = sent.get("panel", "")
    form = sent.get("form", "line")
    return Panel(
        id=f"p{len(now.panels) + 1}" if panel in ("", "new") else panel, form=form,
        metrics=() if form == "text" else tuple(sent.getlist("metric")), by=sent.get("by", ""),
        then=sent.get("then", ""), span=sent.get("span", ""), interval=sent.get("interval", ""), title=sent.get("title", "").strip(),
        text=sent.get("text", "").replace("\r\n", "\n"), width=_whole(sent.get("width", ""), 2), height=_whole(sent.get("height", ""), 1),
        filters=_filters(sent),
    )  # fmt: skip


def _editor(
    request: HttpRequest,
    actor: Actor,
    row: Board,
    draft: drafts.Draft,
    panel: Panel | None,
    problem: WatchfloorError | None = None,
) -> HttpResponse:
    document = draft.now
    look = looking.read(document, {})
    fields = {field["name"]: field["options"] for field in serving.fields(actor, look)}
    themes: dict[str, list[catalogue.Metric]] = {}
    for one in catalogue.metrics().values():
        themes.setdefault(one.theme, []).append(one)
    context = {
        "board": row, "name": serving.name_of(row), "document": document, "slots": serving.slots(actor, row, document, look, ""),
        "panel": panel, "is_new": panel is not None and all(each.id != panel.id for each in document.panels), "problem": problem,
        "may_change": keeping.may_change(actor, row), "is_stale": draft.based_on != row.version,
        "can_undo": draft.history.at > 0, "can_redo": draft.history.at < len(draft.history.documents) - 1,
        "is_changed": document != keeping.document_of(row), "forms": serving.form_names(), "themes": themes,
        "theme_names": catalogue.THEMES, "dimensions": [(name, _(title)) for name, title in titles().items()],
        "spans": list(params.SPANS.items()), "intervals": [("hour", _("By hour")), ("day", _("By day")), ("week", _("By week"))],
        "compares": fields["compare"],
        "filters": [(name, wording.dimension_words(name), fields.get(name, [])) for name in _narrowing()], **tools(),
    }  # fmt: skip
    assert set(SPANS[1:]) <= {name for name, _words in context["spans"]} and INTERVALS and COMPARES
    return render(request, "insight/boards/edit.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@page("insight.view")
def about(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """Name and purpose, who it is for, its versions; duplicate, put away, take out again."""
    actor = actor_of(request)
    row = keeping.opened(actor, board_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _do(request, actor, row)
        except BadInput as problem:
            errors[problem.where or "name"] = problem.message
    typed = {"name": serving.name_of(row), "purpose": serving.purpose_of(row)}
    if errors:
        typed |= {name: request.POST.get(name, "") for name in typed}
    roles: list[tuple[str, str]] = list(Role.objects.order_by("name").values_list("key", "name"))
    context = {
        "board": row, "name": serving.name_of(row), "typed": typed, "errors": errors, "roles": roles,
        "may_change": keeping.may_change(actor, row), "may_share": actor.has(keeping.EDITS),
        "versions": row.versions.order_by("-number")[:50], "people": _people(row),
    }  # fmt: skip
    return render(request, "insight/boards/about.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, actor: Actor, row: Board) -> HttpResponse:
    sent = request.POST
    match sent.get("do", ""):
        case "rename":
            name = None if sent.get("name") == serving.name_of(row) else sent.get("name", "")
            purpose = None if sent.get("purpose") == serving.purpose_of(row) else sent.get("purpose", "")
            keeping.save(actor, row.pk, keeping.document_of(row), seen=row.version, name=name, purpose=purpose)
        case "share":
            keeping.share(
                actor, row.pk, shared=sent.get("shared") == "on" or not row.owner, roles=sent.getlist("roles")
            )
        case "duplicate":
            made = keeping.duplicate(actor, row.pk, _("%(name)s, copy") % {"name": serving.name_of(row)})
            messages.success(request, _("This is your own copy. Nobody else sees it until you share it."))
            return redirect("board-about", made.pk)
        case "restore":
            keeping.restore(actor, row.pk, _whole(sent.get("number", ""), 0))
            messages.success(
                request, _("Version %(number)s is back, as a new version.") % {"number": sent.get("number", "")}
            )
            return redirect("board", row.pk)
        case "archive":
            keeping.archive(actor, row.pk)
            messages.success(request, _("The board is in the archive. Take it out again whenever you like."))
            return redirect("boards")
        case "take_out":
            keeping.archive(actor, row.pk, back=True)
            return redirect("board", row.pk)
        case other:
            raise BadInput("unknown_step", f"{other[:20]!r} is nothing one can do here.", where="do")
    messages.success(request, _("Saved."))
    return redirect("board-about", row.pk)


def _people(row: Board) -> dict[str, Any]:
    """Who saved which version, by name."""
    from watchfloor.identity.models import User

    actors = set(row.versions.values_list("saved_by", flat=True)) | {row.owner, row.changed_by}
    ids = [UUID(each.partition(":")[2]) for each in actors if each.startswith("user:")]
    return {f"user:{user.pk}": user.name for user in User.objects.filter(pk__in=ids)}
