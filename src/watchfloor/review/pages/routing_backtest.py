"""The draft on history: ask for it, see how far it is, read what would change, put the draft live."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.engines.routing import RoutingBacktest as Found
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.review import actions, routing_backtests
from watchfloor.review.actions.routing_versions import draft_table, evidence_for, live_table
from watchfloor.review.domain.routing_changes import fingerprint
from watchfloor.review.models import RoutingBacktest
from watchfloor.review.pages.routing import told
from watchfloor.review.pages.routing_parts import VIEW, may_route, must_route, queue_names, say, tabs

EARLIER = 10


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*VIEW)
def backtest(request: HttpRequest) -> HttpResponse:
    """``/review/routing/backtest``: the newest backtest (``?run=`` an earlier one); POST ``step=run`` or ``step=live``."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        must_route(actor)
        try:
            return _step(request, actor)
        except WatchfloorError as error:
            errors[error.where if error.where in {"days", "why"} else "why"] = say(error)
    draft, live = draft_table(), live_table()
    runs = list(RoutingBacktest.objects.order_by("-asked_at", "-pk")[:EARLIER])
    run = _chosen(request.GET.get("run", ""), runs)
    found = None
    if run is not None and run.state == "done":
        found = routing_backtests.seen_by(actor, msgspec.convert(run.found, Found, strict=False))
    same = draft is not None and run is not None and run.fingerprint == fingerprint(draft.rules)
    context = {
        "tabs": tabs("routing-backtest"), "draft": draft, "live": live, "run": run, "found": found, "runs": runs,
        "same": same, "evidence": evidence_for(draft.rules) if draft else None, "errors": errors, "may": may_route(actor),
        "mark": fingerprint(draft.rules) if draft else "", "changes": told(live, draft), "chart": _chart(found),
        "queue_names": queue_names(), "names": names_of(row.asked_by for row in runs),
        "links": _links(found), "rule_bars": [{"name": name, "value": count} for name, count in found.rules] if found else [],
        "days": request.POST.get("days", "28"), "why": request.POST.get("why", ""),
    }  # fmt: skip
    return render(request, "review/routing_backtest.html", context, status=422 if errors else 200)


@require_GET
@guard.page(*VIEW)
def progress(request: HttpRequest) -> HttpResponse:
    """How far the newest backtest is: a piece of the page that asks for itself again; when it is over the page is loaded anew."""
    run = RoutingBacktest.objects.order_by("-asked_at").first()
    response = render(request, "review/routing_running.html", {"run": run})
    if run is None or run.state in ("done", "failed"):
        response["HX-Refresh"] = "true"
    return response


def _step(request: HttpRequest, actor: Actor) -> HttpResponse:
    if request.POST.get("step") == "run":
        days = request.POST.get("days", "")
        if not days.isdecimal() or len(days) > 4:
            raise BadInput("bad_days", "That is a whole number of days.", where="days")
        routing_backtests.ask_backtest(actor, int(days))
        return HttpResponseRedirect(reverse("routing-backtest"))
    with writing(actor) as w:
        row = actions.go_live(w, why=request.POST.get("why", ""), fingerprint_seen=request.POST.get("mark", ""))
    messages.success(request, _("Version %(number)s routes from now on.") % {"number": row.number})
    return HttpResponseRedirect(reverse("routing-history"))


def _chosen(text: str, runs: list[RoutingBacktest]) -> RoutingBacktest | None:
    if text:
        try:
            return RoutingBacktest.objects.filter(pk=UUID(text)).first()
        except ValueError:
            return None
    return runs[0] if runs else None


def _chart(found: Found | None) -> dict[str, Any] | None:
    """Day by day, of the queues that change most, before and after."""
    if found is None or len(found.series) < 2:
        return None
    names, queues = queue_names(), list(found.series[0][1])[:3]
    times = [
        int(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp())
        for day, _counts in found.series
    ]
    series = []
    for queue in queues:
        name = names.get(queue, queue)
        for side, words in ((0, _("%(queue)s, now")), (1, _("%(queue)s, with the draft"))):
            values = [counts[queue][side] for _day, counts in found.series]
            series.append({"name": words % {"queue": name}, "values": values})
    return {"times": times, "series": series}


def _links(found: Found | None) -> dict[str, tuple[str, str]]:
    """The address and the spoken id of every case to read."""
    every = [case for group in found.groups for case in group.samples] + found.no_rule_samples if found else []
    return {
        case: (reverse("case-detail", args=[ids.encode("case", UUID(case))]), ids.short(UUID(case))) for case in every
    }
