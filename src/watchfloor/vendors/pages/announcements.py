"""Announcements: what the house told vendors, read and acknowledged; whoever manages vendors sees by site how far it got."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.vendors import access
from watchfloor.vendors.actions import workspace
from watchfloor.vendors.models import Announcement, Receipt
from watchfloor.vendors.pages import parts
from watchfloor.workforce.models import Reviewer

READERS = (access.VIEW, access.WORK, "review.work")
HEAD = ("site", "vendor", "people", "read", "acknowledged")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*READERS)
def index(request: HttpRequest) -> HttpResponseBase:
    """What one was told, the newest first; a POST tells vendors something."""
    actor = actor_of(request)
    may = actor.has(access.MANAGE)
    errors: parts.Errors = []
    if request.method == "POST":
        said = parts.act(request, {"announce": lambda: _announce(request, actor)}, allowed=may)
        if said is None:
            return redirect("announcements")
        errors = said
    mine = [row for row in Announcement.objects.order_by("-made_at", "-pk")[:500] if _may_read(actor, row)]
    shown = paged(mine, request.GET, 50)
    read = {row.announcement_id: row for row in Receipt.objects.filter(person=actor.id)} if actor.kind == "user" else {}
    context = {
        "rows": shown.rows, "pager": shown.pager, "read": read, "may": may, "errors": errors, "error_of": dict(errors),
        "typed": request.POST, "vendors": [(row.key, row.name) for row in access.vendors(actor, access.MANAGE)] if may else [],
        "chosen": request.POST.getlist("vendors"), "mine": _own(actor),
        "policies": [("", _("No policy")), *((each.key, _(each.name)) for each in policies.all_policies())],
    }  # fmt: skip
    return render(request, "vendors/announcements.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*READERS)
def one(request: HttpRequest, announcement_id: UUID) -> HttpResponseBase:
    """One announcement. Opening it is its receipt; a POST acknowledges it. ``?format=csv``: how far it got, by site."""
    actor = actor_of(request)
    row = Announcement.objects.filter(pk=announcement_id).first()
    if row is None or not _may_read(actor, row):
        raise NotFound("unknown_announcement", "There is no such announcement.")
    acknowledge = {"acknowledge": lambda: _acknowledge(request, actor, row)}
    if request.method == "POST" and parts.act(request, acknowledge, allowed=True) is None:
        return redirect("announcement", announcement_id)
    with writing(actor) as w:
        receipt = workspace.read(w, actor, row)
    sites = by_site(actor, row) if actor.has(access.VIEW) else []
    if request.GET.get("format") == "csv":
        return csv_response(
            "receipts", HEAD, ((s["site"], s["key"], s["people"], s["read"], s["acknowledged"]) for s in sites)
        )
    held = policies.version_in_force(row.policy_key) if row.policy_key else None
    context = {
        "row": row, "receipt": receipt, "sites": sites, "names": names_of([row.made_by]),
        "newer": held is not None and held.number != row.policy_version,
        "policy": _(policies.policy(row.policy_key).name) if row.policy_key else "", "query": request.GET,
    }  # fmt: skip
    return render(request, "vendors/announcement.html", context)


def by_site(actor: Actor, row: Announcement) -> list[dict[str, Any]]:
    """How many of each site's people have read it and acknowledged it, of the vendors one may see. No names."""
    told = [each for each in access.vendors(actor, access.VIEW) if row.vendors is None or each.key in row.vendors]
    people = Counter(Reviewer.objects.filter(active=True).values_list("vendor_key", flat=True))
    receipts = list(Receipt.objects.filter(announcement=row))
    found = []
    for each in told:
        mine = [one for one in receipts if one.vendor_key == each.key]
        found.append({
            "key": each.key, "vendor": each.name, "site": each.site, "people": people[each.key], "read": len(mine),
            "acknowledged": sum(one.acknowledged_at is not None for one in mine),
        })  # fmt: skip
    return found


def _own(actor: Actor) -> str:
    row = Reviewer.objects.filter(pk=actor.id).first() if actor.kind == "user" else None
    return row.vendor_key if row else ""


def _may_read(actor: Actor, row: Announcement) -> bool:
    """A vendor's people read what their vendor was told; whoever sees one of the vendors told, too."""
    own = _own(actor)
    if own and own != access.INHOUSE and (row.vendors is None or own in row.vendors):
        return True
    seen = {each.key for each in access.vendors(actor)}
    return bool(seen) if row.vendors is None else bool(seen & set(row.vendors))


def _announce(request: HttpRequest, actor: Actor) -> str:
    given = request.POST
    with writing(actor) as w:
        workspace.announce(
            w, actor, title=given.get("title", ""), text=given.get("text", ""), vendors=given.getlist("vendors") or None,
            policy_key=given.get("policy", ""),
        )  # fmt: skip
    return _("Told. Each site's receipts are on its page.")


def _acknowledge(request: HttpRequest, actor: Actor, row: Announcement) -> str:
    with writing(actor) as w:
        if workspace.read(w, actor, row, acknowledge=True) is None:
            raise NotFound("not_told", "This was not told to you.")
    return _("Acknowledged.")
