"""Running clocks: the list with the share that was met, one clock with its steps, a clock started by hand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock, ids
from watchfloor.law import clocks, documents, queries, words
from watchfloor.law.clocks import About
from watchfloor.law.models import Clock
from watchfloor.law.pages import parts
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

HEAD = ("clock", "state", "about", "market", "started", "due", "stopped", "stopped by", "proof")


@require_safe
@guard.page(*parts.SEE)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/law``: ``?state=&rule=&market=``; ``?format=csv``."""
    actor = actor_of(request)
    state, rule, market = (request.GET.get(name, "")[:60] for name in ("state", "rule", "market"))
    rows = queries.clock_rows(actor, state=state, rule=rule, market=market)
    if request.GET.get("format") == "csv":
        lines = (
            (row.rule, row.state, row.about, row.market, row.started_at, row.due_at, row.stopped_at, row.stopped_by, row.proof)
            for row in rows
        )  # fmt: skip
        return csv_response("legal-clocks", HEAD, lines)
    shares = queries.attainment(actor)
    now = clock.now()
    counts = Counter(row.state for row in queries.clock_rows(actor))
    soon = sum(row.state == "running" and row.due_at < now + timedelta(hours=24) for row in rows)
    names = [(share.rule, share.name) for share in shares]
    context = {
        "tabs": parts.tabs(actor, "clocks"), "rows": rows, "shares": shares, "counts": counts, "soon": soon, "query": request.GET,
        "states": words.clock_states(), "stops": words.stops(), "about": words.happenings(), "pauses": words.pauses(),
        "may_manage": actor.has(parts.MANAGE), "unpaged": [row for row in rows if row.state == "missed" and row.pages and not row.paged],
        "filters": [
            {"name": "state", "label": _("Any state"), "chip": _("State"), "options": words.options(words.clock_states())},
            {"name": "rule", "label": _("Any clock"), "chip": _("Clock"), "options": names},
        ],
    }  # fmt: skip
    return render(request, "law/clocks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.MANAGE)
def new(request: HttpRequest) -> HttpResponseBase:
    """``/law/clocks/new``: start a clock that nothing starts by itself."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        with mending(errors):
            case = request.POST.get("case", "").strip()
            about = About(kind="manual", id=ids.new_id(), case_id=_case(actor, case) if case else None)
            with writing(actor) as w:
                row = clocks.start_by_hand(
                    w, request.POST.get("rule", ""), about, parts.typed_moment(request.POST, "at")
                )
            return redirect("law-clock", ids.encode("clk", row.pk))
    known = [(rule.key, f"{rule.name} ({words.period(rule)})") for rule in queries.rules() if rule.active]
    context = {"errors": errors, "typed": request.POST, "rules": known}
    return render(request, "law/clock_new.html", context, status=parts.status(errors))


def _case(actor: object, text: str) -> UUID:
    from watchfloor.review.queries import access

    return access.case(actor, ids.decode("case", text), why="legal clock").pk  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def one(request: HttpRequest, clock_id: str) -> HttpResponseBase:
    """``/law/clocks/<clk>``: one clock; ``step`` is pause, resume, stop or again (needs ``law.manage``)."""
    actor, errors = actor_of(request), Errors()
    found = parts.of("clk", clock_id)
    row = queries.clock_row(actor, found)
    if request.method == "POST":
        parts.must(actor, parts.MANAGE)
        with mending(errors), writing(actor) as w:
            step, post = request.POST.get("step", ""), request.POST
            if step == "pause":
                clocks.pause(w, found, post.get("why", ""))
            elif step == "resume":
                clocks.resume(w, found)
            elif step == "stop":
                clocks.stop_by_hand(w, found, post.get("proof", ""))
            elif step == "again":
                clocks.again(w, clocks.lock(found), parts.typed_moment(post, "at") or clock.now())
        if not errors:
            messages.success(request, _("Done."))
            return redirect("law-clock", clock_id)
    rule = documents.version(row.table).clocks[row.rule]
    context = {
        "row": row, "rule": rule, "errors": errors, "typed": request.POST, "states": words.clock_states(), "stops": words.stops(),
        "about": words.happenings(), "pauses": words.pauses(), "starts": words.starts(), "period": words.period(rule),
        "may_manage": actor.has(parts.MANAGE), "ways": [(key, words.pauses()[key]) for key in rule.pauses],
        "past": clocks.spans(Clock.objects.get(pk=found)),
    }  # fmt: skip
    return render(request, "law/clock.html", context, status=parts.status(errors))
