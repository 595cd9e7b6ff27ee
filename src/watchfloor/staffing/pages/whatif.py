"""``/staffing/what-if``: a form of what may change, the result with ranges beside now, and several of them side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.engines.staffing.simulation import Range
from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.staffing import bases, rates, running, whatifs
from watchfloor.staffing.domain.base import Base
from watchfloor.staffing.domain.money import NOTHING
from watchfloor.staffing.domain.whatif import ALL, NUMBERS, Fields
from watchfloor.staffing.models import WhatIf
from watchfloor.staffing.pages import words
from watchfloor.staffing.rights import PLAN, VIEW, check_whole, whole

INSTALL = 'pip install "watchfloor[compute]"'
MOST_COMPARED = 4


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(PLAN)
def new(request: HttpRequest) -> HttpResponseBase:
    """``?from=ID`` begins with another's fields; a POST saves and asks for it."""
    actor, errors = actor_of(request), Errors()
    check_whole(actor)
    typed: dict[str, Any] = {}
    if request.method == "POST":
        typed = request.POST.dict()
        with mending(errors):
            row = whatifs.save(actor, request.POST.get("name", ""), read(request.POST))
        if not errors:
            return redirect("staffing-whatif", row.pk)
    elif request.GET.get("from"):
        typed = _typed(whatifs.one(actor, _uuid(request.GET["from"])))
    base = bases.newest().base
    queues, vendors = _queues(base), [(each, each) for each in _vendors(base)]
    context = {
        "typed": typed, "errors": errors, "base": base, "queues": queues, "rules": words.rules(),
        "firsts": [("", _("As now")), *queues[1:]], "outages": [("", _("Nobody fails")), *vendors],
        "everybody": [("", _("Every vendor")), *vendors], "everyone": [(ALL, _("Every vendor")), *vendors],
    }  # fmt: skip
    return render(request, "staffing/whatif_new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(VIEW)
def one(request: HttpRequest, whatif_id: UUID) -> HttpResponseBase:
    """What it came to. A POST runs it again on the newest base, or puts it away."""
    actor = actor_of(request)
    row = whatifs.one(actor, whatif_id)
    if request.method == "POST":
        if request.POST.get("do") == "archive":
            whatifs.archive(actor, row.pk)
            messages.success(request, _("It is put away."))
            return redirect("staffing")
        again = whatifs.save(actor, row.name, msgspec.convert(row.fields, Fields))
        return redirect("staffing-whatif", again.pk)
    run = running.latest("whatif", row.pk)
    found = running.found(run)
    priced = None if found is None else rates.of_whatif(actor, row.base_id, found)
    if found is not None and request.GET.get("format") == "csv":
        head = ("queue", "figure", "now", "low", "high", "then", "low", "high")
        return csv_response("what-if", head, _csv(found, priced))
    others = [each for each in whatifs.listed(actor)[:50] if each.pk != row.pk]
    context = {
        "row": row, "run": run, "found": found, "said": said(msgspec.convert(row.fields, Fields), _names(row)),
        "names": names_of([row.made_by]), "tabs": words.tabs(actor, "need"), "may_plan": whole(actor, PLAN), "others": others,
        "install": INSTALL, "cards": None if found is None else cards(found, priced), "run_states": words.run_states(), "priced": priced,
        "queues": [] if found is None else _lines(found), "queue_names": _names(row),
    }  # fmt: skip
    return render(request, "staffing/whatif.html", context)


@require_safe
@guard.page(VIEW)
def progress(request: HttpRequest, whatif_id: UUID) -> HttpResponseBase:
    """The piece of the page that tells how far it is."""
    row = whatifs.one(actor_of(request), whatif_id)
    run = running.latest("whatif", row.pk)
    response = render(request, "staffing/running.html", {"run": run, "row": row, "run_states": words.run_states()})
    if run is not None and run.state in ("done", "failed"):
        response["HX-Refresh"] = "true"
    return response


@require_safe
@guard.page(VIEW)
def compare(request: HttpRequest) -> HttpResponseBase:
    """``?with=ID&with=ID``: up to four side by side, each against now."""
    actor = actor_of(request)
    rows = [whatifs.one(actor, _uuid(each)) for each in request.GET.getlist("with")[:MOST_COMPARED]]
    if not rows:
        return redirect("staffing")
    columns = []
    for row in rows:
        found = running.found(running.latest("whatif", row.pk))
        told = None if found is None else cards(found, rates.of_whatif(actor, row.base_id, found))
        columns.append({"row": row, "url": reverse("staffing-whatif", args=[row.pk]), "cards": told})
    done = [each for each in columns if each["cards"] is not None]
    context = {"columns": columns, "done": done, "lines": _side_by_side(done), "tabs": words.tabs(actor, "need")}
    return render(request, "staffing/compare.html", context)


def read(post: QueryDict) -> Fields:
    """The fields that were typed.

    Raises:
        BadInput: one is no number; ``where`` is the field.
    """
    values: dict[str, Any] = {}
    for name in Fields.__struct_fields__:
        text = post.get(name, "").strip()
        if not text:
            continue
        if name in NUMBERS:
            try:
                values[name] = float(text.replace(",", "."))
            except ValueError:
                raise BadInput("bad_number", _("This is no number."), where=name) from None
        else:
            values[name] = text[:120]
    if values.get("rule", "") not in dict(words.rules()):
        raise BadInput("bad_rule", _("There is no such rule."), where="rule")
    return Fields(**values)


def _side_by_side(done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Figure by figure: its first card for what it is and was, and every column's own (None: not told there, as another currency)."""
    lines: dict[str, dict[str, Any]] = {}
    for place, column in enumerate(done):
        for card in column["cards"]:
            line = lines.setdefault(card["key"], {"first": card, "cells": [None] * len(done)})
            line["cells"][place] = card
    return list(lines.values())


def cards(found: running.Found, priced: rates.Priced | None = None) -> list[dict[str, Any]]:
    """What a manager reads: then, now and the difference, each with its range; ``good`` says which way is better."""
    hours, now, then, turn = 3600.0, found.base.all, found.other.all, found.turned.all
    lines = (
        ("attainment", _("In time"), "share", now.attainment, then.attainment, turn.attainment, 1.0, 1),
        ("late", _("Late items"), "items", now.late, then.late, turn.late, 1.0, -1),
        ("backlog", _("Open at the end"), "items", now.backlog_end, then.backlog_end, turn.backlog_end, 1.0, -1),
        ("aas", _("Age at solving (AAS)"), "hours", now.aas, then.aas, turn.aas, hours, -1),
        ("occupancy", _("Occupancy"), "share", found.base.occupancy, found.other.occupancy, found.turned.occupancy, 1.0, 0),
        ("exposure", _("Exposure"), "hours", found.base.exposure_hours, found.other.exposure_hours, found.turned.exposure_hours, 1.0, -1),
        ("cost", _("Paid time"), "hours", found.base.cost, found.other.cost, found.turned.cost, 1.0, -1),
        *_money(priced),
    )  # fmt: skip
    return [
        {
            "key": key, "name": name, "unit": unit, "now": _range(one, by), "then": _range(two, by), "turn": _range(gap, by),
            "sure": gap.low is not None and gap.high is not None and (gap.low > 0 or gap.high < 0),
            "better": good and gap.value * good > 0, "worse": good and gap.value * good < 0,
        }
        for key, name, unit, one, two, gap, by, good in lines
    ]  # fmt: skip


def _money(priced: rates.Priced | None) -> list[tuple[str, str, str, Range, Range, Range, float, int]]:
    """Paid time once more, by currency."""
    if priced is None:
        return []
    now, then, turn = priced.now.money, priced.then.money, priced.turned.money
    found = []
    for each in sorted({*now, *then}):
        name = _("Cost, %(currency)s") % {"currency": each}
        ranges = now.get(each, NOTHING), then.get(each, NOTHING), turn.get(each, NOTHING)
        found.append((f"cost_{each}", name, "items", *ranges, 1.0, -1))
    return found


def _range(of: Range, by: float) -> Range:
    return Range(of.value / by, None if of.low is None else of.low / by, None if of.high is None else of.high / by)


def _lines(found: running.Found) -> list[dict[str, Any]]:
    price = {each.queue: each.late_spared for each in found.prices}
    now = {each.name: each for each in found.base.queues}
    return [
        {"then": each, "now": now.get(each.name), "price": price.get(each.name)}
        for each in sorted(found.other.queues, key=lambda each: (-each.late.value, -each.arrived.value))
    ]


def _csv(found: running.Found, priced: rates.Priced | None) -> list[tuple[Any, ...]]:
    rows = []
    now = {each.name: each for each in [*found.base.queues, found.base.all]}
    for each in [*found.other.queues, found.other.all]:
        for name in ("arrived", "solved", "late", "attainment", "aas", "backlog_end"):
            before, after = getattr(now.get(each.name), name, None), getattr(each, name)
            rows.append((each.name, name, *(_cells(before) if before else ("", "", "")), *_cells(after)))
    rows.append(("all", "paid_hours", *_cells(found.base.cost), *_cells(found.other.cost)))
    rows += [
        ("all", name, *_cells(before), *_cells(after)) for name, _name, _unit, before, after, *_more in _money(priced)
    ]
    return rows


def _cells(of: Range) -> tuple[float, float | None, float | None]:
    return of.value, of.low, of.high


def said(fields: Fields, names: dict[str, str]) -> list[str]:
    """What is different, in words."""

    def of(queue: str) -> str:
        return _("every queue") if queue == ALL else names.get(queue, queue)

    found = []
    if fields.volume is not None:
        found.append(
            _("Volume of %(queue)s at %(share)s %% of the forecast")
            % {"queue": of(fields.volume_queue), "share": f"{fields.volume:g}"}
        )
    if fields.handle is not None:
        found.append(
            _("Handle time of %(queue)s at %(share)s %% of now")
            % {"queue": of(fields.handle_queue), "share": f"{fields.handle:g}"}
        )
    if fields.outage_vendor:
        found.append(
            _("%(vendor)s is out for %(hours)s hours")
            % {"vendor": fields.outage_vendor, "hours": f"{fields.outage_hours or 24:g}"}
        )
    if fields.automation is not None:
        found.append(
            _("Rules solve %(share)s %% of %(queue)s")
            % {"queue": of(fields.automation_queue), "share": f"{fields.automation:g}"}
        )
    if fields.rule:
        found.append(dict(words.rules())[fields.rule])
    if fields.first_queue:
        found.append(_("%(queue)s before all others") % {"queue": of(fields.first_queue)})
    if fields.exposure is not None:
        found.append(_("At most %(minutes)s minutes of exposure a shift") % {"minutes": f"{fields.exposure:g}"})
    if fields.new_queue:
        found.append(
            _("New work: %(name)s, %(rate)s items an hour")
            % {"name": fields.new_queue, "rate": f"{fields.new_rate or 0:g}"}
        )
    if fields.more_people is not None:
        found.append(
            _("%(share)s %% of the people of %(vendor)s")
            % {"share": f"{fields.more_people:g}", "vendor": fields.more_vendor or _("every vendor")}
        )
    return found


def _typed(row: WhatIf) -> dict[str, Any]:
    kept = {
        name: (f"{value:g}" if isinstance(value, float) else value)
        for name, value in row.fields.items()
        if value is not None
    }
    return {**kept, "name": _("%(name)s, changed") % {"name": row.name}}


def _names(row: WhatIf) -> dict[str, str]:
    try:
        return {each.key: each.name for each in bases.one(row.base_id).queues}
    except NotFound:
        return {}


def _queues(base: Base | None) -> list[tuple[str, str]]:
    known = [] if base is None else sorted(((each.key, each.name) for each in base.queues), key=lambda each: each[1])
    return [(ALL, _("Every queue")), *known]


def _vendors(base: Base | None) -> list[str]:
    return [] if base is None else sorted({crew.vendor for crew in base.crews if crew.vendor})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("no_whatif", "There is no such what-if.") from None
