"""How an account stands: strikes with their end, what is in force, how far the next step of the ladder is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from watchfloor.enforcement import queries
from watchfloor.enforcement.models import Strike
from watchfloor.enforcement.pages import words
from watchfloor.enforcement.pages.actions import CSV_HEAD, csv_rows
from watchfloor.identity import access, guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

STRIKES_HEAD = ("policy", "points", "state", "market", "given", "ends", "decision")


@require_GET
@guard.page("enforcement.view")
def standing(request: HttpRequest, item_id: str) -> HttpResponse:
    """``/enforcement/accounts/<itm>``; ``?format=csv&list=strikes`` or ``list=actions`` gives all rows of a list."""
    actor = actor_of(request)
    account = known(actor, item_id)
    found = queries.standing(account)
    visible = queries.visible_actions(actor).filter(item=account)
    shown = list(visible.order_by("-id")[:100])
    # A strike under a policy one may not know of is in nobody's sum here either.
    hidden = queries.hidden_policies(actor, "enforcement.view")
    of_account = Strike.objects.filter(account=account).exclude(policy_key__in=hidden).order_by("-given_at")
    if request.GET.get("format") == "csv":
        if request.GET.get("list") == "strikes":
            return csv_response("strikes", STRIKES_HEAD, (_strike(row) for row in of_account.iterator()))  # type: ignore[return-value]
        return csv_response("actions", CSV_HEAD, csv_rows(visible.select_related("item").order_by("-id")))  # type: ignore[return-value]
    strikes = list(of_account[:100])
    now = clock.now()
    active = [row for row in strikes if row.state == "active" and row.expires_at > now]
    points = found.points if not hidden else sum(row.points for row in active)
    steps = [
        {"points": step.points, "name": queries.kind_name(step.action_key), "reached": points >= step.points}
        for step in queries.ladder()
    ]
    context = {
        "who": account, "points": points, "strikes": strikes, "active": active, "steps": steps, "actions": shown,
        "names": {row.kind_key: queries.kind_name(row.kind_key) for row in shown}, "words": words.state_words(),
        "next": next((step for step in steps if not step["reached"]), None), "now": now,
        "ends": min((row.expires_at for row in active), default=None),
    }  # fmt: skip
    return render(request, "enforcement/standing.html", context)


def _strike(row: Strike) -> tuple[Any, ...]:
    return (
        row.policy_key, row.points, row.state, row.market, row.given_at, row.expires_at, encode("dec", row.decision_id),
    )  # fmt: skip


def known(actor: Actor, item_id: str) -> Item:
    """The account (or the item's author), if the actor may know of it: in a market of theirs, or with an action they may see."""
    row = Item.objects.select_related("author").filter(pk=decode("itm", item_id)).first()
    account = (row.author or row) if row is not None else None
    if account is not None:
        near = Item.objects.filter(access.rows(actor, "enforcement.view", market="market"), pk=account.pk).exists()
        hidden = queries.hidden_policies(actor, "enforcement.view")
        restricted = (
            account.strikes.filter(policy_key__in=hidden).exists()
            or account.actions.filter(policy_key__in=hidden).exists()
        )
        seen = queries.visible_actions(actor).filter(item=account).exists()
        if seen or (near and not restricted):
            return account
    raise NotFound("unknown_account", "There is no such account.")
