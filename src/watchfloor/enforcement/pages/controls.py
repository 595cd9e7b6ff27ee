"""The switch that stops automatic actions, and the limits at which many wait for a second person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.enforcement import automation, queries
from watchfloor.enforcement.models import Action, AutomationStop
from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.view")
def controls(request: HttpRequest) -> HttpResponse:
    """``/enforcement/automation``."""
    actor = actor_of(request)
    errors = Errors()
    if request.method == "POST":
        if not actor.has("enforcement.stop"):
            raise Forbidden("no_permission", "Your roles do not include stopping automatic actions.")
        done = ""
        with mending(errors), writing(actor) as w:
            why = request.POST.get("why", "")
            if request.POST.get("step") == "stop":
                automation.stop(w, why=why)
                done = _("Stopped. What rules decide is held from now on, and what had not arrived is taken back.")
            elif request.POST.get("step") == "resume":
                automation.resume(w, why=why)
                done = _("On again. What was held meanwhile still waits for somebody's yes.")
            else:
                numbers = {name: _number(request.POST.get(name, ""), name) for name in ("order", "rule", "minutes")}
                automation.save_limits(w, **numbers)
                done = _("The limits hold from now on.")
        if not errors:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("enforcement-automation"))
    stops = list(AutomationStop.objects.order_by("-since", "-pk")[:20])
    visible = queries.visible_actions(actor)
    limits = automation.limits()
    context = {
        "stop": automation.stopped(), "stops": stops, "limits": limits, "errors": errors,
        "typed": request.POST or {"order": limits.order, "rule": limits.rule, "minutes": limits.minutes},
        "held": visible.filter(state=Action.State.HELD).count(),
        "automatic": visible.filter(state=Action.State.HELD, held_for="automation").count(),
        "going": visible.filter(origin="rule", inverse_of__isnull=True, state__in=("pending", "failed")).count(),
        "names": names_of([text for row in stops for text in (row.put_by, row.lifted_by) if text]),
        "may_stop": actor.has("enforcement.stop"),
    }  # fmt: skip
    return render(request, "enforcement/automation.html", context, status=422 if errors else 200)


def _number(text: str, where: str) -> int:
    if not text.strip().isdecimal():
        raise BadInput("bad_number", _("Give a whole number."), where=where)
    return int(text)
