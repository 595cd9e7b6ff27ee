"""The list of vendors, and a vendor's scorecard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.vendors import access, agenda, contracts, minutes, words
from watchfloor.vendors.models import CheckIn, Invoice, Question, Task
from watchfloor.vendors.pages import parts
from watchfloor.workforce.models import Reviewer

HEAD = ("vendor", "name", "site", "people", "contract", "questions", "late actions", "next check-in")
CARD = ("figure", "clause", "goal", "value", "low", "high", "days", "counted", "result", "missed by", "credit percent")
DAYS = (7, 14, 28, 90)


@require_safe
@guard.page(*parts.EITHER)
def index(request: HttpRequest) -> HttpResponseBase:
    """All vendors one may see; a vendor's own people go straight to theirs. ``?format=csv``."""
    actor = actor_of(request)
    found = access.vendors(actor)
    if len(found) == 1 and not actor.has(access.VIEW):
        return redirect("vendor", found[0].key)
    now, today = clock.now(), clock.now().date()
    rows: list[dict[str, Any]] = []
    for each in found:
        contract = contracts.in_force(each.key, today)
        waiting = Question.objects.filter(vendor_key=each.key, answered_at=None)
        rows.append({
            "key": each.key, "name": each.name, "site": each.site, "url": reverse("vendor", args=[each.key]),
            "people": Reviewer.objects.filter(vendor_key=each.key, active=True).count(),
            "contract": contract.number if contract else None, "questions": waiting.count(),
            "late_questions": waiting.filter(due_at__lt=now).count(),
            "late": Task.objects.filter(vendor_key=each.key, done_at=None, due_on__lt=today).count(),
            "disputed": Invoice.objects.filter(vendor_key=each.key, state="disputed").count(),
            "next": CheckIn.objects.filter(vendor_key=each.key, state="planned").order_by("at").first(),
        })  # fmt: skip
    if request.GET.get("format") == "csv":
        return csv_response("vendors", HEAD, (
            (row["key"], row["name"], row["site"], row["people"], row["contract"], row["questions"], row["late"],
             row["next"].at if row["next"] else None) for row in rows
        ))  # fmt: skip
    return render(
        request, "vendors/index.html", {"rows": rows, "may_announce": actor.has(access.MANAGE), "query": request.GET}
    )


@require_safe
@guard.page(*parts.EITHER)
def scorecard_page(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?from=&to=`` or ``?days=``: targets against actual; ``?format=csv``."""
    actor = actor_of(request)
    side = access.side(actor, key)
    today = clock.now().date()
    length = int(request.GET["days"]) if request.GET.get("days") in {str(each) for each in DAYS} else 28
    start, end, errors = today - timedelta(days=length), today - timedelta(days=1), []
    try:
        if request.GET.get("from"):
            start, end = datefields.day(request.GET["from"], "from"), datefields.day(request.GET.get("to", ""), "to")
        if not timedelta(0) <= end - start <= timedelta(days=366):
            raise BadInput("bad_period", "The period ends on or after its first day, within a year.", where="to")
    except BadInput as wrong:
        errors = [(wrong.where, f"{wrong.message} {wrong.hint}".strip())]
        start, end = today - timedelta(days=28), today - timedelta(days=1)
    found = agenda.fill(actor, side, start, end)
    if request.GET.get("format") == "csv":
        lines = [*found.targets, *found.others]
        return csv_response(f"scorecard-{key}", CARD, (
            (each.figure, each.clause, each.goal, each.value, each.low, each.high, each.days, each.counted, each.outcome, each.by,
             each.percent) for each in lines
        ))  # fmt: skip
    kept = request.GET.copy()
    kept["format"] = "csv"
    context = {
        **parts.context(actor, side, "card"), **card_context(found), "start": start, "end": end, "errors": errors,
        "error_of": dict(errors), "query": request.GET, "csv_url": f"?{kept.urlencode()}", "length": length,
        "spans": [(str(each), _("Last %(count)s days") % {"count": each}) for each in DAYS],
    }  # fmt: skip
    return render(request, "vendors/scorecard.html", context, status=422 if errors else 200)


def card_context(found: agenda.Agenda) -> dict[str, Any]:
    """What ``vendors/card.html`` needs of an agenda."""
    return {
        "agenda": found, "outcomes": words.outcomes(), "figure_name": words.figure, "formula": words.formula,
        "shown": minutes.shown, "interval": minutes.interval, "rule": words.rule(found), "credit_words": words.credit(found),
        "gap_words": words.gap, "sides": words.sides(), "invoice_states": words.invoice_states(),
    }  # fmt: skip
