"""Investigate: one question in the rule language, and what the lake answers: when, which values lead, the events themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from watchfloor.detection import functions
from watchfloor.detection.investigate import address, bulk, panels, reading, saved, to_rule
from watchfloor.detection.investigate.address import Address
from watchfloor.detection.investigate.asking import PERMISSION, Asked, Question, ask
from watchfloor.detection.investigate.leaves import leaves
from watchfloor.engines import sml
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.platform.render import render

AT_ONCE = 300_000  # events that are counted while the page is made; more come panel by panel
PATIENCE = 0.8  # seconds after which a panel shows what is counted so far, and asks for the rest
PANELS = ("series", "top", "stream")


@require_safe
@guard.page(PERMISSION)
def investigate(request: HttpRequest) -> HttpResponse:
    """The page. A query that cannot be read is shown with what is wrong; the text stays."""
    actor = actor_of(request)
    context: dict[str, Any] = {"problems": (), "refused": "", "panels": {}, "asked": None}
    try:
        at = address.read(request.GET)
    except BadInput as error:
        at, context["refused"] = address.read({"q": request.GET.get("q", "")}), _words(error)
    asked, problem = _asked(request, at)
    if isinstance(problem, sml.RuleErrors):
        context["problems"] = problem.problems
    elif problem is not None:
        context["refused"] = _words(problem)
    if asked is not None:
        if asked.rows <= AT_ONCE and not asked.by_rows:
            context["panels"] = {name: _panel(request, name, at, asked) for name in PANELS}
        context["asked"] = asked
    whole, _ignored = (asked, None) if asked is not None else _asked(request, at, text="")
    rows = list(saved.listed(actor)[:40])
    batches = bulk.recent(actor)
    context |= {
        "at": at, "tops": address.chosen(whole, at.top, address.TOPS, 4) if whole else [], "known": _known(whole),
        "columns": address.chosen(whole, at.columns, address.COLUMNS, 4) if whole else [],
        "spans": [(name, words, at.with_(span=name, **{"from": None, "to": None})) for name, words in _spans().items()],
        "fields": panels.fields(whole) if whole else [],
        "mine": [row for row in rows if row.owner == str(actor)], "shared": [row for row in rows if row.owner != str(actor)],
        "batches": [(batch, ids.short(batch.pk)) for batch in batches], "here": at.with_(),
        "names": names_of([*(row.owner for row in rows), *(batch.by for batch in batches)]),
        "may_label": actor.has(bulk.PERMISSION), "may_cluster": actor.has("case.bulk"),
        "may_edit": actor.has("rule.edit"), "most": bulk.MOST,
        "stamp": address.stamp, "excerpt": excerpt,
    }  # fmt: skip
    return render(
        request, "detection/investigate.html", context, status=422 if context["problems"] or context["refused"] else 200
    )


@require_GET
@guard.page(PERMISSION)
def panel(request: HttpRequest, name: str) -> HttpResponse:
    """One panel by itself, for a page whose lake is big."""
    if name not in PANELS:
        raise NotFound("no_panel", "There is no such panel.")
    at = address.read(request.GET)
    asked, problem = _asked(request, at)
    if asked is None:
        return HttpResponse(status=422, content=_words(problem) if problem else "")
    return render(request, f"detection/investigate_{name}.html", _panel(request, name, at, asked))


@require_GET
@guard.page(PERMISSION)
def as_rule(request: HttpRequest) -> HttpResponse:
    """On to the rule editor, with the query as the conditions of a new rule."""
    if not actor_of(request).has("rule.edit"):
        raise Forbidden("no_permission", "Your roles do not include writing rules.", hint="Ask an administrator.")
    name, text = request.GET.get("name", "").strip(), request.GET.get("q", "")
    try:
        to_rule.check_name(name)
    except BadInput as error:
        messages.error(request, _words(error))
        return HttpResponseRedirect(f"{reverse('investigate')}?{address.read(request.GET).with_()}")
    query = urlencode({"name": name, "condition": text})
    return HttpResponseRedirect(f"{reverse('rule-file', args=[to_rule.path_for(name)])}?{query}")


@require_POST
@guard.page(PERMISSION)
def save(request: HttpRequest) -> HttpResponse:
    """Keep the question of the page under a name."""
    here = request.POST.get("address", "")
    try:
        row = saved.save(
            actor_of(request), request.POST.get("name", ""), here, shared=request.POST.get("shared") == "on"
        )
        messages.success(request, _("“%(name)s” is saved.") % {"name": row.name})
    except BadInput as error:
        messages.error(request, _words(error))
    return HttpResponseRedirect(f"{reverse('investigate')}?{here}")


@require_POST
@guard.page(PERMISSION)
def archive(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Take a saved question away."""
    row = saved.archive(actor_of(request), saved_id)
    messages.success(request, _("“%(name)s” is taken away.") % {"name": row.name})
    return HttpResponseRedirect(f"{reverse('investigate')}?{request.POST.get('address', '')}")


@require_safe
@guard.page(PERMISSION)
def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """One event: everything rules read of it."""
    at = address.read(request.GET)
    found = panels.one(ask(actor_of(request), Question("", at.start, at.end)), event_id)
    if found is None:
        raise NotFound("no_event", "There is no such event in this span.")
    values = sorted((path, value) for path, value in leaves(found["data"]))
    pivots = [
        (path, value, f"?{at.with_(q=address.narrowed('', path, value))}")
        for path, value in values
        if isinstance(value, (str, int, bool))
    ]
    links = {path: link for path, _value, link in pivots}
    return render(
        request, "detection/investigate_event.html", {"event": found, "values": values, "links": links, "at": at}
    )


def _asked(request: HttpRequest, at: Address, text: str | None = None) -> tuple[Asked | None, WatchfloorError | None]:
    question = at.question if text is None else Question(text, at.start, at.end)
    try:
        return ask(actor_of(request), question), None
    except Forbidden:
        raise
    except WatchfloorError as error:
        return None, error


def _panel(request: HttpRequest, name: str, at: Address, asked: Asked) -> dict[str, Any]:
    """What one panel's template needs; an error of the panel stands in its place.

    ``so_far``: from when on it is counted, and ``going`` the address that counts on; None and "" when it is whole.
    """
    try:
        made = {"at": at, "refused": "", "so_far": None, "going": "", **_MAKE[name](at, asked)}
        if made["so_far"] is not None:
            made["going"] = f"{reverse('investigate-panel', args=[name])}?{at.with_(after=at.after)}"
        return made
    except WatchfloorError as error:
        return {"at": at, "refused": _words(error), "so_far": None, "going": ""}


def _series(at: Address, asked: Asked) -> dict[str, Any]:
    found = panels.series(asked, PATIENCE)
    lines: list[dict[str, Any]] = [{"name": _("All events"), "values": found.total}]
    if at.text:
        lines.append({"name": _("Matched"), "values": found.matched})
    if found.back_to is not None:  # what is not counted yet is a gap, not a nought
        for line in lines:
            line["values"] = [
                value if time >= found.back_to else None
                for time, value in zip(found.times, line["values"], strict=True)
            ]
    chart = {"times": [int(each.timestamp()) for each in found.times], "series": lines}
    share = found.all_matched / found.all_events if found.all_events else 0
    return {"series": found, "chart": chart, "share": share, "so_far": found.back_to}


def _top(at: Address, asked: Asked) -> dict[str, Any]:
    names = address.chosen(asked, at.top, address.TOPS, 4)
    columns = []
    found = panels.top(asked, names, patience=PATIENCE)
    for top in found:
        most = max((value.count for value in top.values), default=1)
        grow = address.listed if str(asked.schema[top.by]).startswith("List") else address.narrowed
        columns.append({
            "top": top, "label": short(top.by), "without": at.with_(top=[each for each in names if each != top.by] or None, after=None),
            "rows": [
                {
                    "value": value, "share": value.count / most, "entity": entity_url(top.by, value.value, at),
                    "only": f"?{at.with_(q=grow(at.text, top.by, value.value), after=None)}",
                    "except": f"?{at.with_(q=grow(at.text, top.by, value.value, no=True), after=None)}",
                }
                for value in top.values
            ],
        })  # fmt: skip
    return {"tops": columns, "so_far": found[0].back_to if found else None}


def _stream(at: Address, asked: Asked) -> dict[str, Any]:
    return stream_of(at, asked, patience=PATIENCE)


def stream_of(
    at: Address, asked: Asked, page_of: QueryDict | None = None, patience: float | None = None
) -> dict[str, Any]:
    """The event stream for its template. ``page_of``: the query string to page by, where it is not that of ``at``."""
    names = address.chosen(asked, at.columns, address.COLUMNS, 4)
    after = page_of.get("after", "") if page_of is not None else at.after
    found = panels.stream(asked, names, after=after, patience=patience)
    rows = [
        {
            "event": each, "cells": [(value, entity_url(name, value, at)) for name, value in zip(names, each.values, strict=True)],
            "url": f"{reverse('investigate-event', args=[each.id])}?{at.with_(q=None, after=None)}",
            "item_url": entity_url("item_id", each.item_id, at, each.item_type),
        }
        for each in found.events
    ]  # fmt: skip

    def page(mark: str) -> str:
        if page_of is None:
            return f"?{at.with_(after=mark or None)}"
        query = page_of.copy()
        query["after"] = mark
        return f"?{query.urlencode()}"

    labels = [short(name) for name in names]
    return {
        "refused": "", "stream": found, "rows": rows, "labels": labels,
        "more": page(found.after) if found.after else "", "first": page("") if after else "", "so_far": found.back_to, "going": "",
    }  # fmt: skip


_MAKE = {"series": _series, "top": _top, "stream": _stream}


def entity_url(name: str, value: Any, at: Address, item_type: str = "") -> str:
    """Where a value leads: the page about everything that is known of it; "" for what is no one's name."""
    if (
        not isinstance(value, str)
        or not value
        or len(value) > 200
        or name in ("$.item.data.text", "action_name", "market", "language", "source")
    ):
        return ""
    query: dict[str, str] = {"path": name, "value": value}
    if name == "item_id":
        query = {"type": item_type, "id": value} if item_type else {}
    elif name in ("$.author.id", "$.item.data.author_id"):
        query = {"type": "account", "id": value}
    elif name in ("item_type", "$.item.type", "$.author.type") or "\n" in value:
        return ""
    span = {"span": at.span} if at.span else {"from": address.stamp(at.start), "to": address.stamp(at.end)}
    return f"{reverse('investigate-entity')}?{urlencode(query | span)}" if query else ""


def short(name: str) -> str:
    """A column's name as a heading: the end of its path."""
    words = {"action_name": _("Event"), "market": _("Market"), "language": _("Language"), "source": _("Source"),
             "item_type": _("Item type"), "item_id": _("Item"), "$.author.id": _("Author")}  # fmt: skip
    return words.get(name) or name.removeprefix("$.").removeprefix("item.data.")


def _spans() -> dict[str, str]:
    return {
        name: ngettext("%(n)s day", "%(n)s days", span.days) % {"n": span.days}
        if span.days > 1
        else {"1h": _("1 hour"), "24h": _("24 hours")}[name]
        for name, span in address.SPANS.items()
    }


def _known(asked: Asked | None) -> list[dict[str, str]]:
    """What can be typed: features and rules, paths of the span, functions."""
    names = [{"name": name, "kind": kind} for name, kind in sorted(reading.known_names().items())]
    names += [
        {"name": name, "kind": reading.spelled(kind)}
        for name, kind in (asked.schema.items() if asked else ())
        if name.startswith("$")
    ]
    return names + [
        {"name": f"{name}(", "kind": each.category}
        for name, each in sorted(functions.known().items())
        if each.category != "effects"
    ]


def excerpt(problem: sml.Problem) -> str:
    """The line with its carets, out of the rendered problem."""
    lines = [line.split("|", 1)[1][1:] for line in problem.rendered.splitlines()[2:] if " | " in line]
    return "\n".join(lines)


def _words(error: WatchfloorError) -> str:
    return " ".join(part for part in (error.message, error.hint) if part)
