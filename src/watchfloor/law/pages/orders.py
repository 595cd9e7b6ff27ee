"""Orders of authorities: the list, intake, one order with its steps, the letter that informs the authority."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import audit, guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.law import orders, queries, words
from watchfloor.law.models import Authority, Order
from watchfloor.law.pages import parts
from watchfloor.ledger.models import Event
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review.queries import access

HEAD = ("order", "kind", "authority", "country", "state", "received", "answered", "effect", "cases")
MOST_LINES = 100_000


@require_safe
@guard.page(*parts.SEE)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/law/orders``: ``?state=&kind=``; ``?format=csv``."""
    actor = actor_of(request)
    found = queries.orders(actor, state=request.GET.get("state", "")[:12], kind=request.GET.get("kind", "")[:24])
    if request.GET.get("format") == "csv":
        lines = (
            (ids.encode("ord", row.pk), row.kind, row.authority.name, row.authority.country, row.state, row.received_at, row.answered_at,
             row.effect, len(row.cases))
            for row in found[:MOST_LINES]
        )  # fmt: skip
        return csv_response("orders", HEAD, lines)
    rows, pager = paged(found, request.GET)
    clocks = queries.next_of(actor, "order", [row.pk for row in rows])
    context = {
        "tabs": parts.tabs(actor, "orders"), "rows": rows, "pager": pager, "query": request.GET, "kinds": words.order_kinds(),
        "states": words.order_states(),
        "clocks": clocks, "may_manage": actor.has(parts.MANAGE),
        "filters": [
            {"name": "state", "label": _("Any state"), "chip": _("State"), "options": words.options(words.order_states())},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": words.options(words.order_kinds())},
        ],
    }  # fmt: skip
    return render(request, "law/orders.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.MANAGE)
def new(request: HttpRequest) -> HttpResponseBase:
    """``/law/orders/new``: take an order in."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    if request.method == "POST":
        with mending(errors):
            row = orders.take_in(
                actor,
                orders.OrderIn(
                    authority=ids.decode("auth", post.get("authority", "")), kind=post.get("kind", ""), reference=post.get("reference", ""),
                    legal_basis=post.get("legal_basis", ""), text=post.get("text", ""), locations=parts.places(post.get("locations", "")),
                    reason=post.get("reason", "unlawful"), territory=tuple(post.get("territory", "").upper().replace(",", " ").split()),
                    confidential="confidential" in post, received_at=parts.typed_moment(post, "received_at"),
                ),
            )  # fmt: skip
            messages.success(
                request, _("The order is taken in. Its receipt is %(id)s.") % {"id": ids.encode("ord", row.pk)}
            )
            if row.confidential and not actor.may("law.confidential"):
                return redirect("law-orders")
            return redirect("law-order", ids.encode("ord", row.pk))
    known = [
        (ids.encode("auth", row.pk), f"{row.name} ({row.country})")
        for row in Authority.objects.filter(ended_at__isnull=True).order_by("name")
    ]
    context = {
        "errors": errors, "typed": post, "authorities": known, "kinds": words.options(words.order_kinds()),
        "reasons": [(row.key, row.name) for row in policies.offered_reasons()],
    }  # fmt: skip
    return render(request, "law/order_new.html", context, status=parts.status(errors))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def one(request: HttpRequest, order_id: str) -> HttpResponseBase:
    """``/law/orders/<ord>``: one order; ``step`` is complete, refuse, challenge or answer (needs ``law.manage``)."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    found = parts.of("ord", order_id)
    row = queries.order(actor, found)
    if request.method == "POST":
        parts.must(actor, parts.MANAGE)
        with mending(errors):
            step = post.get("step", "")
            if step == "complete":
                orders.complete(
                    actor, found, reference=post.get("reference", ""), legal_basis=post.get("legal_basis", ""), text=post.get("text", ""),
                    locations=parts.places(post.get("locations", "")),
                )  # fmt: skip
            elif step in ("refused", "challenged"):
                orders.contest(actor, found, step, post.get("why", ""))
            elif step == "answer":
                orders.answer(actor, found, post.get("effect", ""), post.get("answer", ""))
        if not errors:
            messages.success(request, _("Done."))
            return redirect("law-order", order_id)
    elif row.confidential:
        audit.record(actor, f"order:{row.pk}", "open")
    cases = list(access.visible_cases(actor).filter(pk__in=row.cases))
    log = list(
        Event.objects.filter(subject=f"order:{row.pk}").order_by("ordinal").values("at", "actor", "type", "data")
    )
    context = {
        "log": [{**each, "step": _step(each["type"], each["data"])} for each in log],
        "row": row, "errors": errors, "typed": post, "kinds": words.order_kinds(), "states": words.order_states(),
        "elements": words.elements(),
        "clocks": queries.of(actor, "order", row.pk), "clock_states": words.clock_states(), "cases": cases,
        "hidden": len(row.cases) - len(cases),
        "waiting": len(orders.waiting_for(row)), "effect": orders.effect_of(row), "effects": effects(),
        "may_manage": actor.has(parts.MANAGE),
        "draft": letter(row), "names": names_of([each["actor"] for each in log]),
        "reason": next((each.name for each in policies.all_reasons() if each.key == row.reason_key), row.reason_key),
    }  # fmt: skip
    return render(request, "law/order.html", context, status=parts.status(errors))


@require_safe
@guard.page(*parts.SEE)
def letter_page(request: HttpRequest, order_id: str) -> HttpResponseBase:
    """``/law/orders/<ord>/letter``: what the authority is told, to print or to copy."""
    row = queries.order(actor_of(request), parts.of("ord", order_id))
    return render(
        request, "law/letter.html", {"row": row, "text": row.answer or letter(row), "kinds": words.order_kinds()}
    )


def letter(row: Order) -> str:
    """A draft of the letter that informs the authority of the effect; a person edits it before it goes."""
    effect = effects()[orders.effect_of(row)]
    lines = [
        row.authority.name, "",
        _("Your order %(reference)s of %(date)s") % {"reference": row.reference or "–", "date": f"{row.received_at:%Y-%m-%d}"}, "",
        _("We received your order on %(when)s UTC under the receipt %(id)s.")
        % {"when": f"{row.received_at:%Y-%m-%d %H:%M}", "id": ids.encode("ord", row.pk)},
        _("Effect given to it: %(effect)s.") % {"effect": effect},
        _("Territorial scope: %(scope)s.") % {"scope": ", ".join(row.territory) or _("everywhere")},
    ]  # fmt: skip
    if row.missing:
        what = ", ".join(words.elements()[each] for each in row.missing)
        lines.append(_("We cannot act on it yet, because this is missing: %(what)s.") % {"what": what})
    if row.why:
        lines += [_("Our grounds:"), row.why]
    return "\n".join(lines)


def effects() -> dict[str, str]:
    """Effects in words."""
    return {
        "done": _("everything the order names was acted on"), "partly": _("part of what the order names was acted on"),
        "none": _("nothing was done"),
    }  # fmt: skip


def _step(kind: str, data: dict[str, Any]) -> str:
    return {
        "order.received": _("took the order in"), "order.answered": _("informed the authority"),
        "clarified": _("added what was missing"), "refused": _("refused the order"), "challenged": _("challenged the order"),
        "resumed": _("let the clocks go on"), "cases": _("brought its cases forward"),
    }.get(str(data.get("step", kind)), kind)  # fmt: skip
