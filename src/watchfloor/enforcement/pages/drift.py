"""What the platform says is in force and what we say: differences, their reasons, and what to do about them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from watchfloor.enforcement import queries, reconciling, repairing
from watchfloor.enforcement.models import Drift, Endpoint, Reconciliation
from watchfloor.enforcement.pages import words
from watchfloor.enforcement.pages.actions import held_count, with_query
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

SHOWN = 200
FILTERS = ("state", "kind", "effect", "why")
CSV_HEAD = (
    "id",
    "kind",
    "why",
    "state",
    "item_type",
    "item_id",
    "effect",
    "our_until",
    "their_until",
    "first_seen",
    "last_seen",
    "times",
    "action",
)


@require_GET
@guard.page("enforcement.view")
def index(request: HttpRequest) -> HttpResponse:
    """``/enforcement/drift``: open ones first; ``?state=``, ``?kind=``, ``?effect=``, ``?why=``; ``?format=csv``."""
    actor = actor_of(request)
    visible = repairing.visible(actor)
    rows = visible.filter(state=request.GET.get("state") or Drift.State.OPEN)
    for name in FILTERS[1:]:
        if value := request.GET.get(name, ""):
            rows = rows.filter(**{name: value})
    rows = rows.order_by("first_at", "id")
    if request.GET.get("format") == "csv":
        return csv_response("drift", CSV_HEAD, (_csv(row) for row in rows.iterator()))  # type: ignore[return-value]
    found = list(rows.select_related("item")[:SHOWN])
    # Totals are over everything: who may not know of everything sees the differences below, and no sums.
    whole = not queries.hidden_policies(actor, "enforcement.view")
    last = list(Reconciliation.objects.select_related("endpoint").order_by("-began_at", "-pk")[:10])
    counts = dict(visible.filter(state=Drift.State.OPEN).order_by().values_list("kind").annotate(n=Count("pk")))
    states = words.drift_state_words()
    people = [row.judged_by for row in found if row.judged_by] + [run.by for run in last]
    context = {
        "rows": [_row(row) for row in found], "total": rows.count(), "shown": SHOWN, "counts": counts, "runs": last, "whole": whole,
        "query": request.GET, "kinds": words.drift_words(), "whys": words.why_words(), "states": states, "names": names_of(people),
        "fields": _fields(states), "csv_url": with_query(request, format="csv"), "may_manage": actor.has("enforcement.manage"),
        "askable": [{"name": row.name, "id": encode("end", row.pk)} for row in Endpoint.objects.exclude(inventory_url="")],
        "ids": [encode("drift", row.pk) for row in found], "held": held_count(actor),
    }  # fmt: skip
    return render(request, "enforcement/drift.html", context)


@require_POST
@guard.page("enforcement.manage")
def answer(request: HttpRequest) -> HttpResponse:
    """Tell the platform again (``send``), or accept (``accept``, with a ``note``); one difference or those named."""
    actor = actor_of(request)
    named = [decode("drift", text) for text in request.POST.getlist("drift")]
    ids = list(repairing.visible(actor, "enforcement.manage").filter(pk__in=named).values_list("pk", flat=True))
    if not ids:
        raise NotFound("unknown_drift", "There is no such difference.")
    what = request.POST.get("answer", "")
    try:
        done = repairing.answer_many(actor, ids, what, note=request.POST.get("note", ""))
    except BadInput as error:
        messages.error(request, f"{error.message} {error.hint}".strip())
        return HttpResponseRedirect(reverse("enforcement-drift"))
    text = (
        ngettext("%(num)s message goes out.", "%(num)s messages go out.", done.done)
        if what == "send"
        else ngettext("%(num)s is accepted as it is.", "%(num)s are accepted as they are.", done.done)
    ) % {"num": done.done}
    if done.left:
        text += " " + ngettext("%(num)s had changed meanwhile.", "%(num)s had changed meanwhile.", done.left) % {
            "num": done.left
        }
    messages.success(request, text)
    return HttpResponseRedirect(reverse("enforcement-drift"))


@require_POST
@guard.page("enforcement.manage")
def compare(request: HttpRequest) -> HttpResponse:
    """Ask an endpoint now what is in force there."""
    endpoint = Endpoint.objects.filter(pk=decode("end", request.POST.get("endpoint", ""))).first()
    if endpoint is None:
        raise NotFound("unknown_endpoint", "There is no such endpoint.")
    try:
        run = reconciling.pull(actor_of(request), endpoint)
    except BadInput as error:
        messages.error(request, error.message)
    else:
        found = run.missing + run.extra + run.different
        said = ngettext("Compared: %(num)s difference.", "Compared: %(num)s differences.", found) % {"num": found}
        messages.success(request, said if found else _("Compared: both sides agree."))
    return HttpResponseRedirect(reverse("enforcement-drift"))


def _row(row: Drift) -> dict[str, Any]:
    return {"row": row, "id": encode("drift", row.pk), "action": encode("act", row.action_id) if row.action_id else ""}


def _fields(states: dict[str, str]) -> list[dict[str, Any]]:
    kinds = [(key, name) for key, (name, _verb) in words.drift_words().items()]
    return [
        {
            "name": "state",
            "label": _("Open"),
            "chip": _("State"),
            "options": [pair for pair in states.items() if pair[0] != "open"],
        },
        {"name": "kind", "label": _("Any difference"), "chip": _("Difference"), "options": kinds},
        {"name": "why", "label": _("Any reason"), "chip": _("Reason"), "options": list(words.why_words().items())},
    ]


def _csv(row: Drift) -> tuple[Any, ...]:
    return (
        encode("drift", row.pk), row.kind, row.why, row.state, row.item_type, row.external_id, row.effect, row.our_until, row.their_until,
        row.first_at, row.last_at, row.times, encode("act", row.action_id) if row.action_id else "",
    )  # fmt: skip
