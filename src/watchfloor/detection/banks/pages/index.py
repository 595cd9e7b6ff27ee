"""All banks with what they did in the last weeks; a form to begin one; what was stopped because it hit too much."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.detection.banks import actions, figures, guard, indexes, queries
from watchfloor.detection.banks.models import Entry, EntryHour
from watchfloor.detection.banks.pages import forms, words
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import Forbidden, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

HEAD = ("key", "name", "policy", "action", "entries", "hits", "judged", "right", "views_avoided", "fell_on_appeal")


@require_http_methods(["GET", "POST"])
@page(queries.SEES)
def index(request: HttpRequest) -> HttpResponse:
    """All banks one may know of; a POST begins one."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if not actor.has(queries.MANAGES):
            raise Forbidden("no_permission", "Your roles do not include beginning banks.", hint="It needs bank.manage.")
        try:
            settings = forms.read(request.POST)
            with writing(actor, reason=request.POST.get("why", "")) as w:
                row = actions.create_bank(w, settings, why=request.POST.get("why", ""))
                if not queries.may(actor, queries.MANAGES, row):
                    raise Forbidden("clearance", "You are not cleared for this policy.")
            messages.success(request, _("%(name)s is begun. Put the first entries in.") % {"name": row.name})
            return HttpResponseRedirect(reverse("bank", args=[row.key]))
        except Forbidden:
            raise
        except WatchfloorError as error:
            errors[error.where or "name"] = forms.sentence(error)
    rows = _rows(actor, request)
    context = {
        "rows": rows, "any": queries.banks(actor).exists(), "query": request.GET, "errors": errors, "tabs": words.tabs("banks", actor),
        "typed": forms.typed(request.POST), "actions": words.actions(), "may_begin": actor.has(queries.MANAGES),
        "options": forms.options() if actor.has(queries.MANAGES) else {}, "totals": _totals(rows), "lag": _lag(),
        "fields": [
            {"name": "q", "label": _("Name or words"), "type": "search"},
            {"name": "action", "label": _("Any action"), "chip": _("A match"), "options": list(words.actions().items())},
            {"name": "show", "label": _("In use"), "chip": _("Show"), "options": [("archived", _("Out of use"))]},
        ],
    }  # fmt: skip
    return render(request, "detection/banks/index.html", context, status=422 if errors else 200)


@require_GET
@page(queries.SEES)
def index_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV."""
    rows = _rows(actor_of(request), request)
    return csv_response("banks", HEAD, (
        (row["bank"].key, row["bank"].name, row["bank"].policy_key, row["bank"].action, row["bank"].size, row["seen"].hits,
         row["seen"].judged, row["seen"].right, row["seen"].views_avoided, row["seen"].fell)
        for row in rows
    ))  # fmt: skip


@require_http_methods(["GET", "POST"])
@page(queries.SEES)
def floods(request: HttpRequest) -> HttpResponse:
    """Entries that were stopped; a POST releases one with a limit of its own, or takes it out."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        entry = queries.entry(actor, _uuid(request.POST.get("entry", "")))
        if not queries.may(actor, queries.MANAGES, entry.bank):
            raise Forbidden(
                "no_permission", "Your roles do not include releasing entries.", hint="It needs bank.manage."
            )
        try:
            _judge(request, actor, entry)
            return HttpResponseRedirect(reverse("bank-floods"))
        except WatchfloorError as error:
            errors[f"decide-{entry.pk}"] = forms.sentence(error)
    seen = access.rows(actor, queries.SEES, clearance="bank__clearance")
    found = Entry.objects.filter(seen, state=Entry.State.QUARANTINED).select_related("bank").order_by("-changed_at")
    rows = [
        {"entry": row, "url": reverse("bank-entry", args=[row.pk]), "limit": guard.limit_of(row),
         "may": queries.may(actor, queries.MANAGES, row.bank),
         "peak": max(EntryHour.objects.filter(entry=row).values_list("hits", flat=True), default=0)}
        for row in found[:200]
    ]  # fmt: skip
    context = {
        "rows": rows,
        "tabs": words.tabs("bank-floods", actor),
        "kinds": words.kinds(),
        "errors": errors,
        "typed": request.POST,
        "query": request.GET,
    }
    return render(request, "detection/banks/floods.html", context, status=422 if errors else 200)


def _judge(request: HttpRequest, actor: Actor, entry: Entry) -> None:
    why = request.POST.get("why", "")
    with writing(actor, reason=why) as w:
        if request.POST.get("step") == "remove":
            actions.remove_entries(w, entry.bank, [entry.pk], why)
            messages.success(request, _("It is out of the bank."))
        else:
            actions.release(w, entry.bank, [entry.pk], why, flood_limit=forms.limit(request.POST))
            messages.success(request, _("It counts again."))


def _rows(actor: Actor, request: HttpRequest) -> list[dict[str, Any]]:
    word, action = request.GET.get("q", "").casefold().strip(), request.GET.get("action", "")
    found = [
        row for row in queries.banks(actor, archived=request.GET.get("show") == "archived")
        if (not action or row.action == action) and word in f"{row.key} {row.name} {row.purpose} {row.owner}".casefold()
    ]  # fmt: skip
    seen = figures.of(row.pk for row in found)
    return [{"bank": row, "seen": seen[row.pk], "url": reverse("bank", args=[row.key])} for row in found]


def _totals(rows: list[dict[str, Any]]) -> dict[str, int]:
    names = ("hits", "decided", "queued", "views_avoided", "to_check", "fell")
    return {name: sum(getattr(row["seen"], name) for row in rows) for name in names}


def _lag() -> int:
    """Changes that the index has not taken in; a look-up compares with them one by one until then."""
    status = indexes.status()
    return status.last - status.followed


def _uuid(text: str) -> Any:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
