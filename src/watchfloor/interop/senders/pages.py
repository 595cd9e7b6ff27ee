"""Settings: systems that report here in a protocol of their own, where each finds us, and whether it could be understood."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.interop.senders import actions
from watchfloor.interop.senders.models import Sender
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

MANAGES = "settings.manage"
HEAD = ("kind", "name", "address", "on", "calls", "last_used", "failed_at", "last_error")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGES)
def index(request: HttpRequest) -> HttpResponseBase:
    """List and form (``?new=1``); a POST answers with where the system must be pointed at. ``?format=csv``."""
    errors = Errors()
    if request.method == "POST":
        given = request.POST
        with mending(errors), writing(actor_of(request)) as w:
            row, secret = actions.save(
                w, kind=given.get("kind", ""), name=given.get("name", ""), address=given.get("address", ""),
                secret=given.get("secret", ""), reason_key=given.get("reason", ""),
            )  # fmt: skip
        if not errors:
            return _made(request, row, secret)
    rows = list(Sender.objects.order_by("-on", "kind", "name"))
    if request.GET.get("format") == "csv":
        return csv_response("senders", HEAD, (_line(row) for row in rows))
    context = {
        "rows": rows, "kinds": _kinds(), "words": dict(_kinds()), "errors": errors, "typed": request.POST,
        "open_form": bool(errors) or "new" in request.GET, "where": {row.pk: address(row) for row in rows},
        "reasons": [
            ("", _("as the report says, else Other")), *((row.key, row.name) for row in policies.all_reasons() if not row.archived)
        ],
    }  # fmt: skip
    return render(request, "interop_senders/index.html", context, status=422 if errors else 200)


@require_POST
@guard.page(MANAGES)
def turn(request: HttpRequest, sender_id: UUID) -> HttpResponse:
    """POST ``to`` = on | off."""
    on = request.POST.get("to") == "on"
    with writing(actor_of(request)) as w:
        row = actions.turn(w, sender_id, on=on)
    words = (
        _("What %(name)s sends is taken in.")
        if on
        else _("Nothing of %(name)s is taken in any more. Turn it on to undo.")
    )
    messages.success(request, words % {"name": row.name})
    return redirect("interop-senders")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGES)
def secret(request: HttpRequest, sender_id: UUID) -> HttpResponseBase:
    """Another secret."""
    errors = Errors()
    row = Sender.objects.filter(pk=sender_id).exclude(kind=Sender.Kind.FEDIVERSE).first()
    if request.method == "POST" or row is None:
        with mending(errors), writing(actor_of(request)) as w:
            row, made = actions.change_secret(w, sender_id, request.POST.get("secret", ""))
        if not errors:
            return _made(request, row, made)
    context = {"row": row, "errors": errors, "words": dict(_kinds())}
    return render(request, "interop_senders/secret.html", context, status=422 if errors else 200)


def address(row: Sender, secret: str = "") -> str:
    """Where a system sends to."""
    base = settings.PUBLIC_URL.rstrip("/")
    if row.kind == Sender.Kind.FEDIVERSE:
        return base + reverse("activitypub-inbox")
    name = "mastodon-hook" if row.kind == Sender.Kind.MASTODON else "servicecloud-report"
    return (
        base
        + reverse(name, args=[row.pk])
        + (f"?key={secret}" if secret and row.kind == Sender.Kind.SALESFORCE else "")
    )


def _made(request: HttpRequest, row: Sender, secret: str) -> HttpResponseBase:
    context = {"row": row, "words": dict(_kinds()), "address": address(row, secret)}
    return render(request, "interop_senders/made.html", context)


def _kinds() -> list[tuple[str, Any]]:
    return [
        ("mastodon", _("Mastodon server (webhooks)")),
        ("fediverse", _("Instance of the Fediverse (ActivityPub)")),
        ("salesforce", _("Service Cloud (new cases)")),
    ]


def _line(row: Sender) -> tuple[Any, ...]:
    return (
        row.kind, row.name, row.address, row.on, row.used, row.used_at.isoformat() if row.used_at else "",
        row.failed_at.isoformat() if row.failed_at else "", row.last_error,
    )  # fmt: skip
