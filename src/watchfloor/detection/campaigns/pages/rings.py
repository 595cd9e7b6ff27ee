"""``/campaigns/rings``: accounts that act together, and those that report together; one of them with why chance does not explain it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.detection.campaigns.acting import actions, queries
from watchfloor.detection.campaigns.acting.finding import FDR
from watchfloor.detection.campaigns.models import Ring
from watchfloor.detection.campaigns.pages import ring_words, words
from watchfloor.detection.campaigns.queries import ACTS, SEES
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review.pages import tables

HEAD = ("id", "kind", "action", "state", "members", "ties", "objects", "q", "first", "last")


@require_safe
@page(SEES)
def ring_list(request: HttpRequest) -> HttpResponseBase:
    """``?state=&kind=``; ``format=csv``."""
    found = queries.rings(actor_of(request), request.GET.dict())
    if request.GET.get("format") == "csv":
        return csv_response("rings", HEAD, (
            (row.pk, row.kind, row.action, row.state, row.members, row.ties, row.objects_shared, row.q, row.first_at, row.last_at)
            for row in found
        ))  # fmt: skip
    context = {
        "rows": [{"ring": row, "title": ring_words.title(row), "url": reverse("ring", args=[row.pk])} for row in found],
        "query": request.GET, "states": words.states(), "kinds": ring_words.kinds(), "fdr": FDR,
        "tabs": words.tabs("rings"), "filtered": bool(request.GET.get("state") or request.GET.get("kind")),
        "fields": [
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": list(ring_words.kinds().items())},
            {"name": "state", "label": _("Open and watched"), "chip": _("State"),
             "options": [*words.states().items(), ("all", _("All states"))]},
        ],
    }  # fmt: skip
    return render(request, "detection/campaigns/rings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@page(SEES)
def ring(request: HttpRequest, ring_id: UUID) -> HttpResponse:
    """One of them. A POST sets its state, or makes a cluster case of its accounts (``step=cluster``)."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    typed = {name: request.POST.get(name, "").strip() for name in ("state", "why", "name")}
    seen = queries.ring(actor, ring_id)
    if request.method == "POST":
        try:
            if request.POST.get("step") == "cluster":
                made = actions.make_cluster(actor, ring_id, name=typed["name"])
                return redirect("cluster", cluster_id=made.pk)
            row = actions.set_state(actor, ring_id, typed["state"], typed["why"])
            messages.success(request, _("It is now: %(state)s.") % {"state": words.states()[row.state]})
            return redirect("ring", ring_id=ring_id)
        except (BadInput, Forbidden) as error:
            where = {"ids": "name", "state": "state", "name": "name"}.get(error.where, "why")
            errors[where] = f"{error.message} {error.hint}".strip()
    texts = tables.excerpts((item, item.current_version) for item, _count in seen.objects)
    context: dict[str, Any] = {
        "seen": seen, "ring": seen.ring, "title": ring_words.title(seen.ring), "purpose": ring_words.purpose(seen.ring),
        "states": words.states(), "errors": errors, "typed": typed, "fdr": FDR, "may_act": actor.has(ACTS),
        "may_see_reporters": actor.has("reporter.view"), "name_of": lambda who: seen.names.get(who) or f"…{who[:8]}",
        "ties": [{"row": row, "words": ring_words.sentence(row, seen.ring)} for row in seen.ties], "query": request.GET,
        "objects": [{"item": item, "members": count, "text": texts.get(item.current_version, "")} for item, count in seen.objects],
        "accounts": len(queries.accounts(actor, seen.ring)) if seen.ring.kind == Ring.Kind.RING else 0,
    }  # fmt: skip
    return render(request, "detection/campaigns/ring.html", context, status=422 if errors else 200)
