"""The house's budgets: a default for everybody, and others for a vendor or a team."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.workforce import queries, wellbeing
from watchfloor.workforce.domain.budgets import LEVELS, Budget
from watchfloor.workforce.domain.filters import STRICTER
from watchfloor.workforce.models import Reviewer
from watchfloor.workforce.pages import fields
from watchfloor.workforce.wellbeing import House
from watchfloor.workforce.wellbeing_actions import save_budget


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("wellbeing.manage")
def index(request: HttpRequest) -> HttpResponse:
    """``?scope=`` opens one to change it."""
    actor, errors = actor_of(request), Errors()
    scope = (request.POST.get("scope") or request.GET.get("scope") or "default")[:120]
    _within(actor, scope)
    if request.method == "POST":
        with mending(errors):
            _save(actor, scope, request.POST)
        if not errors:
            messages.success(request, _("Saved. It holds from the next case on."))
            return redirect(f"{reverse('wellbeing-budgets')}?scope={scope}")
    kept = wellbeing.houses().get(scope) or House(scope, Budget(), {}, False, 4, "")
    context = {
        "scope": scope, "house": kept, "houses": wellbeing.houses(), "scopes": _scopes(actor), "levels": LEVELS,
        "values": {**fields.values(kept.budget), **request.POST.dict()} if errors else fields.values(kept.budget),
        "chosen": _chosen(request.POST) if errors else _kept(kept), "errors": errors, "stricter": STRICTER,
        "support": request.POST.get("support", "") if errors else kept.support,
        "ask_from": request.POST.get("ask_from", "") if errors else kept.ask_from,
    }  # fmt: skip
    return render(request, "workforce/budgets.html", context, status=422 if errors else 200)


def _save(actor: Actor, scope: str, post: QueryDict) -> None:
    found = fields.budget({name: str(value) for name, value in post.items()})
    text = post.get("ask_from", "4")
    with writing(actor) as w:
        save_budget(
            w, scope, found, filters={name: name in post for name in STRICTER}, hold_filters="hold_filters" in post,
            ask_from=int(text) if text.isdecimal() and len(text) == 1 else 0, support=post.get("support", ""),
        )  # fmt: skip


def _within(actor: Actor, scope: str) -> None:
    """Who manages one vendor sets that vendor's budget and no other's."""
    _kind, _sep, name = scope.partition(":")
    vendor = name.partition("/")[0]
    if vendor:
        allowed = actor.may("wellbeing.manage", vendor=vendor)
    else:
        allowed = actor.all_powerful or any(
            "wellbeing.manage" in one.permissions and one.vendors is None for one in actor.scopes
        )
    if not allowed:
        raise Forbidden("not_yours", _("This budget is not yours to set."), where="scope")


def _scopes(actor: Actor) -> list[tuple[str, str]]:
    """What a budget can be for, in words."""
    vendors = queries.vendors(actor, "wellbeing.manage")
    names = dict(vendors)
    teams = Reviewer.objects.filter(vendor_key__in=names, active=True).exclude(team="")
    pairs = teams.values_list("vendor_key", "team").distinct().order_by("vendor_key", "team")
    return [
        ("default", _("Everybody without another")),
        *((f"vendor:{key}", _("Vendor %(name)s") % {"name": name}) for key, name in vendors),
        *((f"team:{key}/{team}", _("Team %(team)s of %(vendor)s") % {"team": team, "vendor": names[key]}) for key, team in pairs),
    ]  # fmt: skip


def _chosen(post: QueryDict) -> dict[str, Any]:
    return {name: name in post for name in (*STRICTER, "hold_filters")}


def _kept(house: House) -> dict[str, Any]:
    return {**{name: house.filters.get(name, True) for name in STRICTER}, "hold_filters": house.hold_filters}
