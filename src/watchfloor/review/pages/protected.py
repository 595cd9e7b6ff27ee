"""The register of protected accounts: who is in it, why, until when it is looked at again, and who may speak for them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard, limits
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.items import protected
from watchfloor.items import queries as items
from watchfloor.items.models import Item, ItemType, ProtectedAccount, Representative
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.review import queries

MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("protected.know")
def index(request: HttpRequest) -> HttpResponse:
    """``/protected``: the entries one may know of, the one to look at again soonest first. Each line shown is a look, and logged."""
    actor = actor_of(request)
    errors = Errors()
    if request.method == "POST":
        _may_manage(actor)
        with mending(errors), writing(actor) as w:
            review_at = moment(request.POST.get("review_at", ""), "review_at")
            if review_at is None:
                raise BadInput("no_review", _("Say when this entry is looked at again."), where="review_at")
            row = protected.protect(
                w, _account(request.POST.get("account", "")), tier=request.POST.get("tier", ""), why=request.POST.get("why", ""),
                review_at=review_at, clearance=request.POST.get("clearance", ""),
            )  # fmt: skip
        if not errors:
            messages.success(
                request, _("In the register. What is done to this account waits for a second person from now on.")
            )
            return redirect("protected-entry", row.pk)
    rows = protected.looked_at(actor, list(protected.register(actor).filter(ended_at__isnull=True)[:MOST]), "register")
    context = {
        "rows": rows, "may_manage": actor.has("protected.manage"), "errors": errors, "typed": request.POST, "tiers": tier_words(),
        "clearances": [("", _("whoever may know of protected accounts")), *(limits.known("clearances") or {}).items()],
    }  # fmt: skip
    return render(request, "review/protected.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("protected.know")
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """One entry with its representatives and the account's cases."""
    actor = actor_of(request)
    row = protected.entry(actor, entry_id, "entry")
    errors = Errors()
    if request.method == "POST":
        _may_manage(actor)
        with mending(errors), writing(actor, reason=request.POST.get("reason", "")[:200]) as w:
            _step(w, row, request.POST)
        if not errors:
            return redirect("protected-entry", row.pk)
    account = row.account
    cases = queries.visible_cases(actor).select_related("item").filter(item__author=account)
    cases = cases | queries.visible_cases(actor).select_related("item").filter(item=account)
    speaking = list(Representative.objects.filter(protected=row).order_by("ended_at", "since"))
    context = {
        "entry": row, "representatives": speaking, "cases": list(cases.order_by("-opened_at", "-pk")[:20]), "errors": errors,
        "typed": request.POST, "tiers": dict(tier_words()), "may_manage": actor.has("protected.manage"),
        "channels": [(name, name) for name in protected.CHANNELS], "names": names_of({row.added_by}),
    }  # fmt: skip
    return render(request, "review/protected_entry.html", context, status=422 if errors else 200)


def tier_words() -> list[tuple[str, str]]:
    """What the tiers are called."""
    return [
        ("public", _("Publicly visible person")), ("at_risk", _("Person at risk")), ("partner", _("Spoken for by an agency")),
    ]  # fmt: skip


def _step(w: Any, row: ProtectedAccount, typed: Any) -> None:
    step = typed.get("step")
    if step == "release":
        protected.release(w, row)
    elif step == "name":
        protected.name_representative(
            w, row, name=typed.get("name", ""), channel=typed.get("channel", ""), address=typed.get("address", "")
        )
    elif step == "dismiss":
        found = _representative(row, typed.get("representative", ""))
        protected.dismiss(w, found)
    else:
        raise BadInput("unknown_step", "There is no such step.", where="step")


def _representative(row: ProtectedAccount, text: str) -> Representative:
    try:
        found = row.representatives.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("unknown_contact", "There is no such contact.")
    return found


def _account(name: str) -> Item:
    types = [key for key, (row, _fields) in items.types().items() if row.kind == ItemType.Kind.ACCOUNT]
    found = Item.objects.filter(type_key__in=types, external_id=name.strip()).first() if name.strip() else None
    if found is None:
        raise BadInput("unknown_account", _("No account of this id was ever seen here."), where="account")
    return found


def _may_manage(actor: Actor) -> None:
    if not actor.has("protected.manage"):
        raise Forbidden("no_permission", "You may read the register, not change it.")
