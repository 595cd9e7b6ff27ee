"""API tokens: the list, a new one (its secret is shown once), ending one."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import actions, guard, limits, token_limits, words
from watchfloor.identity.domain import PERMISSIONS
from watchfloor.identity.mending import Errors, keys, mending, moment
from watchfloor.identity.middleware import actor_of, user_of
from watchfloor.identity.models import ApiToken, User
from watchfloor.identity.programs import house_rate
from watchfloor.identity.queries import actor_for_token
from watchfloor.identity.signon import proof
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

USUAL = ("report.submit", "event.submit")
FOR_PROGRAMS = (
    "report.submit",
    "event.submit",
    "item.read",
    "verdict.ask",
    "media.submit",
    "appeal.submit",
    "insight.view",
    "insight.sql",
    "case.view",
    "enforcement.view",
    "vendor.view",
    "ledger.view",
    "people.provision",
)


OVERLAPS = (
    (1440, _lazy("1 day")), (0, _lazy("not at all: it ends now")), (60, _lazy("1 hour")), (7 * 1440, _lazy("7 days")),
    (30 * 1440, _lazy("30 days")),
)  # fmt: skip


def _state(row: ApiToken, now: datetime) -> str:
    return "revoked" if row.revoked_at else "expired" if row.expires_at and row.expires_at <= now else "live"


def _within(request: HttpRequest) -> token_limits.Within:
    return token_limits.within(**{kind: keys(request.POST.get(kind, ""), kind) for kind in token_limits.KINDS})


def _known() -> dict[str, str]:
    return {kind: ", ".join(sorted(limits.known(kind) or {})) for kind in ("queues", "vendors")}


def _where(row: ApiToken) -> str:
    return words.limits_sentence(actor_for_token(row).scopes[0])


def _count(text: str) -> int | None:
    text = text.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):
        raise BadInput("bad_rate", _("That is not a whole number."), where="per_minute")
    return int(text) if text else None


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage", "settings.manage")
@proof.fresh()
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
                networks=keys(request.POST.get("networks", ""), "networks") or [],
                per_minute=_count(request.POST.get("per_minute", "")),
                owner_id=user_of(request).pk if request.POST.get("mine") == "on" else None,
                within=_within(request),
            )
        if not errors:
            context = {"token": row, "secret": secret, "base": request.build_absolute_uri("/").rstrip("/")}
            return render(request, "identity/token_made.html", context)
    now = clock.now()
    rows = [
        {
            "row": row,
            "state": _state(row, now),
            "rotating": row.old_until is not None and row.old_until > now,
            "where": _where(row),
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
        "house_rate": house_rate(),
        "known": _known(),
        "open_form": bool(errors) or "new" in request.GET or not rows,
    }
    return render(request, "identity/tokens.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("people.manage", "settings.manage")
@proof.fresh()
def one(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """One token: from where, how fast and how long it works; a new secret, with the old one going on for a while."""
    actor = actor_of(request)
    row = ApiToken.objects.filter(pk=token_id).first()
    if row is None:
        raise NotFound("unknown_token", "There is no such token.")
    errors = Errors()
    step = request.POST.get("step", "")
    if request.method == "POST":
        with mending(errors), writing(actor) as w:
            if step == "rotate":
                minutes = request.POST.get("overlap", "")
                row, secret = actions.rotate_token(
                    w, actor, row.pk, overlap=timedelta(minutes=int(minutes) if minutes.isdecimal() else -1)
                )
            elif step == "end-old":
                actions.end_old_secret(w, actor, row.pk)
            else:
                actions.limit_token(
                    w, actor, row.pk, networks=keys(request.POST.get("networks", ""), "networks") or [],
                    per_minute=_count(request.POST.get("per_minute", "")),
                    expires_at=moment(request.POST.get("expires_at", ""), "expires_at"), within=_within(request),
                )  # fmt: skip
        if not errors and step == "rotate":
            context = {"token": row, "secret": secret, "base": request.build_absolute_uri("/").rstrip("/")}
            return render(request, "identity/token_made.html", context)
        if not errors:
            messages.success(request, _("Saved."))
            return redirect("token", row.pk)
        row.refresh_from_db()
    now = clock.now()
    typed = request.POST if request.method == "POST" and step == "limits" else None
    ends = timezone.localtime(row.expires_at).strftime("%Y-%m-%dT%H:%M") if row.expires_at else ""
    kept = {kind: ", ".join(getattr(row, kind) or []) for kind in token_limits.KINDS}
    context = {
        "token": row,
        "where": _where(row),
        "known": _known(),
        "state": _state(row, now),
        "rotating": row.old_until is not None and row.old_until > now,
        "owner": User.objects.filter(pk=row.owner_id).first() if row.owner_id else None,
        "values": typed
        or {"networks": ", ".join(row.networks or []), "per_minute": row.per_minute or "", "expires_at": ends, **kept},
        "overlaps": [(str(minutes), words) for minutes, words in OVERLAPS],
        "house_rate": house_rate(),
        "permissions": [PERMISSIONS.get(key, key) for key in row.permissions],
        "errors": errors,
    }
    return render(request, "identity/token.html", context, status=422 if errors else 200)


@require_POST
@guard.page("people.manage", "settings.manage")
def revoke(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """End one."""
    with writing(actor_of(request)) as w:
        row = actions.revoke_token(w, token_id)
    messages.success(request, _("The token of %(source)s no longer works.") % {"source": row.source})
    return redirect("tokens")
