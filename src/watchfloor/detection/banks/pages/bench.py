"""“Bank it” pressed at the workbench: into the chosen bank, or out again, and back to the case in hand."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from watchfloor.detection.banks import bench, queries
from watchfloor.detection.banks.pages import forms
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.review.pages import onward


@require_POST
@page(queries.EDITS)
def bank_it(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """``bank`` names the bank; ``step=out`` takes out what went in. What cannot be done is said in a sentence, and the case goes on."""
    actor = actor_of(request)
    try:
        if request.POST.get("step") == "out":
            bench.take_out(actor, decision_id)
            messages.success(request, _("Out of the bank again."))
        else:
            bench.bank_now(actor, decision_id, request.POST.get("bank", ""))  # the card of the decision says so
    except WatchfloorError as error:
        messages.error(request, forms.sentence(error))
    return onward.back_to_hand(request, done=str(decision_id))
