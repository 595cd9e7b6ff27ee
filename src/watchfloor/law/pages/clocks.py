"""Running clocks: the list with the share that was met, one clock with its steps, a clock started by hand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
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
from watchfloor.review.pages.tables import with_query

PER_PAGE = 100
MOST_LINES = 100_000
HEAD = ("clock", "state", "about", "market", "started", "due", "stopped", "stopped by", "proof")


@require_safe
@guard.page(*parts.SEE)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/law``: ``?state=&rule=&market=``; ``?format=csv``."""
    actor = actor_of(request)
    state, rule, market = (request.GET.get(name, "")[:60] for name in ("state", "rule", "market"))
    if request.GET.get("format") == "csv":
        lines = (
            (row.rule, row.state, row.about, row.market, row.started_at, row.due_at, row.stopped_at, row.stopped_by, row.proof)
            for row in queries.clock_rows(actor, state=state, rule=rule, market=market, limit=MOST_LINES)
        )  # fmt: skip
        return csv_response("legal-clocks", HEAD, lines)
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    start = (page - 1) * PER_PAGE
    rows = queries.clock_rows(actor, state=state, rule=rule, market=market, start=start, limit=PER_PAGE + 1)
    more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    shares = queries.attainment(actor)
    known = queries.clocks(actor)
    counts = Counter(dict(known.values_list("state").annotate(n=Count("pk")).order_by()))
    soon = known.filter(state="running", due_at__lt=clock.now() + timedelta(hours=24)).count()
    paging = [each.key for each in queries.rules() if each.page]
    unpaged = known.filter(state="missed", paged=False, rule_key__in=paging).count()
    names = [(share.rule, share.name) for share in shares]
    context = {
        "tabs": parts.tabs(actor, "clocks"), "rows": rows, "shares": shares, "counts": counts, "soon": soon, "query": request.GET,
        "states": words.clock_states(), "stops": words.stops(), "about": words.happenings(), "pauses": words.pauses(),
        "may_manage": actor.has(parts.MANAGE), "unpaged": unpaged,
        "pager": {"start": start + 1, "end": start + len(rows), "total": None,
                  "previous": with_query(request.GET, page=str(page - 1)) if page > 1 else None,
                  "next": with_query(request.GET, page=str(page + 1)) if more else None} if page > 1 or more else None,
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


def _proof(text: str) -> str:
    """What shows that a clock was stopped: an id in short, or what a person wrote."""
    kind, _colon, name = text.partition(":")
    try:
        return ids.short(UUID(name)) if kind.isalpha() else text
    except ValueError:
        return text


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
        "source": words.figure_source(rule.source), "proof": _proof(row.proof), "past": clocks.spans(Clock.objects.get(pk=found)),
    }  # fmt: skip
    return render(request, "law/clock.html", context, status=parts.status(errors))
