"""A vendor's contract: its versions, the one in force, and a form for the next one. The lines go in and out as CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.platform import datefields
from watchfloor.platform.render import render
from watchfloor.vendors import access, contracts, words
from watchfloor.vendors.actions import contracts as verbs
from watchfloor.vendors.domain.terms import CURRENCIES, FIGURES, Terms, plain
from watchfloor.vendors.models import Party
from watchfloor.vendors.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.EITHER)
def page(request: HttpRequest, key: str) -> HttpResponseBase:
    """The contract; ``?format=csv`` gives its lines. A POST writes a new version, or how the vendor is reached."""
    actor = actor_of(request)
    side = access.side(actor, key)
    errors: parts.Errors = []
    if request.method == "POST":
        did = {"contract": lambda: _contract(request, key), "party": lambda: _party(request, key)}
        said = parts.act(request, did, allowed=side.manages)
        if said is None:
            return redirect("vendor-contract", key)
        errors = said
    rows = list(contracts.versions(key))
    held = contracts.in_force(key, clock.now().date())
    terms = contracts.terms_of(held)
    if request.GET.get("format") == "csv":
        response = HttpResponse(list(contracts.sheet(terms)), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="contract-{key}.csv"'
        return response
    party = Party.objects.filter(vendor_key=key).first()
    newest = contracts.terms_of(rows[0]) if rows else Terms()
    typed = {
        **contracts.typed(newest), "starts_on": clock.now().date().isoformat(), "note": "", "seen": str(rows[0].number if rows else 0),
        "addresses": party.addresses if party else "", "country": party.country if party else "", **request.POST.dict(),
    }  # fmt: skip
    context = {
        **parts.context(actor, side, "contract"), "rows": rows, "held": held, "terms": terms, "typed": typed, "errors": errors,
        "error_of": dict(errors), "names": names_of(row.made_by for row in rows), "currencies": [(name, name) for name in CURRENCIES],
        "figures": [(name, words.figure(name), words.formula(name)) for name in FIGURES], "figure_name": words.figure, "plain": plain,
        "party": party,
    }  # fmt: skip
    return render(request, "vendors/contract.html", context, status=422 if errors else 200)


def _contract(request: HttpRequest, key: str) -> str:
    given = request.POST.dict()
    upload = request.FILES.get("file")
    if upload is not None and (upload.size or 0) < 100_000:
        given["sheet"] = upload.read().decode("utf-8-sig", "replace")
    terms = contracts.read(given)
    starts = datefields.day(given.get("starts_on", ""), "starts_on")
    seen = given.get("seen", "")
    with writing(actor_of(request)) as w:
        verbs.save_contract(
            w, key, terms, starts, note=given.get("note", ""), seen=int(seen) if seen.isdecimal() else None
        )
    return _("The new version is written. Periods before its first day are judged by the old one.")


def _party(request: HttpRequest, key: str) -> str:
    with writing(actor_of(request)) as w:
        verbs.save_party(w, key, addresses=request.POST.get("addresses", ""), country=request.POST.get("country", ""))
    return _("Kept.")
