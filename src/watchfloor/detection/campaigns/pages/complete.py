"""After a takedown: who was acted on, who was not and why, who may not belong; and accounts are restored, with what follows shown first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.detection.campaigns import actions, queries, restoring
from watchfloor.detection.campaigns.accounts import Account, accounts
from watchfloor.detection.campaigns.pages import words
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.kernel.ids import decode, encode
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

SHOWN = 100
HEAD = ("account", "items", "first_item", "decisions", "restored", "left", "why", "doubts")


@require_http_methods(["GET", "HEAD", "POST"])
@page(queries.ACTS)
def complete(request: HttpRequest, campaign_id: UUID) -> HttpResponseBase:
    """``show``: doubts, acted, left or restored; ``q``: a part of the account's name; ``format=csv``. A POST restores those chosen."""
    actor = actor_of(request)
    total = queries.campaign(actor, campaign_id)
    every = accounts(actor, campaign_id)
    if request.GET.get("format") == "csv":
        return csv_response(f"campaign-accounts-{campaign_id}", HEAD, (_csv(each) for each in every))
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "").strip() for name in ("reason", "why", "q", "show")}
    chosen = _chosen(given.getlist("account"))
    errors: list[tuple[str, str]] = []
    if request.method == "POST" and given.get("step") == "restore":
        try:
            done = restoring.restore(actor, campaign_id, chosen, reason=typed["reason"], why=typed["why"])
            return _told(request, campaign_id, done)
        except (BadInput, Conflict, Forbidden) as error:
            errors.append((error.where or "why", f"{error.message} {error.hint}".strip()))
    kinds = _kinds(every)
    show = typed["show"] if typed["show"] in kinds else next((name for name in kinds if kinds[name]), "acted")
    rows = [each for each in kinds[show] if typed["q"].casefold() in each.item.external_id.casefold()]
    picked = [each for each in every if each.item.pk in set(chosen)]
    found, pager = paged(rows, request.GET, SHOWN)
    here = reverse("campaign-complete", args=[campaign_id])
    reason = typed["reason"] if typed["reason"] in restoring.NOTICE else "taken_over"
    context: dict[str, Any] = {
        "sum": total, "campaign": total.campaign, "rows": found, "pager": pager and pager | {"total": len(rows)}, "show": show,
        "query": request.GET, "typed": typed, "errors": errors, "of": dict(errors), "every": every, "counts": _counts(every),
        "tabs": [
            {"label": label, "href": f"{here}?show={name}", "current": name == show, "count": len(kinds[name])}
            for name, label in words.account_tabs().items()
        ],
        "signs": words.signs(), "left": words.left(), "reasons": words.restore_reasons(), "picked": picked,
        "ids": {each.item.pk: encode("itm", each.item.pk) for each in [*found, *picked]},
        "falls": {name: sum(len(restoring.falling(each, name)) for each in picked) for name in restoring.NOTICE},
        "reason": reason, "here": here, "csv_url": f"{here}?format=csv",
        "to_do": sum(each.left in actions.TO_DO for each in every),
    }  # fmt: skip
    return render(request, "detection/campaigns/complete.html", context, status=422 if errors else 200)


def _kinds(every: list[Account]) -> dict[str, list[Account]]:
    acted = [each for each in every if each.acted]
    return {
        "doubts": [each for each in acted if each.signs],
        "left": [each for each in every if each.left],
        "acted": acted,
        "restored": [each for each in every if each.restored],
    }


def _counts(every: list[Account]) -> dict[str, int]:
    """How many accounts in all, acted on, not acted on, joined since, restored."""
    return {
        "all": len(every), "acted": sum(bool(each.acted) for each in every), "left": sum(bool(each.left) for each in every),
        "joined": sum(each.left == "joined" for each in every), "restored": sum(bool(each.restored) for each in every),
    }  # fmt: skip


def _chosen(given: list[str]) -> list[UUID]:
    return [decode("itm", text) for text in given]


def _told(request: HttpRequest, campaign_id: UUID, done: restoring.Restored) -> HttpResponse:
    text = ngettext(
        "%(num)s account is restored, and whose it is was told.",
        "%(num)s accounts are restored, and whose they are were told.", done.accounts,
    ) % {"num": done.accounts}  # fmt: skip
    if done.kept:
        left = ngettext("%(num)s was left: %(why)s", "%(num)s were left: %(why)s", len(done.kept))
        text += " " + left % {"num": len(done.kept), "why": done.kept[0][1]}
    (messages.success if done.accounts else messages.warning)(request, text)
    return redirect(f"{reverse('campaign-complete', args=[campaign_id])}?show=restored")


def _csv(each: Account) -> tuple[Any, ...]:
    return (
        each.item.external_id, each.items, each.since, len(each.acted), each.restored, each.left, each.said,
        " ".join(each.signs),
    )  # fmt: skip
