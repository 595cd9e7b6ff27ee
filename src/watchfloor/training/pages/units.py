"""Units: the source on the left, its products on the right; what is stale and why; where training is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.policy.pages.diff import field_words
from watchfloor.policy.pages.parts import hows
from watchfloor.training import making, unit_actions, unit_queries
from watchfloor.training.models import UnitVersion
from watchfloor.training.pages import parts, unit_words

READ = (*parts.SEE, *parts.WRITE)
METHODS = ["GET", "HEAD", "POST"]
HEAD = ("policy", "language", "people", "training")


@require_safe
@guard.page(*READ)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?policy=``: all units, and the gap map policy x language; ``?format=csv`` is the map."""
    actor = actor_of(request)
    languages, gaps = unit_queries.gaps(actor)
    if request.GET.get("format") == "csv":
        return csv_response("training-gaps", HEAD, (
            (cell.policy_key, cell.language, cell.people, cell.says or "missing") for _key, _name, cells in gaps for cell in cells
        ))  # fmt: skip
    wanted = request.GET.get("policy", "")
    rows = [each for each in unit_queries.standings() if not wanted or each.unit.policy_key == wanted]
    known = {policy.key: _(policy.name) for policy in policies.all_policies()}
    context = {
        "tabs": parts.tabs(actor, "units"), "rows": rows, "spoken": languages, "gaps": gaps, "names": known, "query": request.GET,
        "states": unit_words.standings(), "versions": unit_words.versions(), "may_edit": actor.has("training.edit"),
        "filters": [{"name": "policy", "label": _("Any policy"), "chip": _("Policy"), "options": list(known.items())}],
    }  # fmt: skip
    return render(request, "training/units.html", context)


@require_http_methods(METHODS)
@guard.page("training.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Write the first version of a unit: ``?policy=&language=`` fill in the head."""
    errors: list[tuple[str, str]] = []
    typed = request.POST.get("source", "").replace("\r\n", "\n")
    if request.method == "POST":
        try:
            with writing(actor_of(request)) as w:
                row = unit_actions.save(w, typed)
            messages.success(request, _("The draft is kept. A colleague approves it."))
            return redirect("training-unit", row.unit.policy_key, row.unit.language)
        except (BadInput, Conflict) as refused:
            errors = [("source", _said(refused))]
    else:
        typed = unit_words.begun(request.GET.get("policy", ""), request.GET.get("language", ""), str(request.user))
    context = {"typed": typed, "errors": errors, "error_of": dict(errors)}
    return render(request, "training/unit_new.html", context, status=422 if errors else 200)


@require_http_methods(METHODS)
@guard.page(*READ)
def one(request: HttpRequest, key: str, language: str) -> HttpResponseBase:
    """A unit; a POST saves the draft, approves it, sends it back, publishes it, or makes its products again."""
    actor = actor_of(request)
    found = unit_queries.standing(key, language)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        do = _VERBS.get(request.POST.get("do", ""))
        if do is None or not actor.has(do[0]):
            raise NotFound("unknown_step", "There is no such thing to do.")
        try:
            messages.success(request, do[1](request, actor, found))
            return redirect("training-unit", key, language)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [("source", _said(refused))]
    return render(request, "training/unit.html", _context(request, actor, found, errors), status=422 if errors else 200)


@require_safe
@guard.page(*READ)
def progress(request: HttpRequest, version_id: UUID) -> HttpResponseBase:
    """The piece of the page that tells how far the products are."""
    row = unit_actions.version(version_id)
    build = making.latest(row)
    answer = render(request, "training/making.html", {"version": row, "build": build, "kinds": unit_words.products()})
    if build is not None and build.state in ("done", "failed"):
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
@guard.page(*READ)
def product(request: HttpRequest, version_id: UUID, kind: str) -> HttpResponseBase:
    """A product's file."""
    row = unit_actions.version(version_id)
    made = making.product(row.pk, kind) if kind in making.FILES else None
    if made is None or not making.path_of(made.digest).exists():
        raise NotFound("unknown_product", "This has not been made.")
    media = making.FILES[kind][1]
    return FileResponse(
        making.path_of(made.digest).open("rb"),
        as_attachment=True,
        filename=making.name_of(row, kind),
        content_type=media,
    )


@require_safe
@guard.page(*READ)
def changes(request: HttpRequest, key: str, language: str) -> HttpResponseBase:
    """What changed side by side: the policy's text since the unit was written for it, and the unit's own last two versions."""
    actor = actor_of(request)
    found = unit_queries.standing(key, language)
    newest = found.open or found.live
    rows = {row.number: row for row in unit_queries.versions(found.unit)}
    before = rows.get(newest.number - 1)
    stands = found.live or newest  # the policy is compared with the text the published version was written for
    context = {
        "policy": parts.policy_of(key), "found": found, "newest": newest, "before": before, "stands": stands,
        "fields": field_words(), "hows": hows(), "sections": unit_words.sections(),
        "policy_change": unit_queries.policy_change(key, stands.policy_version, found.in_force),
        "unit_change": unit_queries.unit_change(before, newest) if before else [],
        "tabs": parts.tabs(actor, "units"),
    }  # fmt: skip
    return render(request, "training/unit_changes.html", context)


def _context(request: HttpRequest, actor: Actor, found: Any, errors: list[tuple[str, str]]) -> dict[str, Any]:
    unit, shown = found.unit, found.open or found.live
    live = found.live
    begins = found.open is None and live is not None  # the editor would begin the next version
    source = unit_queries.next_source(live, found.in_force) if begins and found.in_force else shown.source
    rows = unit_queries.versions(unit)
    build = making.latest(live) if live else None
    made = unit_queries.products(live)
    return {
        "tabs": parts.tabs(actor, "units"), "policy": parts.policy_of(unit.policy_key), "found": found, "unit": unit, "shown": shown,
        "source": request.POST.get("source", source), "begins": begins, "versions": rows, "build": build, "products": made,
        "kinds": unit_words.products(), "states": unit_words.standings(), "version_states": unit_words.versions(),
        "errors": errors, "error_of": dict(errors), "files": [kind for kind in making.FILES if kind in made],
        "names": names_of({name for row in rows for name in (row.written_by, row.approved_by, row.published_by) if name}),
        "may_edit": actor.has("training.edit"),
        "may_approve": found.open is not None and found.open.state == "draft" and actor.has("training.approve")
        and found.open.written_by != str(actor),
        "may_publish": found.open is not None and found.open.state == "approved" and actor.has("training.approve"),
    }  # fmt: skip


def _save(request: HttpRequest, actor: Actor, found: Any) -> str:
    seen = request.POST.get("seen", "")
    with writing(actor) as w:
        unit_actions.save(
            w, request.POST.get("source", "").replace("\r\n", "\n"), only=(found.unit.policy_key, found.unit.language),
            seen=int(seen) if found.open is not None and seen.isdecimal() and len(seen) < 9 else None,
        )  # fmt: skip
    return _("The draft is kept. A colleague approves it.")


def _approve(request: HttpRequest, actor: Actor, found: Any) -> str:
    with writing(actor) as w:
        unit_actions.approve(w, _open(found).pk)
    return _("Approved. Published, it is what is taught.")


def _back(request: HttpRequest, actor: Actor, found: Any) -> str:
    with writing(actor) as w:
        unit_actions.send_back(w, _open(found).pk)
    return _("It is a draft again.")


def _publish(request: HttpRequest, actor: Actor, found: Any) -> str:
    with writing(actor) as w:
        unit_actions.publish(w, _open(found).pk)
    return _("Published. Its article, slides, guide and questions are being made.")


def _again(request: HttpRequest, actor: Actor, found: Any) -> str:
    if found.live is None:
        raise Conflict("not_published", "Nothing is published yet.")
    making.ask(found.live, str(actor))
    return _("The products are made again.")


def _open(found: Any) -> UnitVersion:
    if found.open is None:
        raise Conflict("no_draft", "There is no draft.", hint="Load the page again.")
    row: UnitVersion = found.open
    return row


_VERBS: dict[str, tuple[str, Callable[[HttpRequest, Actor, Any], str]]] = {
    "save": ("training.edit", _save), "approve": ("training.approve", _approve), "back": ("training.edit", _back),
    "publish": ("training.approve", _publish), "again": ("training.edit", _again),
}  # fmt: skip


def _said(refused: BadInput | Conflict | Forbidden) -> str:
    place = refused.where.replace("line ", "") if refused.where.startswith("line ") else ""
    words = parts.sentence(refused)
    return _("Line %(line)s: %(words)s") % {"line": place, "words": words} if place else words
