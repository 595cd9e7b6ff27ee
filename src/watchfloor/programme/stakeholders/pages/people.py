"""The map of stakeholders: interest against influence, as a picture and as a list; one of them with all that is known."""

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
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme import forms
from watchfloor.programme.stakeholders import access, actions, queries, words
from watchfloor.programme.stakeholders.models import Stakeholder
from watchfloor.programme.stakeholders.pages import parts

HEAD = ("name", "kind", "organisation", "inside", "interest", "influence", "zone", "language", "hears by")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?inside=1`` ``?q=``; ``?format=csv``. A POST puts somebody on the map."""
    actor = actor_of(request)
    errors: forms.Errors = []
    if request.method == "POST":
        said = forms.act(request, {"add": lambda: _save(request, None)}, allowed=actor.has(access.EDIT))
        if said is None:
            return redirect("programme-stakeholders")
        errors = said
    rows = queries.stakeholders(actor)
    if (inside := request.GET.get("inside", "")) in ("0", "1"):
        rows = rows.filter(inside=inside == "1")
    if text := forms.plain(request.GET.get("q", "")):
        rows = rows.filter(name__icontains=text)
    found = sorted(rows, key=lambda row: (-row.influence, -row.interest, row.name.casefold()))
    if request.GET.get("format") == "csv":
        return csv_response("stakeholders", HEAD, (
            (r.name, r.kind, r.organisation, int(r.inside), r.interest, r.influence, r.zone, r.language, r.hears) for r in found
        ))  # fmt: skip
    kept = request.GET.copy()
    kept["format"] = "csv"
    context = {
        **parts.context(request, "programme-stakeholders", "map"), **_choices(), "rows": found, "errors": errors,
        "error_of": dict(errors), "grid": grid(found), "csv_url": f"?{kept.urlencode()}",
        "fields": [
            {"name": "q", "label": _("Name"), "type": "search"},
            {"name": "inside", "label": _("Inside and outside"), "options": [("1", _("Inside the house")), ("0", _("Outside"))]},
        ],
    }  # fmt: skip
    return render(request, "stakeholders/map.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def one(request: HttpRequest, stakeholder_id: UUID) -> HttpResponseBase:
    """Somebody on the map; a POST changes them, takes them off or brings them back."""
    actor = actor_of(request)
    row = Stakeholder.objects.filter(access.rows(actor), pk=stakeholder_id).first()
    if row is None:
        raise NotFound("unknown_stakeholder", "There is no such person or group.")
    may = actor.may(access.EDIT, market=row.market, vendor=row.vendor_key)
    errors: forms.Errors = []
    if request.method == "POST":
        verbs = {"save": lambda: _save(request, row), "end": lambda: _end(request, row)}
        said = forms.act(request, verbs, allowed=may)
        if said is None:
            return redirect("programme-stakeholder", stakeholder_id)
        errors = said
        row = Stakeholder.objects.get(pk=stakeholder_id)
    context = {
        **parts.context(request, "programme-stakeholders", "map"), **_choices(), "row": row, "may": may, "errors": errors,
        "error_of": dict(errors), "letters": list(row.answering.exclude(letter="")), "letter_words": dict(words.letters()),
    }  # fmt: skip
    return render(request, "stakeholders/stakeholder.html", context, status=422 if errors else 200)


def grid(rows: list[Stakeholder]) -> list[list[list[Stakeholder]]]:
    """Rows of great to low influence; in each, cells of low to high interest."""
    return [
        [[row for row in rows if row.influence == influence and row.interest == interest] for interest in (1, 2, 3)]
        for influence in (3, 2, 1)
    ]


def _choices() -> dict[str, Any]:
    people = queries.people_to_ask()
    return {
        "kinds": words.kinds(), "levels": words.levels(), "hears": words.hears(), "level_words": dict(words.levels()),
        "hear_words": dict(words.hears()), "people": [("", _("Nobody who signs in")), *((str(pk), name) for pk, name in people.items())],
    }  # fmt: skip


def _save(request: HttpRequest, row: Stakeholder | None) -> str:
    given, actor = request.POST, actor_of(request)
    values: dict[str, Any] = {
        name: given.get(name, "") for name in ("kind", "name", "organisation", "zone", "language", "hears", "address", "note", "user")
    }  # fmt: skip
    values |= {
        name: int(given.get(name, "") or 0) if given.get(name, "").isdecimal() else 0
        for name in ("interest", "influence")
    }
    values["inside"] = given.get("inside") == "1"
    if row is None:
        values["market"], values["vendor_key"] = parts.limits(actor, given.get("market", ""), given.get("vendor", ""))
    with writing(actor) as w:
        actions.save_stakeholder(w, row.pk if row else None, **values)
    return _("On the map.") if row is None else _("Kept.")


def _end(request: HttpRequest, row: Stakeholder) -> str:
    ended = request.POST.get("undo") != "1"
    with writing(actor_of(request)) as w:
        actions.save_stakeholder(w, row.pk, ended=ended)
    return _("Taken off the map.") if ended else _("Back on the map.")
