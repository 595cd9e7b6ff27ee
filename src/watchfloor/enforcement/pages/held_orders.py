"""One answer to many held actions: a page that says how far it is, stops it, and takes it back as a whole."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from watchfloor.enforcement import answering, queries
from watchfloor.enforcement.models import HeldOrder, HeldOrderRow
from watchfloor.enforcement.pages import words
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.identity.signon import proof
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.ids import encode
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render


@require_safe
@guard.page("enforcement.approve")
def one(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """``/enforcement/held/orders/<id>``: progress, what was left and why; ``?format=csv`` gives the actions one may see."""
    actor = actor_of(request)
    order = answering.find(actor, order_id)
    if request.GET.get("format") == "csv":
        rows = HeldOrderRow.objects.filter(
            order=order, action__in=queries.visible_actions(actor, answering.APPROVE).values("pk")
        )
        found = rows.order_by("place").select_related("action").iterator(chunk_size=1000)
        lines = ((encode("act", each.action_id), each.action.kind_key, each.state, each.why) for each in found)
        return csv_response("held-order", ("action", "kind", "state", "why"), lines)  # type: ignore[return-value]
    return _page(request, actor, order)


@require_POST
@guard.page("enforcement.approve")
def stop(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What has not been answered stays held."""
    try:
        answering.stop(actor_of(request), order_id)
        messages.success(request, _("Stopped. What had not been answered stays held."))
    except Conflict as error:
        messages.warning(request, error.message)
    return HttpResponseRedirect(reverse("enforcement-held-order", args=[order_id]))


@require_POST
@guard.page("enforcement.lift")
@proof.fresh()
def back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """All that was approved is taken back, with a reason."""
    actor = actor_of(request)
    try:
        answering.take_back(actor, order_id, request.POST.get("why", ""))
        messages.success(request, _("It is being taken back. What came after it stands and is kept."))
    except BadInput:
        return _page(request, actor, answering.find(actor, order_id), _("Say why it is taken back."))
    except Conflict as error:
        messages.warning(request, error.message)
    return HttpResponseRedirect(reverse("enforcement-held-order", args=[order_id]))


def _page(request: HttpRequest, actor: Actor, order: HeldOrder, error: str = "") -> HttpResponse:
    address = reverse("enforcement-held-order", args=[order.pk])
    context = {
        "order": order, "progress": answering.progress(order), "error": error, "address": address,
        "csv_url": f"{address}?format=csv", "names": names_of([order.by, order.reversed_by]),
        "states": words.order_state_words(order.verb), "marks": words.order_mark_words(order.verb),
        "reasons": words.order_reason_words(),
        "may_take_back": order.verb == "approve" and order.state in ("running", "done") and actor.has(answering.LIFT),
    }  # fmt: skip
    return render(request, "enforcement/held_order.html", context, status=422 if error else 200)
