"""Facts to look at: the list, and one with its definition, its rows, and what it would be now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight import show
from watchfloor.insight.boards import wording
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme import tabs
from watchfloor.programme.facts import queries, rights, words
from watchfloor.programme.facts.contracts import Again, Answer
from watchfloor.programme.facts.models import Fact

PAGE = 50
MOST_CSV = 5_000
HEAD = ("id", "title", "metric", "value", "low", "high", "before", "about", "frozen_at")


@require_safe
@page("programme.view", "insight.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The newest facts; ``?about=launch:…`` those that one thing rests on."""
    actor, about = actor_of(request), request.GET.get("about", "")[:120]
    rows = Fact.objects.filter(about=about) if about else Fact.objects.all()
    rows = rows.order_by("-read_at", "-pk")
    if request.GET.get("format") == "csv":
        return csv_response("facts", HEAD, (_line(row) for row in rows[:MOST_CSV] if queries.may_see(actor, row)))
    text = request.GET.get("page", "1")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    start = (number - 1) * PAGE
    some = list(rows[start : start + PAGE + 1])
    shown = [
        {"shown": (each := words.shown(actor, row)), "title": each.title, "url": each.url, "about": row.about}
        for row in some[:PAGE]
    ]
    more = f"&about={about}" if about else ""
    context: dict[str, Any] = {
        "rows": shown, "query": request.GET, "about": about, "tabs": tabs.tabs(actor.has, "programme-facts"),
        "pager": {
            "start": start + 1 if shown else 0, "end": start + len(shown), "previous": f"?page={number - 1}{more}" if number > 1 else "",
            "next": f"?page={number + 1}{more}" if len(some) > PAGE else "",
        } if number > 1 or len(some) > PAGE else None,
    }  # fmt: skip
    return render(request, "programme/facts/index.html", context)


@require_safe
@page("programme.view", "insight.view")
def one(request: HttpRequest, fact_id: str) -> HttpResponseBase:
    """One fact; somebody with narrower rights sees that there is one."""
    actor = actor_of(request)
    row = queries.fact(actor, fact_uuid(fact_id))
    context: dict[str, Any] = {
        "fact": row, "is_open": queries.may_see(actor, row), "reader": names_of([row.read_by]).get(row.read_by, row.read_by),
    }  # fmt: skip
    if not context["is_open"]:
        return render(request, "programme/facts/one.html", context)
    asked, then = queries.question_of(row), queries.answer_of(row)
    wait = asked.sql is not None and not request.GET.get("again")
    again = Again(then=then, now=None, drift=None) if wait else queries.again(actor, row)
    if request.GET.get("format") == "csv":
        return _csv(row, then)
    context |= {
        "then": words.shown(actor, row), "answer": then, "sql": asked.sql is not None, "asked": not wait,
        "now": None if again.now is None else {
            "value": words.value_words(row.unit, again.now), "interval": words.interval_words(row.unit, again.now),
        },
        "drift": _drift(row, again), "why": [words.reason_words(each) for each in again.why],
        "span_words": show.span_words(asked.start, asked.end), "filter_words": wording.filters_words(asked.filters),
        "split_words": wording.dimension_words(asked.by) if asked.by else "", "method": words.method_words(then.method),
        "reach": reach_words(rights.read(row.rights)), "rows_url": queries.rows_url(row), "metric_url": queries.metric_url(row),
        "cells": _cells(row, again), "chart": _chart(row, then),
        "columns": [{"key": f"c{n}", "label": name} for n, name in enumerate(then.columns)],
    }  # fmt: skip
    return render(request, "programme/facts/one.html", context)


def fact_uuid(text: str) -> Any:
    """The id in an address.

    Raises:
        NotFound: it is none.
    """
    try:
        return ids.decode(queries.PREFIX, text)
    except BadInput:
        raise NotFound("unknown_fact", "There is no such fact.") from None


def reach_words(kept: list[rights.Reach]) -> str:
    """Whose rights, in words."""
    said = []
    for each in kept:
        parts = [
            f"{label} {', '.join(values)}"
            for label, values in ((_("queue"), each.queues), (_("market"), each.markets), (_("vendor"), each.vendors))
            if values is not None
        ]
        if each.severity < 5:
            parts.append(_("severity up to %(level)s") % {"level": each.severity})
        said.append(", ".join(parts) or _("the whole floor"))
    return "; ".join(said) + " " + _("(never restricted work)")


def _drift(row: Fact, again: Again) -> str:
    if not again.drift:
        return ""
    sign = "+" if again.drift > 0 else ""
    return f"{sign}{wording.value_words(row.unit, again.drift)}"


def _cells(row: Fact, again: Again) -> list[dict[str, str]]:
    now = {cell.names: cell for cell in again.now.table} if again.now else {}
    hidden = _("fewer than five people")
    return [
        {
            "name": ", ".join(cell.names), "then": hidden if cell.hidden else wording.value_words(row.unit, cell.value),
            "before": wording.value_words(row.unit, cell.before),
            "now": wording.value_words(row.unit, now[cell.names].value) if cell.names in now and not now[cell.names].hidden else "–",
        }
        for cell in again.then.table
    ]  # fmt: skip


def _chart(row: Fact, answer: Answer) -> dict[str, Any] | None:
    if not answer.series:
        return None
    unit, size = wording.scale(row.unit, max((point.value or 0 for point in answer.series), default=0))
    values = [None if point.value is None else round(point.value / size, 4) for point in answer.series]
    return {
        "times": [int(point.at.timestamp()) for point in answer.series], "series": [{"name": row.title, "values": values}], "unit": unit,
    }  # fmt: skip


def _line(row: Fact) -> tuple[Any, ...]:
    said = queries.answer_of(row)
    return (
        ids.encode(queries.PREFIX, row.pk),
        row.title,
        row.metric,
        said.value,
        said.low,
        said.high,
        said.before,
        row.about,
        row.read_at,
    )


def _csv(row: Fact, said: Answer) -> HttpResponseBase:
    if said.lines:
        return csv_response("fact", said.columns, said.lines)
    lines = ((", ".join(cell.names), "" if cell.hidden else cell.value, cell.before) for cell in said.table)
    return csv_response("fact", ("name", "value", "before"), lines)
