"""The floor now: tiles, the table by queue (or market, vendor, site), what is happening, who is on, what the last shift said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight import handover, happening, live
from watchfloor.insight.floor_pages import panels
from watchfloor.insight.needed import HOURS, OCCUPANCY
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review.models import Boost, Surge
from watchfloor.workforce import queries as workforce

FILTERS = ("market", "vendor", "site", "team")
OLD = timedelta(seconds=5)  # from here on the page says how old its numbers are


@require_safe
@page("floor.view")
def floor(request: HttpRequest) -> HttpResponseBase:
    """The floor now; ``?format=csv`` gives its table."""
    if request.GET.get("format") == "csv":
        return _csv(request)
    return render(request, "insight/floor.html", _floor(request))


@require_safe
@page("floor.view")
def floor_now(request: HttpRequest) -> HttpResponse:
    """What changes on the floor, without the frame; asked for by the page when the stream says so."""
    return render(request, "insight/floor_now.html", _floor(request))


def _floor(request: HttpRequest) -> dict[str, Any]:
    actor, now = actor_of(request), clock.now()
    asked: dict[str, Any] = {name: request.GET.get(name, "")[:60] for name in FILTERS}
    by = request.GET.get("by", "queue")
    by = by if by in live.BY else "queue"
    wall = live.floor(actor, **asked, by=by)
    today = {"span": "today", "market": asked["market"]}
    opens = actor.has("insight.view")
    vendors = workforce.vendors(actor)
    return {
        "wall": wall, "now": now, "by": by, "is_old": now - wall.at > OLD,
        "bys": [(name, words, _narrowed(request, by=name)) for name, words in by_words().items()],
        "queues": [{"q": row, "url": _row_address(request, by, row.key, opens)} for row in wall.queues],
        "changes": _changes(handover.sees_all(actor)),
        "fields": [
            {"name": "market", "label": _("All markets"), "chip": _("Market"), "options": _markets(wall, asked["market"], by)},
            {"name": "vendor", "label": _("All vendors"), "chip": _("Vendor"), "options": vendors},
            {"name": "site", "label": _("All sites"), "chip": _("Site"), "options": [(s, s) for s in handover.sites(actor)]},
            {"name": "team", "label": _("All teams"), "chip": _("Team"), "options": [(t, t) for t in _teams(wall, asked["team"])]},
        ],
        "vendor_names": dict(vendors), "query": request.GET, "can_open_numbers": opens,
        "links": {
            name: f"{reverse('insight-rows', args=[name])}?{urlencode(today)}"
            for name in ("backlog", "backlog_age_max", "breaches", "jobs_solved")
        },
        "now_url": f"{reverse('floor-now')}?{request.GET.urlencode()}", "simulated": bool(settings.DEMO),
        "surges": list(Surge.objects.filter(ended_at__isnull=True).order_by("started_at")),
        "boosts": Boost.objects.filter(ended_at__isnull=True, surge_id__isnull=True, until__gt=now).count(),
        "incidents": panels.incidents(actor), "spikes": panels.spikes(actor), "skips": panels.skip_rates(actor) if by == "queue" else {},
        "spent": panels.spent(wall.people), "csv_url": _narrowed(request, format="csv"),
        "note": _note(actor, asked["site"]), "may_act": actor.has("review.reassign"), "may_plan": actor.has("queue.manage"),
        "needed_rule": _(
            "Work that comes in, plus what is late or due within %(hours)s hours spread over them, "
            "times AHT, at %(occupancy)s %% occupancy."
        ) % {"hours": HOURS, "occupancy": int(OCCUPANCY * 100)},
    }  # fmt: skip


CSV_HEAD = (
    "key", "open", "waiting", "in_hour", "solved_hour", "planned_hour", "aas_seconds", "aht_seconds", "due_within_hour",
    "at_risk", "late", "breached_today", "oldest", "staffed", "needed", "skips_week", "taken_week",
)  # fmt: skip


def _csv(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    by = request.GET.get("by", "queue")
    by = by if by in live.BY else "queue"
    asked: dict[str, Any] = {name: request.GET.get(name, "")[:60] for name in FILTERS}
    rates = panels.skip_rates(actor) if by == "queue" else {}
    rows = []
    for q in live.floor(actor, **asked, by=by, trends=False).queues:
        rate = rates.get(q.key)
        rows.append((
            q.key, q.open, q.waiting, q.in_hour, q.solved_hour, q.plan, q.age_at_solve, q.handling, q.due_soon, q.at_risk,
            q.late, q.breached_today, q.oldest.isoformat() if q.oldest else "", q.staffed, q.needed,
            rate.skips if rate else None, rate.taken if rate else None,
        ))  # fmt: skip
    return csv_response(f"floor-{by}", CSV_HEAD, rows)


def by_words() -> dict[str, str]:
    """What the table can be split by."""
    return {"queue": _("By queue"), "market": _("By market"), "vendor": _("By vendor"), "site": _("By site")}


def _row_address(request: HttpRequest, by: str, key: str, opens: bool) -> str:
    """A queue leads to its numbers; anything else narrows the floor to itself, by queue."""
    if by == "queue":
        return f"{reverse('insight-kpis')}?{urlencode({'span': '24h', 'queue': key})}" if opens else ""
    return _narrowed(request, **{by: key, "by": "queue"}) if key else ""


def _narrowed(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"{reverse('floor')}?{query.urlencode()}"


def _note(actor: Actor, site: str) -> dict[str, Any] | None:
    row = handover.latest(actor, site=site)
    if row is None:
        return None
    return {
        "row": row,
        "by": names_of([row.signed_by]).get(row.signed_by, row.signed_by),
        "url": reverse("handover-note", args=[row.pk]),
    }


def _markets(wall: live.Floor, chosen: str, by: str) -> list[tuple[str, str]]:
    markets = set(_known_markets("")) | {chosen} | ({row.key for row in wall.queues} if by == "market" else set())
    return [(market, market) for market in sorted(markets - {""})]


def _teams(wall: live.Floor, chosen: str) -> list[str]:
    return sorted(({person.team for person in wall.people} | {chosen}) - {""})


def _read_changes(allowed: bool) -> list[happening.Change]:
    now = clock.now()
    return happening.changes(now - timedelta(days=1), now + timedelta(minutes=1), limit=8) if allowed else []


_changes = RememberedBy(_read_changes, seconds=2)


def _read_markets(_key: str) -> list[str]:
    from watchfloor.insight import wall as counted

    return sorted({group.market for group in counted.wall().groups})


_known_markets = RememberedBy(_read_markets, seconds=20)
