"""Investigate by hand: a metric, a window, and what to hold it against."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending, moment
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue
from watchfloor.insight.changes import reading
from watchfloor.insight.handover import sees_all
from watchfloor.insight.spikes import attention, cases
from watchfloor.insight.spikes.domain.watched import WATCHED
from watchfloor.insight.spikes.pages.parts import MANAGE, must_manage, tabs
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGE)
def ask(request: HttpRequest) -> HttpResponseBase:
    """``?metric=&from=&to=`` and filters prefill the form; a POST opens the case and leads to it."""
    actor, errors = actor_of(request), Errors()
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        must_manage(actor)
        if not sees_all(actor):
            raise Forbidden("limited", _("An investigation counts the whole floor; your view of it is limited."))
        with mending(errors):
            start, end = moment(given.get("from", ""), "from"), moment(given.get("to", ""), "to")
            if start is None or end is None:
                raise BadInput("missing", _("Say from when and until when."), where="from")
            since, until = moment(given.get("base_from", ""), "base_from"), moment(given.get("base_to", ""), "base_to")
            where = {name: values[0] for name, values in reading.scope(given.get("scope", "")).items() if values}
            row = cases.ask(
                actor,
                given.get("metric", ""),
                start,
                end,
                where=where,
                base=(since, until) if since and until else None,
            )
            return redirect(attention.address(row))
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    dims = [name for name in ("queue", "market", "policy", "vendor", "channel", "language") if given.get(name)]
    typed = {name: given.get(name, "") for name in ("metric", "from", "to", "base_from", "base_to", "scope")}
    typed["from"] = typed["from"] or f"{hour - timedelta(hours=6):%Y-%m-%dT%H:%M}"
    typed["to"] = typed["to"] or f"{hour:%Y-%m-%dT%H:%M}"
    typed["scope"] = typed["scope"] or "; ".join(f"{name}={given[name]}" for name in dims)
    context = {
        "tabs": tabs("spikes"), "typed": typed, "errors": errors,
        "metrics": [(key, _(catalogue.metric(key).title)) for key in WATCHED],
    }  # fmt: skip
    return render(request, "insight/spikes/ask.html", context, status=422 if errors else 200)
