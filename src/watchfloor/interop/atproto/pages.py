"""Settings of this door: what a client is told, and the services and people of others whose tokens we take."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.interop.atproto import issuers
from watchfloor.interop.atproto.here import here, public_key
from watchfloor.interop.atproto.models import Issuer, Published, Session
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("settings.manage")
def index(request: HttpRequest) -> HttpResponseBase:
    """The facts, the issuers and a form for one more."""
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            if request.POST.get("do") == "forget":
                gone = issuers.forget(actor_of(request), request.POST.get("did", ""))
                messages.success(request, _("Tokens of %(did)s are no longer taken.") % {"did": gone})
            else:
                row = issuers.add(actor_of(request), _document(request.POST.get("document", "")))
                messages.success(request, _("Tokens of %(did)s are taken now.") % {"did": row.did})
            return redirect("atproto-settings")
    rows = list(Issuer.objects.order_by("did"))
    if request.GET.get("format") == "csv":
        return csv_response("issuers", ("did", "added_at"), ((row.did, row.added_at.isoformat()) for row in rows))
    context = {
        "here": here(), "key": public_key(), "rows": rows, "typed": request.POST, "errors": errors,
        "sessions": Session.objects.filter(expires_at__gt=clock.now()).count(), "labels": Published.objects.count(),
    }  # fmt: skip
    return render(request, "interop_atproto/settings.html", context, status=422 if errors else 200)


def _document(text: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        found = None
    if not isinstance(found, dict):
        raise BadInput("bad_json", "This is no DID document: it must be a JSON object.", where="document")
    return found
