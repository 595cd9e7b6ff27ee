"""One bank: its entries, its matches, its settings with their versions and what another threshold would have done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.detection.banks import actions, figures, queries, settings_of
from watchfloor.detection.banks.contracts import EntryIn
from watchfloor.detection.banks.domain import thresholds
from watchfloor.detection.banks.models import Bank, Entry, Retro
from watchfloor.detection.banks.pages import forms, words
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

PER_PAGE = 50
LARGEST_PASTE = 1_000_000
ENTRY_HEAD = (
    "id",
    "kind",
    "value",
    "state",
    "evidence",
    "source",
    "source_ref",
    "hits",
    "confirmed",
    "rejected",
    "added_at",
    "expires_at",
)
MATCH_HEAD = ("id", "at", "entry", "item_version", "kind", "distance", "margin", "quality", "did", "verdict")


@require_http_methods(["GET", "POST"])
@page(queries.SEES)
def entries(request: HttpRequest, key: str) -> HttpResponse:
    """The entries; a POST puts some in or takes one out."""
    actor = actor_of(request)
    bank = queries.bank(actor, key)
    errors: dict[str, str] = {}
    bad: list[Any] = []
    if request.method == "POST":
        _must(actor, queries.EDITS, bank)
        try:
            bad = _change_entries(request, actor, bank)
            if not bad:
                return HttpResponseRedirect(reverse("bank", args=[key]))
            bank.refresh_from_db()
        except WatchfloorError as error:
            errors[error.where if error.where in ("values", "why") else "values"] = forms.sentence(error)
    found = _entries(request, bank)
    number, start = _page(request)
    rows = list(found[start : start + PER_PAGE + 1])
    context = {
        **_shared(request, actor, bank, "bank"), "errors": errors, "bad": bad, "seen": figures.of([bank.pk])[bank.pk],
        "rows": [{"entry": row, "url": reverse("bank-entry", args=[row.pk])} for row in rows[:PER_PAGE]],
        "pager": _pager(request, number, start, min(len(rows), PER_PAGE), len(rows) > PER_PAGE),
        "kinds": words.kinds(), "states": words.states(),
        "typed": {name: request.POST.get(name, "") for name in ("values", "kind", "evidence")},
        "searches": [(row, words.searches()[row.state]) for row in Retro.objects.filter(bank=bank).order_by("-asked_at")[:5]],
        "fields": [
            {"name": "q", "label": _("Value, evidence or source"), "type": "search"},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": list(words.kinds().items())},
            {"name": "state", "label": _("All that stand"), "chip": _("State"), "options": list(words.states().items())},
        ],
    }  # fmt: skip
    return render(request, "detection/banks/entries.html", context, status=422 if errors or bad else 200)


@require_GET
@page(queries.SEES)
def entries_csv(request: HttpRequest, key: str) -> HttpResponseBase:
    """The entries that the filters show."""
    bank = queries.bank(actor_of(request), key)
    rows = _entries(request, bank).values_list(*ENTRY_HEAD)
    return csv_response(f"bank-{bank.key}", ENTRY_HEAD, rows.iterator(2_000))


@require_GET
@page(queries.SEES)
def matches(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the bank hit; ``?csv=1`` as a file."""
    actor = actor_of(request)
    bank = queries.bank(actor, key)
    found = queries.matches(actor).filter(bank=bank)
    for name in ("did", "kind"):
        if value := request.GET.get(name, ""):
            found = found.filter(**{name: value})
    said = request.GET.get("verdict", "")
    if said == "check":
        found = found.filter(sampled=True, verdict="")
    elif said:
        found = found.filter(verdict=said if said != "none" else "")
    if request.GET.get("csv"):
        return csv_response(f"bank-{bank.key}-matches", MATCH_HEAD, found.values_list(*MATCH_HEAD).iterator(2_000))
    number, start = _page(request)
    rows = list(found[start : start + PER_PAGE + 1])
    days = figures.by_day(bank)
    context = {
        **_shared(request, actor, bank, "bank-matches"),
        "rows": [{"match": row, "url": reverse("bank-match", args=[row.pk])} for row in rows[:PER_PAGE]],
        "pager": _pager(request, number, start, min(len(rows), PER_PAGE), len(rows) > PER_PAGE),
        "kinds": words.kinds(), "done": words.done(), "verdicts": words.verdicts(), "seen": figures.of([bank.pk])[bank.pk],
        "days": days, "any": any(count for _day, count in days),
        "fields": [
            {"name": "did", "label": _("Anything done"), "chip": _("Done"), "options": list(words.done().items())},
            {"name": "verdict", "label": _("Anything said"), "chip": _("Said"), "options": [
                ("confirmed", _("Right")), ("rejected", _("Wrong")), ("none", _("Nobody has said")), ("check", _("To be checked"))]},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": list(words.kinds().items())},
        ],
    }  # fmt: skip
    return render(request, "detection/banks/matches.html", context)


@require_http_methods(["GET", "POST"])
@page(queries.SEES)
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """The settings as a form, their versions, precision by distance; a POST saves, rolls back, or takes out of use."""
    actor = actor_of(request)
    bank = queries.bank(actor, key)
    errors: dict[str, str] = {}
    if request.method == "POST":
        _must(actor, queries.MANAGES, bank)
        try:
            messages.success(request, _change_settings(request, actor, bank))
            return HttpResponseRedirect(reverse("bank-settings", args=[key]))
        except Forbidden:
            raise
        except WatchfloorError as error:
            errors[error.where or "why"] = forms.sentence(error)
    judged = figures.judged(bank)
    versions = list(bank.versions.order_by("-number")[:20])
    context = {
        **_shared(request, actor, bank, "bank-settings"), "errors": errors, "actions": words.actions(), "options": forms.options(),
        "typed": forms.typed(request.POST, settings_of.of(bank)), "why": request.POST.get("why", ""), "versions": versions,
        "names": names_of(row.saved_by for row in versions), "bands": thresholds.bands(judged),
        "choices": thresholds.choices(judged, bank.radius) if judged else [], "may_manage": queries.may(actor, queries.MANAGES, bank),
    }  # fmt: skip
    return render(request, "detection/banks/settings.html", context, status=422 if errors else 200)


def _change_settings(request: HttpRequest, actor: Actor, bank: Bank) -> str:
    why, step = request.POST.get("why", ""), request.POST.get("step", "")
    with writing(actor, reason=why) as w:
        if step == "restore":
            text = request.POST.get("version", "")
            row = actions.roll_back(w, bank, forms.whole(text) or 0, why=why)
            said = _("The settings are those of an earlier version again: version %(version)s.") % {
                "version": row.version
            }
        elif step in ("archive", "back"):
            actions.archive_bank(w, bank, why=why, back=step == "back")
            return _("It matches again.") if step == "back" else _("It is out of use and matches no more.")
        else:
            seen = request.POST.get("seen", "")
            row = actions.change_bank(w, bank, forms.read(request.POST, bank), why=why, seen=forms.whole(seen))
            said = _("Saved: version %(version)s.") % {"version": row.version}
        _must(actor, queries.MANAGES, row)  # nobody locks themselves out
    return said


def _chosen(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(each) for each in request.POST.getlist("entry")]
    except ValueError:
        raise BadInput("no_entry", _("An entry that was chosen is none."), where="entry") from None


def _change_entries(request: HttpRequest, actor: Actor, bank: Bank) -> list[Any]:
    """What was not taken."""
    if request.POST.get("step") == "remove":
        with writing(actor, reason=request.POST.get("why", "")) as w:
            count = actions.remove_entries(w, bank, _chosen(request), request.POST.get("why", ""))
        messages.success(request, ngettext("%(num)s entry is out.", "%(num)s entries are out.", count) % {"num": count})
        return []
    text, kind = request.POST.get("values", ""), request.POST.get("kind", "")
    if len(text) > LARGEST_PASTE:
        raise BadInput("too_long", "That is too much for a form.", where="values", hint="Use `watchfloor bank add`.")
    lines = [text] if kind in ("text", "video") else text.splitlines()
    given = [
        EntryIn(kind=kind, value=line, evidence=request.POST.get("evidence", "")[:120])
        for line in lines
        if line.strip()
    ]
    if not given:
        raise BadInput("nothing", "There is nothing to put in.", where="values")
    with writing(actor) as w:
        added = actions.add_entries(w, bank, given)
    said = ngettext("%(num)s entry came in", "%(num)s entries came in", added.new) % {"num": added.new}
    if added.known:
        said += ", " + ngettext("%(num)s was there", "%(num)s were there", added.known) % {"num": added.known}
    messages.success(request, said + ".")
    return list(added.bad)


def _entries(request: HttpRequest, bank: Bank) -> Any:
    found = Entry.objects.filter(bank=bank).order_by("-added_at", "-pk")
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    found = found.filter(state=state) if state else found.exclude(state=Entry.State.REMOVED)
    found = found.filter(kind=kind) if kind else found
    for part in request.GET.get("q", "").split():
        found = found.filter(
            Q(value__icontains=part)
            | Q(evidence__icontains=part)
            | Q(source__icontains=part)
            | Q(source_ref__icontains=part)
        )
    return found


def _shared(request: HttpRequest, actor: Actor, bank: Bank, here: str) -> dict[str, Any]:
    return {
        "bank": bank, "tabs": words.bank_tabs(bank, here, actor), "query": request.GET, "may_edit": queries.may(actor, queries.EDITS, bank),
        "owner": names_of([bank.owner]).get(bank.owner, bank.owner), "action": words.actions()[bank.action],
    }  # fmt: skip


def _must(actor: Actor, permission: str, bank: Bank) -> None:
    if not queries.may(actor, permission, bank):
        raise Forbidden(
            "no_permission", "Your roles do not include changing this bank.", hint=f"It needs {permission}."
        )


def _page(request: HttpRequest) -> tuple[int, int]:
    text = request.GET.get("page", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1
    return number, (number - 1) * PER_PAGE


def _pager(request: HttpRequest, number: int, start: int, count: int, more: bool) -> dict[str, Any] | None:
    if number == 1 and not more:
        return None

    def address(to: int) -> str:
        query = request.GET.copy()
        query["page"] = str(to)
        return "?" + query.urlencode()

    return {
        "start": start + 1, "end": start + count, "total": None,
        "previous": address(number - 1) if number > 1 else None, "next": address(number + 1) if more else None,
    }  # fmt: skip
