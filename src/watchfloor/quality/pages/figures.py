"""How right decisions are: the heat table, what is taken for what, what is unclear, what drifts, what the outside says."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.engines.agreement import Cell
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.quality import witnesses
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


@require_safe
@guard.page(*parts.SEE)
def overview(request: HttpRequest) -> HttpResponseBase:
    """``?days=&policy=&market=&vendor=&across=``; ``?format=csv`` gives the cells."""
    actor, filters = actor_of(request), parts.filters_of(request)
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
        "unclear": figures.unclear(actor, filters), "drift": figures.drift(rows), "outside": figures.outside(actor, filters),
        "witnesses": [_(one.label) for one in witnesses.all_of()],
        "says": outside_words(), "bys": {"policy": _("Policy"), "vendor": _("Vendor"), "queue": _("Queue")},
        "across_options": [("market", _("Markets")), ("vendor", _("Vendors")), ("origin", _("People and rules"))],
        "tone": tone, "open": visible(actor).filter(state__in=("differs", "disputed")).count(),
        "may_settle": actor.has("quality.manage"),
    }  # fmt: skip
    return render(request, "quality/overview.html", context)


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
