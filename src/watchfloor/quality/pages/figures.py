"""How right decisions are: the heat table, what is taken for what, what is unclear, what drifts, what the outside says."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.engines.agreement import Cell
from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.quality import suggesting, witnesses
from watchfloor.quality.actions.planning import live
from watchfloor.quality.pages import parts
from watchfloor.quality.queries import figures
from watchfloor.quality.queries.seen import visible
from watchfloor.workforce.models import Vendor

ACROSS = ("market", "vendor", "origin")
HEAD = (
    "policy",
    "other",
    "looks",
    "wrong",
    "accuracy",
    "low",
    "high",
    "precision",
    "recall",
    "over",
    "under",
    "critical",
    "noise",
)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def overview(request: HttpRequest) -> HttpResponseBase:
    """``?days=&policy=&market=&vendor=&across=``; ``?format=csv`` gives the cells. A POST suggests a change of a policy that is read
    differently."""
    actor, filters = actor_of(request), parts.filters_of(request)
    unclear, errors = figures.unclear(actor, filters), Errors()
    if request.method == "POST":
        row = next((each for each in unclear if each.policy_key == request.POST.get("policy", "")), None)
        if row is None or not suggesting.can_suggest(actor):
            raise NotFound("unknown_policy", "There is no such policy here.")
        with mending(errors):
            address = suggesting.suggest(actor, row, filters.days)
            messages.success(request, _("The suggestion is made, with these counts."))
            return redirect(address)
    across = request.GET.get("across", "market")
    across = across if across in ACROSS else "market"
    rows = figures.looks_of(actor, filters)
    cells = figures.heat(rows, "policy", across)
    if request.GET.get("format") == "csv":
        return csv_response("quality", HEAD, (_csv(key, cell) for key, cell in sorted(cells.items())))
    waiting, decided = figures.coverage(actor, filters)
    policies = parts.policy_names()
    origins = {"human": _("People"), "rule": _("Rules")}
    vendors = dict(Vendor.objects.values_list("key", "name"))
    columns = sorted({key for one, key in cells if not one and key})
    context = {
        "tabs": parts.tabs(actor, "figures"), "filters": parts.filter_fields(actor), "query": request.GET, "cells": cells,
        "rows": sorted({key for key, other in cells if not other and key}), "columns": columns, "across": across,
        "column_names": vendors | origins, "policies": policies, "vendors": vendors,
        "names": parts.finding_names(), "whole": cells.get(("", "")),
        "looks": waiting, "decided": decided, "plan": live(), "confusions": figures.confusions(rows),
        "unclear": unclear, "can_suggest": suggesting.can_suggest(actor), "errors": errors,
        "drift": figures.drift(rows), "outside": figures.outside(actor, filters),
        "witnesses": [_(one.label) for one in witnesses.all_of()],
        "says": outside_words(), "bys": {"policy": _("Policy"), "vendor": _("Vendor"), "queue": _("Queue")},
        "across_options": [("market", _("Markets")), ("vendor", _("Vendors")), ("origin", _("People and rules"))],
        "tone": tone, "open": visible(actor).filter(state__in=("differs", "disputed")).count(),
        "may_settle": actor.has("quality.manage"),
    }  # fmt: skip
    return render(request, "quality/overview.html", context, status=422 if errors else 200)


def tone(cell: Cell) -> str:
    """The colour of a cell: by its whole interval, so that chance has none."""
    if cell.noise:
        return "noise"
    if cell.accuracy.high < 0.85:
        return "bad"
    if cell.accuracy.high < 0.95:
        return "poor"
    return "good" if cell.accuracy.low >= 0.9 else "fair"


def outside_words() -> dict[str, tuple[str, str]]:
    """What witnesses say together: a chip and a sentence."""
    return {
        "": (_("agrees"), _("Nothing outside speaks against the looks.")),
        "few": (_("few looks"), _("Too few looks to hold anything against them.")),
        "old": (_("old text"), _("Most looks went by a policy text that is not in force any more.")),
        "blind": (_("blind"), _("Known answers are missed far more often than looks find errors: the sample does not see them.")),
        "guideline": (_("guideline"), _("Others contradict us far more often than looks do: the guideline may be old.")),
    }  # fmt: skip


def _csv(key: tuple[str, str], cell: Cell) -> list[Any]:
    return [
        key[0], key[1], cell.looks, cell.wrong, cell.accuracy.share, cell.accuracy.low, cell.accuracy.high,
        cell.precision.share if cell.precision.looks else "", cell.recall.share if cell.recall.looks else "",
        cell.over.share, cell.under.share, cell.critical.share, cell.noise,
    ]  # fmt: skip
