"""Who is certified for which policy: the map of sites, and the people behind a row of it."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.training import staff
from watchfloor.training.pages import parts
from watchfloor.workforce.queries import vendors


@require_safe
@guard.page(*parts.SEE)
def certified(request: HttpRequest) -> HttpResponseBase:
    """``?vendor=``; ``?format=csv`` gives one line per site and policy."""
    actor = actor_of(request)
    taught = staff.policies_taught()
    rows = staff.certified(actor, vendor=request.GET.get("vendor", ""))
    if request.GET.get("format") == "csv":
        lines = (
            [row.site, row.vendor_key, cell.policy_key, cell.people, cell.current, cell.renew]
            for row in rows
            for cell in row.cells
        )
        return csv_response("certified", ("site", "vendor", "policy", "people", "certified", "to renew"), lines)
    known = vendors(actor, "training.view")
    context = {
        "tabs": parts.tabs(actor, "people"), "rows": rows, "taught": taught, "query": request.GET,
        "filters": [{"name": "vendor", "label": _("All vendors"), "chip": _("Vendor"), "options": known}],
    }  # fmt: skip
    return render(request, "training/people.html", context)


@require_safe
@guard.page(*parts.SEE)
def of_vendor(request: HttpRequest, vendor: str) -> HttpResponseBase:
    """The people of a vendor and what each is certified for; ``?format=csv``."""
    actor = actor_of(request)
    name = dict(vendors(actor, "training.view")).get(vendor)
    if name is None:
        raise NotFound("unknown_vendor", "There is no such vendor.")
    rows, taught = staff.people(actor, vendor), staff.policies_taught()
    if request.GET.get("format") == "csv":
        lines = (
            [row.name, row.team, key, row.holds.get(key, ""), row.until.get(key)]
            for row in rows
            for key, _name in taught
        )
        return csv_response(f"certified-{vendor}", ("person", "team", "policy", "holds", "until"), lines)
    context = {
        "tabs": parts.tabs(actor, "people"),
        "rows": rows,
        "taught": taught,
        "vendor": name,
        "query": request.GET,
    }
    return render(request, "training/people_of.html", context)
