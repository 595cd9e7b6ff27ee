"""Actions that wait for a second person: what each would do, yes or no, one or many."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from watchfloor.enforcement import actions, answering, catalogue, queries
from watchfloor.enforcement.judging import judge_many
from watchfloor.enforcement.models import Action, HeldOrderRow
from watchfloor.enforcement.pages import words
from watchfloor.enforcement.pages.actions import (
    CSV_HEAD,
    MOST_CSV,
    counts_by_kind,
    csv_rows,
    fields,
    narrowed,
    row_of,
    with_query,
)
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.identity.signon import proof
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

SHOWN = 100
AT_ONCE = 10  # answered while one waits; more are an order that a worker carries out
MOST = 20_000  # by one press


@require_GET
@guard.page("enforcement.view")
def index(request: HttpRequest) -> HttpResponse:
    """``/enforcement/held``: oldest first, narrowed by the address; ``?format=csv``."""
    actor = actor_of(request)
    held = queries.visible_actions(actor).filter(state=Action.State.HELD)
    rows = _chosen(held, request.GET)
    rows = rows.select_related("item__author").order_by("id")
    if request.GET.get("format") == "csv":
        return csv_response("held", CSV_HEAD, csv_rows(rows[:MOST_CSV]))  # type: ignore[return-value]
    total = rows.count()
    found, pager = paged(rows, request.GET, SHOWN)
    reasons = dict(held.order_by().values_list("held_for").annotate(n=Count("pk")))
    ordered = answering.in_hand([row.pk for row in found])
    context = {
        "rows": [
            row_of(row) | {"does": _does(row), "own": row.requested_by == str(actor), "ordered": row.pk in ordered}
            for row in found
        ],
        "orders": [
            {"order": each, "progress": answering.progress(each), "words": words.order_state_words(each.verb)}
            for each in answering.recent(actor)
        ],
        "names": names_of(row.requested_by for row in found),
        "query": request.GET,
        "fields": [
            *fields(held, states=False),
            {"name": "held_for", "label": _("Any reason"), "chip": _("Why"), "options": list(words.held_words().items())},
        ],
        "reasons": [(words.held_words().get(key, key), number, key) for key, number in sorted(reasons.items()) if key],
        "total": total, "held": held.count(), "csv_url": with_query(request, format="csv"),
        "pager": pager and pager | {"total": total},
        "origins": words.origin_words(), "held_for": words.held_words(),
        "may_approve": actor.has("enforcement.approve"),
    }  # fmt: skip
    return render(request, "enforcement/held.html", context)


@require_POST
@guard.page("enforcement.approve")
def judge(request: HttpRequest) -> HttpResponse:
    """A second person's yes or no to one held action."""
    actor = actor_of(request)
    action_id = decode("act", request.POST.get("action", ""))
    if not queries.visible_actions(actor, "enforcement.approve").filter(pk=action_id).exists():
        raise NotFound("unknown_action", "There is no such action.")
    with writing(actor) as w:
        if request.POST.get("answer") == "yes":
            actions.approve(w, action_id)
            done = _("Approved; the platform is told.")
        else:
            actions.reject(w, action_id)
            done = _("Refused; nothing was done.")
    messages.success(request, done)
    return HttpResponseRedirect(reverse("enforcement-held"))


@require_POST
@guard.page("enforcement.approve")
@proof.fresh(lambda request: bool(request.POST.get("sure")))
def many(request: HttpRequest) -> HttpResponse:
    """The chosen ones, or all that fit the filters: first what would happen, in numbers; with ``sure`` it happens."""
    actor = actor_of(request)
    yes = _answer(request)
    rows = queries.visible_actions(actor, "enforcement.approve").filter(state=Action.State.HELD)
    if request.POST.get("which") == "all":
        rows = _chosen(rows, request.POST)
    else:
        chosen = " ".join(request.POST.getlist("action")).split()
        rows = rows.filter(pk__in=[decode("act", text) for text in chosen[:MOST]])
    own = rows.filter(requested_by=str(actor)).count()
    in_hand = HeldOrderRow.objects.filter(state="waiting", order__state="running", action=OuterRef("pk"))
    rows = rows.exclude(requested_by=str(actor)).exclude(Exists(in_hand))
    ids: list[UUID] = list(rows.order_by("id").values_list("pk", flat=True)[:MOST])
    if not request.POST.get("sure"):
        beyond = rows.count() - len(ids)
        rows = rows.filter(pk__in=ids) if beyond else rows
        accounts = rows.values("item__author").distinct().count()
        some = list(rows.select_related("item__author").order_by("id")[:8])
        context = {
            "yes": yes, "count": len(ids), "kinds": counts_by_kind(rows), "own": own, "accounts": accounts,
            "some": [row_of(row) | {"does": _does(row)} for row in some], "ids": " ".join(encode("act", pk) for pk in ids),
            "beyond": beyond, "by_worker": len(ids) > AT_ONCE,
        }  # fmt: skip
        return render(request, "enforcement/held_many.html", context)
    if not ids:
        messages.warning(request, _("None of them waits any more."))
        return HttpResponseRedirect(reverse("enforcement-held"))
    if len(ids) > AT_ONCE:
        order = answering.begin(actor, ids, yes=yes)
        messages.success(request, _("It is being done. This page says how far it is."))
        return HttpResponseRedirect(reverse("enforcement-held-order", args=[order.pk]))
    done = judge_many(actor, ids, yes=yes)
    text = (
        ngettext("%(num)s action was approved.", "%(num)s actions were approved.", done.done)
        if yes
        else ngettext("%(num)s action was refused.", "%(num)s actions were refused.", done.done)
    ) % {"num": done.done}
    if done.left:
        left = ngettext("%(num)s had changed meanwhile.", "%(num)s had changed meanwhile.", done.left)
        text += " " + left % {"num": done.left}
    messages.success(request, text)
    return HttpResponseRedirect(reverse("enforcement-held"))


def _answer(request: HttpRequest) -> bool:
    if request.POST.get("answer") not in ("yes", "no"):
        raise BadInput("no_answer", "Say yes or no.", where="answer")
    return request.POST["answer"] == "yes"


def _chosen(rows: QuerySet[Action], query: Any) -> QuerySet[Action]:
    rows = narrowed(
        rows, {name: query.get(name, "") for name in ("kind_key", "market", "policy_key", "origin", "batch", "q")}
    )
    return rows.filter(held_for=query["held_for"]) if query.get("held_for") else rows


def _does(row: Action) -> str:
    return catalogue.effect(queries.kind(row.kind_key).does).preview(row.params, _)
