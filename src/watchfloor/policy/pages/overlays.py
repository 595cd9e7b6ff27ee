"""Where a policy differs: clauses down, markets across."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import texts
from watchfloor.policy.models import PolicyVersion
from watchfloor.policy.pages import parts


@require_safe
@guard.page("policy.view")
def policy_overlays(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?version=``: of that version (default: in force); ``?format=csv``."""
    policy = parts.policy_of(key)
    rows = PolicyVersion.objects.filter(policy_key=key).order_by("-number")
    asked = parts.number_of(request, "version")
    version = rows.filter(number=asked or 0).first() or rows.filter(state="in_force").first() or rows.first()
    document = texts.document_of(version) if version else None
    markets = document.markets if document else []
    if request.GET.get("format") == "csv":
        lines = [
            (market, clause.number, overlay.how, overlay.text)
            for clause in (document.clauses if document else ())
            for market, overlay in sorted(clause.overlays.items())
        ]
        lines += [
            (market, "", "note", note) for market, note in sorted((document.overlays if document else {}).items())
        ]
        return csv_response(f"overlays-{key}", ["market", "clause", "how", "text"], lines)
    context = {
        "policy": policy, "version": version, "document": document, "markets": markets, "hows": parts.hows(),
        "only": {
            market: [kind for kind in (document.kinds if document else None) or () if kind.markets and market in kind.markets]
            for market in markets
        },
        "tabs": parts.tabs(actor_of(request), key, "overlays"), "query": request.GET,
        "may_edit": actor_of(request).has("policy.edit"),
    }  # fmt: skip
    return render(request, "policy/overlays.html", context)
