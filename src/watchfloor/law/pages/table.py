"""The clock table: what is in force, a draft of the next version rule by rule, the second person's approval."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.law import documents, queries, words
from watchfloor.law.domain.table import PAUSES, STOPS, WHEN, Rule
from watchfloor.law.models import Document
from watchfloor.law.pages import parts
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

NUMBERS = ("amount", "not_before", "page")
PLAIN = (
    "name",
    "instrument",
    "article",
    "trigger",
    "on",
    "start",
    "unit",
    "calendar",
    "zone",
    "recipient",
    "proof",
    "source",
)
SWITCHES = ("end_of_day", "roll", "own", "active")
HEAD = ("key", "name", "period", "start", "instrument", "article", "recipient", "proof", "source", "active")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/law/table``: the table in force and the draft; POST ``step`` approve or drop. ``?format=csv``."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors):
            judged(actor, documents.CLOCKS, request.POST)
            messages.success(request, _("Done."))
            return redirect("law-table")
    known = queries.rules()
    if request.GET.get("format") == "csv":
        return csv_response("clock-table", HEAD, ([queries.rule_row(rule)[name] for name in HEAD] for rule in known))
    live = documents.table()
    rows = [{"rule": rule, "period": words.period(rule), "source": words.figure_source(rule.source)} for rule in known]
    known_versions = versions(documents.CLOCKS)
    context = {
        "tabs": parts.tabs(actor, "table"), "rows": rows, "number": live.number, "draft": draft_of(documents.CLOCKS), "errors": errors,
        "changes": _changes(), "starts": words.starts(), "may_manage": actor.has(parts.MANAGE), "may_approve": actor.has(parts.APPROVE),
        "versions": known_versions, "me": str(actor),
        "names": names_of([each.made_by for each in known_versions] + [each.approved_by for each in known_versions]),
    }  # fmt: skip
    return render(request, "law/table.html", context, status=parts.status(errors))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.MANAGE)
def rule_new(request: HttpRequest) -> HttpResponseBase:
    """``/law/table/new``: a new rule, into the draft of the next version."""
    return _rule_page(request, "")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.MANAGE)
def rule(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/law/table/<key>``: write one rule into the draft of the next version."""
    return _rule_page(request, key)


def _rule_page(request: HttpRequest, key: str) -> HttpResponseBase:
    actor, errors = actor_of(request), Errors()
    document = _document()
    entry = next((each for each in document["clocks"] if each["key"] == key), None)
    if key and entry is None:
        raise NotFound("unknown_clock", "There is no such clock in the table.")
    found = (
        msgspec.convert(entry, Rule) if entry else Rule(key="", name="", instrument="", amount=24, stops=["decision"])
    )
    if request.method == "POST":
        with mending(errors):
            made = _typed(request.POST, key or request.POST.get("key", "").strip())
            clocks = [each for each in document["clocks"] if each["key"] != made["key"]]
            place = next((n for n, each in enumerate(document["clocks"]) if each["key"] == made["key"]), len(clocks))
            if not key and len(clocks) != len(document["clocks"]):
                raise BadInput("key_twice", _("There is a clock of this key."), where="key")
            document["clocks"] = [*clocks[:place], made, *clocks[place:]]
            documents.draft(actor, documents.CLOCKS, document, request.POST.get("note", ""))
            messages.success(request, _("It is in the draft. A colleague can approve it."))
            return redirect("law-table")
        for where in [name for name in errors if name.startswith("clocks[")]:
            errors[where.rpartition("].")[2]] = errors.pop(where)
        found = msgspec.convert({**msgspec.to_builtins(found), **_shown(request.POST)}, Rule, strict=False)
    context = {
        "rule": found, "key": key, "errors": errors, "typed": request.POST, "starts": words.options(words.starts()),
        "ons": words.options(words.happenings()), "units": words.options(words.units()), "pauses": words.pauses(), "stops": words.stops(),
        "calendars": [("", _("none: day and night")), *[(each["key"], each.get("name", each["key"])) for each in document["calendars"]]],
        "when": "\n".join(f"{name}: {', '.join(values)}" for name, values in found.when.items()), "names": ", ".join(WHEN),
    }  # fmt: skip
    return render(request, "law/rule.html", context, status=parts.status(errors))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.MANAGE)
def calendar(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/law/calendars/<key>``: the dates on which a calendar is closed, into the draft of the next version."""
    actor, errors = actor_of(request), Errors()
    document = _document()
    entry = next((each for each in document["calendars"] if each["key"] == key), None)
    if entry is None:
        raise NotFound("unknown_calendar", "There is no such calendar in the table.")
    typed = request.POST.get("closed", "\n".join(entry.get("closed", [])))
    if request.method == "POST":
        with mending(errors):
            entry["closed"] = parts.lines(typed)
            try:
                documents.draft(actor, documents.CLOCKS, document, request.POST.get("note", ""))
            except BadInput as wrong:
                raise BadInput(wrong.code, wrong.message, where="closed", hint=wrong.hint) from None
            messages.success(request, _("It is in the draft. A colleague can approve it."))
            return redirect("law-table")
    context = {"calendar": entry, "closed": typed, "errors": errors, "typed": request.POST}
    return render(request, "law/calendar.html", context, status=parts.status(errors))


def judged(actor: Actor, kind: str, post: QueryDict) -> None:
    """Approve a draft (a second person), or drop it."""
    number = int(post.get("number", "0") or 0)
    if post.get("step") == "approve":
        parts.must(actor, parts.APPROVE)
        documents.approve(actor, kind, number)
    else:
        parts.must(actor, parts.MANAGE)
        documents.drop(actor, kind, number)


def draft_of(kind: str) -> Document | None:
    """The draft there is."""
    return Document.objects.filter(kind=kind, state=Document.State.DRAFT).first()


def versions(kind: str) -> list[Document]:
    """All versions, newest first."""
    return list(Document.objects.filter(kind=kind).order_by("-number")[:50])


def _document() -> dict[str, Any]:
    """The draft's document, else a copy of the one in force."""
    rows = Document.objects.filter(kind=documents.CLOCKS)
    row = rows.filter(state=Document.State.DRAFT).first() or rows.filter(state=Document.State.LIVE).first()
    return {"calendars": [], "clocks": [], **(row.document if row else {})}


def _changes() -> list[dict[str, Any]]:
    """What the draft changes, rule by rule, field by field."""
    draft = draft_of(documents.CLOCKS)
    live = Document.objects.filter(kind=documents.CLOCKS, state=Document.State.LIVE).first()
    if draft is None:
        return []
    before = _by_key(live.document if live else {})
    after = _by_key(draft.document)
    found = []
    for key in sorted({*before, *after}):
        old, new = before.get(key, {}), after.get(key, {})
        fields = [
            {"name": name, "before": _said(old.get(name)), "after": _said(new.get(name))}
            for name in sorted({*old, *new}) if old.get(name) != new.get(name)
        ]  # fmt: skip
        if fields:
            found.append({"key": key, "name": (new or old).get("name", key), "fields": fields})
    return found


def _by_key(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    clocks = {each["key"]: each for each in document.get("clocks", [])}
    return {**clocks, **{f"calendar {each['key']}": each for each in document.get("calendars", [])}}


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_said(each)}" for name, each in value.items())
    return "" if value is None else str(value)


def _typed(post: QueryDict, key: str) -> dict[str, Any]:
    made: dict[str, Any] = {"key": key, **_shown(post)}
    for name in NUMBERS:
        if not post.get(name, "0").strip().isdecimal():
            raise BadInput("bad_number", _("Use a whole number."), where=name)
        made[name] = int(post.get(name, "0"))
    try:
        made["warn"] = float(post.get("warn", "0.5")) / 100
    except ValueError:
        raise BadInput("bad_number", _("Use a number of per cent."), where="warn") from None
    when: dict[str, list[str]] = {}
    for line in parts.lines(post.get("when", "")):
        name, colon, values = line.partition(":")
        if not colon:
            raise BadInput("bad_when", _("One condition a line: name: value, value."), where="when")
        when[name.strip()] = [value.strip() for value in values.split(",") if value.strip()]
    return {**made, "when": when}


def _shown(post: QueryDict) -> dict[str, Any]:
    """What was typed, as far as a form can show it again."""
    found: dict[str, Any] = {name: post.get(name, "").strip() for name in PLAIN}
    found |= {name: name in post for name in SWITCHES}
    found |= {
        "pauses": [each for each in PAUSES if each in post.getlist("pauses")],
        "stops": [each for each in STOPS if each in post.getlist("stops")],
    }
    return found
