"""API tokens: the list, a new one (its secret is shown once), ending one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import actions, guard
from watchfloor.identity.domain import PERMISSIONS
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import ApiToken
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

USUAL = ("report.submit", "event.submit")
FOR_PROGRAMS = (
    "report.submit",
    "event.submit",
    "item.read",
    "appeal.submit",
    "insight.view",
    "enforcement.view",
    "ledger.view",
)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage", "settings.manage")
def index(request: HttpRequest) -> HttpResponse:
    """List and form; a POST answers with the secret, which nobody can see again."""
    actor = actor_of(request)
    errors = Errors()
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            row, secret = actions.create_token(
                w,
                actor,
                name=request.POST.get("name", ""),
                source=request.POST.get("source", ""),
                permissions=request.POST.getlist("permissions"),
                expires_at=moment(request.POST.get("expires_at", ""), "expires_at"),
            )
        if not errors:
            context = {"token": row, "secret": secret, "base": request.build_absolute_uri("/").rstrip("/")}
            return render(request, "identity/token_made.html", context)
    now = clock.now()
    rows = [
        {
            "row": row,
            "state": "revoked" if row.revoked_at else "expired" if row.expires_at and row.expires_at <= now else "live",
        }
        for row in ApiToken.objects.order_by("revoked_at", "-created_at")[:500]
    ]
    chosen = request.POST.getlist("permissions") if request.method == "POST" else USUAL
    context = {
        "rows": sorted(rows, key=lambda one: one["state"] != "live"),
        "typed": request.POST,
        "errors": errors,
        "chosen": chosen,
        "permissions": [(key, PERMISSIONS[key]) for key in FOR_PROGRAMS if actor.has(key)],
        "open_form": bool(errors) or "new" in request.GET or not rows,
    }
    return render(request, "identity/tokens.html", context, status=422 if errors else 200)


@require_POST
@guard.page("people.manage", "settings.manage")
def revoke(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """End one."""
    with writing(actor_of(request)) as w:
        row = actions.revoke_token(w, token_id)
    messages.success(request, _("The token of %(source)s no longer works.") % {"source": row.source})
    return redirect("tokens")
