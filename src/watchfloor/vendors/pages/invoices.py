"""A vendor's invoices, and one held against the hours that were logged."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.vendors import access, contracts, words
from watchfloor.vendors.actions import invoices as verbs
from watchfloor.vendors.domain.invoices import HEAD
from watchfloor.vendors.models import Invoice
from watchfloor.vendors.pages import parts

LIST = ("reference", "from", "to", "total", "state", "paid", "credit")
MOST_BYTES = 2_000_000


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.EITHER)
def index(request: HttpRequest, key: str) -> HttpResponseBase:
    """All invoices; a POST takes one in (either side). ``?format=csv``."""
    actor = actor_of(request)
    side = access.side(actor, key)
    may_add = side.manages or actor.may(access.WORK, vendor=key)
    errors: parts.Errors = []
    if request.method == "POST":
        said = parts.act(request, {"take_in": lambda: _take_in(request, key)}, allowed=may_add)
        if said is None:
            return redirect("vendor-invoices", key)
        errors = said
    rows = Invoice.objects.filter(vendor_key=key).order_by("-starts_on", "-taken_in_at")
    if request.GET.get("format") == "csv":
        return csv_response(f"invoices-{key}", LIST, (
            (r.reference, r.starts_on, r.ends_on, r.total, r.state, r.paid, r.credit) for r in rows
        ))  # fmt: skip
    shown = paged(rows, request.GET)
    context = {
        **parts.context(actor, side, "invoices"), "rows": shown.rows, "pager": shown.pager, "states": words.invoice_states(),
        "errors": errors, "error_of": dict(errors), "typed": request.POST, "head": ",".join(HEAD), "may_add": may_add,
        "currency": contracts.terms_of(contracts.versions(key).first()).currency, "query": request.GET,
    }  # fmt: skip
    return render(request, "vendors/invoices.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.EITHER)
def one(request: HttpRequest, key: str, invoice_id: UUID) -> HttpResponseBase:
    """One invoice with what differs; a POST disputes or accepts it. ``?format=csv`` gives the differences."""
    actor = actor_of(request)
    side = access.side(actor, key)
    row = Invoice.objects.filter(pk=invoice_id, vendor_key=key).first()
    if row is None:
        raise NotFound("unknown_invoice", "There is no such invoice.")
    errors: parts.Errors = []
    if request.method == "POST":
        wanted = request.POST.get("accept") or "whole"
        did = {
            "dispute": lambda: _settle(request, side, row, ""),
            "accept": lambda: _settle(request, side, row, wanted),
        }
        said = parts.act(request, did, allowed=side.manages)
        if said is None:
            return redirect("vendor-invoice", key, invoice_id)
        errors = said
    found = verbs.compared(side, row)
    if request.GET.get("format") == "csv":
        return csv_response(f"invoice-{key}", ("line", "why", "amount"), (
            (each.number, words.difference(each.kind, each.billed, each.ours), each.amount) for each in found.differences
        ))  # fmt: skip
    lines = {line["number"]: line for line in row.lines}
    context = {
        **parts.context(actor, side, "invoices"), "row": row, "found": found, "states": words.invoice_states(), "errors": errors,
        "error_of": dict(errors), "typed": request.POST, "names": names_of([row.settled_by, row.taken_in_by]),
        "differences": [(each, lines[each.number], words.difference(each.kind, each.billed, each.ours)) for each in found.differences],
        "terms": contracts.terms_of(contracts.in_force(key, row.ends_on)), "query": request.GET,
    }  # fmt: skip
    return render(request, "vendors/invoice.html", context, status=422 if errors else 200)


def _take_in(request: HttpRequest, key: str) -> str:
    given, upload = request.POST, request.FILES.get("file")
    text = given.get("lines", "")
    if upload is not None and (upload.size or 0) <= MOST_BYTES:
        text = upload.read().decode("utf-8-sig", "replace")
    with writing(actor_of(request)) as w:
        verbs.take_in(
            w, key, reference=given.get("reference", ""), starts_on=datefields.day(given.get("starts_on", ""), "starts_on"),
            ends_on=datefields.day(given.get("ends_on", ""), "ends_on"), text=text,
        )  # fmt: skip
    return _("The invoice is taken in and held against the log.")


def _settle(request: HttpRequest, side: access.Side, row: Invoice, accept: str) -> str:
    with writing(actor_of(request)) as w:
        verbs.settle(w, side, row.pk, accept=accept, why=request.POST.get("why", ""))
    return _("The invoice is accepted.") if accept else _("The invoice is in dispute; the next check-in names it.")
