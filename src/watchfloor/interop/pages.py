"""Settings: websites that ask through the Akismet door, and where programs of other systems find us."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.interop import queries, sites
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

MANAGES = "settings.manage"


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGES)
def index(request: HttpRequest) -> HttpResponseBase:
    """List and form; a POST answers with the key, which nobody can see again."""
    errors = Errors()
    base = request.build_absolute_uri("/").rstrip("/")
    if request.method == "POST":
        with mending(errors), writing(actor_of(request)) as w:
            site, key = sites.make(
                w, name=request.POST.get("name", ""), address=request.POST.get("address", ""),
                policy_key=request.POST.get("policy", "spam"),
            )  # fmt: skip
        if not errors:
            return render(request, "interop/site_made.html", {"site": site, "key": key, "base": base})
    rows = queries.lines()
    if request.GET.get("format") == "csv":
        head = ["site", "address", "spam", "ham", "missed", "wrong", "submissions", "left_out"]
        return csv_response("websites", head, ([r.site.name, r.site.address, r.spam, r.ham, r.missed, r.wrong, r.labels, r.left_out]
                                               for r in rows))  # fmt: skip
    context = {
        "rows": rows, "typed": request.POST, "errors": errors, "base": base, "open_form": bool(errors) or "new" in request.GET,
        "policies": [(row.key, row.name) for row in policies.all_policies()],
    }  # fmt: skip
    return render(request, "interop/sites.html", context, status=422 if errors else 200)


@require_POST
@guard.page(MANAGES)
def end(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """End a key."""
    with writing(actor_of(request)) as w:
        site = sites.end(w, site_id)
    messages.success(request, _("The key of %(site)s no longer works.") % {"site": site.name})
    return redirect("interop-sites")


@require_POST
@guard.page(MANAGES)
def forget(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Throw away what a site has taught."""
    try:
        with writing(actor_of(request)) as w:
            gone = sites.forget(w, site_id, request.POST.get("why", ""))
    except BadInput as error:
        messages.error(request, error.message)
    else:
        said = ngettext("%(count)d submission was thrown away.", "%(count)d submissions were thrown away.", gone)
        messages.success(request, said % {"count": gone})
    return redirect("interop-sites")
