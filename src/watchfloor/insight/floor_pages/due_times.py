"""Due times, calendars and weights: the live version as a form, what a change would move, and the versions to go back to."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight.floor_pages import due_form
from watchfloor.insight.floor_pages.parts import number, sentence
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions
from watchfloor.review.domain.service import read
from watchfloor.review.models import ServicePlan
from watchfloor.review.queries import due_times

VERSIONS = 20
LARGEST = 500_000


@require_http_methods(["GET", "POST"])
@page("floor.view", "queue.manage")
def index(request: HttpRequest) -> HttpResponse:
    """``step=preview`` counts what the typed plan would move, ``save`` puts it live, ``restore`` puts a former one live."""
    actor, errors = actor_of(request), {}
    live = ServicePlan.objects.filter(live=True).first()
    document: dict[str, Any] = live.document if live else {}
    said: due_times.Preview | None = None
    step, note = request.POST.get("step", ""), request.POST.get("note", "")
    if request.method == "POST":
        if not actor.has("queue.manage"):
            raise Forbidden("no_permission", _("Your roles do not include changing due times."))
        try:
            if step == "restore":
                row = actions.restore_plan(actor, int(number(request.POST.get("number", ""), "number")), note=note)
                return _done(request, row)
            document = _document(request) if step == "save" else due_form.read(request.POST)
            if step == "save":
                return _done(request, actions.save_plan(actor, document, note=note))
            said = due_times.preview(document)
        except WatchfloorError as error:
            errors[due_form.field_of(error.where)] = sentence(error)
            document = due_form.read_anyhow(request.POST) if step == "preview" else document
    rows = list(ServicePlan.objects.order_by("-number")[:VERSIONS])
    try:
        weights = read(document).weights
    except WatchfloorError:
        weights = read({}).weights
    context = {
        "form": due_form.shown(document, weights), "errors": errors, "said": said, "live": live, "versions": rows, "note": note,
        "document": msgspec.json.encode(document).decode() if said else "", "may_change": actor.has("queue.manage"),
        "policies": [(each.key, each.name) for each in policies.all_policies()], "notices": due_form.notices(),
        "names": names_of(row.made_by for row in rows), "sentence": due_times.sentence,
    }  # fmt: skip
    return render(request, "insight/due_times.html", context, status=422 if errors else 200)


def _done(request: HttpRequest, row: ServicePlan) -> HttpResponse:
    said = _("Version %(number)s is live: new work goes by it at once, open work within minutes.")
    messages.success(request, said % {"number": row.number})
    return HttpResponseRedirect(reverse("service-plan"))


def _document(request: HttpRequest) -> dict[str, Any]:
    try:
        return msgspec.json.decode(request.POST.get("document", "")[:LARGEST], type=dict[str, Any])
    except msgspec.DecodeError:
        raise BadInput("bad_document", _("Count what it changes first."), where="targets") from None
