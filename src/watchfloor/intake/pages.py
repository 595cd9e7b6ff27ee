"""The quarantine page: what could not be worked, why, and what to do about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.intake import quarantine
from watchfloor.platform.render import render

SHOWN = 100


@require_safe
@page(quarantine.PERMISSION)
def index(request: HttpRequest) -> HttpResponse:
    """The rows, with what went wrong grouped above."""
    actor = actor_of(request)
    found = quarantine.rows(actor, kind=request.GET.get("kind", ""), source=request.GET.get("source", ""))
    rows = [
        {
            "aside": quarantine.aside(row),
            "body": quarantine.body_text(actor, row),
            "replay": reverse("quarantine-replay", args=[quarantine.receipt_of(row)]),
            "discard": reverse("quarantine-discard", args=[quarantine.receipt_of(row)]),
        }
        for row in found[:SHOWN]
    ]
    context = {"rows": rows, "total": found.count(), "summary": quarantine.summary(actor), "query": request.GET}
    return render(request, "intake/quarantine.html", context)


@require_POST
@page(quarantine.PERMISSION)
def replay(request: HttpRequest, receipt: str = "") -> HttpResponse:
    """Try one again, or all."""
    actor = actor_of(request)
    count = quarantine.replay(actor, [quarantine.find(actor, receipt).pk] if receipt else None)
    messages.success(
        request, ngettext("%(n)d row is tried again.", "%(n)d rows are tried again.", count) % {"n": count}
    )
    return HttpResponseRedirect(reverse("quarantine"))


@require_POST
@page(quarantine.PERMISSION)
def discard(request: HttpRequest, receipt: str) -> HttpResponse:
    """Give one up, with a reason."""
    actor = actor_of(request)
    quarantine.discard(actor, quarantine.find(actor, receipt).pk, request.POST.get("why", ""))
    messages.success(request, _("%(receipt)s was discarded.") % {"receipt": receipt})
    return HttpResponseRedirect(reverse("quarantine"))
