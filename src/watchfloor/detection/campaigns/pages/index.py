"""``/campaigns``: what hangs together now, the largest first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.detection.campaigns import queries
from watchfloor.detection.campaigns.pages import words
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review.pages import tables

HEAD = ("id", "policy", "state", "items", "accounts", "last_day", "first_seen", "last_seen", "since_state")
FILTERS = ("state", "policy", "least", "grows", "sort")


@require_safe
@page(queries.SEES)
def index(request: HttpRequest) -> HttpResponse:
    """The list."""
    actor = actor_of(request)
    found = queries.campaigns(actor, _wanted(request))
    members = {row.item_id: row.item for row in _standing(actor, found)}
    texts = tables.excerpts((item, item.current_version) for item in members.values())
    rows = [
        {"sum": each, "url": reverse("campaign", args=[each.campaign.pk]), "text": _text(each, members, texts)}
        for each in found
    ]
    totals = {name: sum(getattr(each, name) for each in found) for name in ("items", "accounts", "day")}
    context = {
        "rows": rows, "query": request.GET, "tabs": words.tabs("campaigns"), "totals": totals, "states": words.states(),
        "filtered": any(request.GET.get(name) for name in FILTERS if name != "sort"),
        "fields": [
            {"name": "state", "label": _("Open and watched"), "chip": _("State"),
             "options": [*words.states().items(), ("all", _("All states"))]},
            {"name": "policy", "label": _("Any policy"), "chip": _("Policy"),
             "options": [(row.key, row.name) for row in policies.all_policies() if not row.clearance]},
            {"name": "least", "label": _("Any size"), "chip": _("Items"),
             "options": [(n, _("%(count)s items or more") % {"count": n}) for n in ("5", "20", "100", "1000")]},
            {"name": "grows", "label": _("Growing or not"), "chip": _("Growth"), "options": [("yes", _("Grew in the last day"))]},
        ],
    }  # fmt: skip
    return render(request, "detection/campaigns/index.html", context)


@require_safe
@page(queries.SEES)
def index_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV."""
    rows = queries.campaigns(actor_of(request), _wanted(request))
    return csv_response("campaigns", HEAD, (
        (each.campaign.pk, each.campaign.policy_key, each.campaign.state, each.items, each.accounts, each.day, each.first,
         each.last, each.since)
        for each in rows
    ))  # fmt: skip


def _wanted(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in FILTERS}


def _standing(actor: Any, found: list[queries.Sum]) -> list[Any]:
    stands = [each.campaign.representative or each.campaign.pk for each in found]
    return list(queries.members(actor).filter(item__in=stands).select_related("item"))


def _text(each: queries.Sum, members: dict[Any, Any], texts: dict[str, str]) -> str:
    item = members.get(each.campaign.representative or each.campaign.pk)
    return texts.get(item.current_version, "") if item is not None else ""
