"""Figures of tickets: what waits now, what came in and was found, today and by day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDay

from watchfloor.interop.atproto.asking import GET, Ask, bad, method
from watchfloor.interop.atproto.methods import queues
from watchfloor.interop.atproto.methods.reports import is_closed, known, of_queue, reason_keys
from watchfloor.kernel import clock
from watchfloor.review import queries
from watchfloor.review.models import Decision, Escalation

MOST_DAYS = 100


@method("tools.ozone.report.getLiveStats", GET, ("case.view", "floor.view"))
def live_stats(ask: Ask) -> dict[str, Any]:
    """What waits now, and what came in and was found today (UTC), in cases the caller may open."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    rows, cases = of_queue(ask, known(ask)), queries.visible_cases(ask.actor)
    if ask.text("moderatorDid") and ask.text("moderatorDid") != ask.who.did:
        return {"stats": queues.stats(0, 0, 0, None)}
    if ask.many("reportTypes"):
        rows = rows.filter(reason_key__in=reason_keys(ask))
    of = (
        {"case__in": rows.values("case")}
        if ask.text("queueId") or ask.many("reportTypes")
        else {"case__in": cases.values("pk")}
    )
    found = Decision.objects.filter(at__gte=today, verdict="violating", **of)
    if ask.text("moderatorDid"):
        found = found.filter(decider=str(ask.actor))
    key = queues.key_of(ask, ask.number("queueId") or 0) if ask.text("queueId") else ""
    handling = [each.aht_ms for each in queries.queue_summary(ask.actor) if each.key == key]
    raised = Escalation.objects.filter(raised_at__gte=today, **of).count()
    inbound, waits = rows.filter(received_at__gte=today).count(), rows.filter(is_closed(False)).count()
    return {
        "stats": queues.stats(waits, found.count(), inbound, handling[0] if handling else None, escalatedCount=raised)
    }


@method("tools.ozone.report.getHistoricalStats", GET, ("case.view", "floor.view"))
def historical_stats(ask: Ask) -> dict[str, Any]:
    """The same by day (UTC), newest first."""
    end = ask.moment("endDate") or clock.now()
    limit = ask.limit(MOST_DAYS, 30)
    start = max(ask.moment("startDate") or end - timedelta(days=limit), end - timedelta(days=MOST_DAYS))
    if start > end:
        raise bad("startDate lies after endDate.")
    rows, cases = of_queue(ask, known(ask)), queries.visible_cases(ask.actor)
    if ask.many("reportTypes"):
        rows = rows.filter(reason_key__in=reason_keys(ask))
    of = (
        {"case__in": rows.values("case")}
        if ask.text("queueId") or ask.many("reportTypes")
        else {"case__in": cases.values("pk")}
    )
    inbound = _by_day(rows, "received_at", start, end)
    actioned = _by_day(Decision.objects.filter(verdict="violating", **of), "at", start, end)
    raised = _by_day(Escalation.objects.filter(**of), "raised_at", start, end)
    out = []
    for day in sorted({*inbound, *actioned, *raised}, reverse=True)[:limit]:
        figures = queues.stats(0, actioned.get(day, 0), inbound.get(day, 0), None, escalatedCount=raised.get(day, 0))
        figures.pop("pendingCount")
        out.append({"date": f"{day:%Y-%m-%d}", "computedAt": figures.pop("lastUpdated"), **figures})
    return {"stats": out}


def _by_day(rows: Any, column: str, start: Any, end: Any) -> dict[Any, int]:
    within = rows.order_by().filter(**{f"{column}__gte": start, f"{column}__lte": end})
    days = within.annotate(day=TruncDay(column)).values("day").annotate(count=Count("pk"))
    return {each["day"].date(): each["count"] for each in days}
