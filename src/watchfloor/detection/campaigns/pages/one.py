"""One campaign: its picture, what it shares, how it grew, its items; watched or closed by a POST; what is left to decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.campaigns import actions, queries, reading
from watchfloor.detection.campaigns.accounts import accounts
from watchfloor.detection.campaigns.pages import words
from watchfloor.detection.campaigns.pages.drawing import drawing
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.platform.among import among
from watchfloor.platform.render import render
from watchfloor.review import queries as review

SHOWN = 50
TIES = 20
MOST_HOURS = 24 * 21


@require_http_methods(["GET", "HEAD", "POST"])
@page(queries.SEES)
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """``as_of``: as it was at that moment. A POST sets its state."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    typed = {"state": request.POST.get("state", ""), "why": request.POST.get("why", "").strip()}
    try:
        queries.campaign(actor, campaign_id)
    except NotFound:
        into = queries.became(actor, campaign_id)
        if into is None:
            raise
        messages.info(request, _("The campaign became part of this one."))
        return redirect("campaign", campaign_id=into)
    if request.method == "POST":
        try:
            row = actions.set_state(actor, campaign_id, typed["state"], typed["why"])
            messages.success(request, _("The campaign is now: %(state)s.") % {"state": words.states()[row.state]})
            return redirect("campaign", campaign_id=campaign_id)
        except (BadInput, Conflict) as error:
            errors[error.where if error.where == "state" else "why"] = error.message
    as_of = _moment(request)
    seen = reading.seen(actor, campaign_id, as_of)
    every = [row.item_id for row in queries.items_of(actor, campaign_id)]
    here = reverse("campaign", args=[campaign_id])
    names = {each.item.pk: each for each in seen.members}
    context = {
        "seen": seen, "sum": seen.sum, "campaign": seen.sum.campaign, "as_of": as_of, "errors": errors, "typed": typed,
        "drawing": drawing(seen), "done": actions.done(seen.sum.campaign, every), "states": words.states(),
        "slider": _slider(here, seen, as_of), "hours": _hours(seen.hours), "kinds": words.kinds(),
        "rows": _rows(actor, seen), "shown": SHOWN, "ties": TIES, "may_act": actor.has(queries.ACTS),
        "shared": [{"key": each, "value": words.value(each.kind, each.value, each.token)} for each in seen.shared[:SHOWN]],
        "edges": [
            {"left": names[each.left], "right": names[each.right], "words": words.sentence(each)} for each in seen.edges[:TIES]
        ],
        "query": request.GET, "accounts_note": _accounts(actor, campaign_id), "may_see_apps": actor.has("app.view"),
    }  # fmt: skip
    return render(request, "detection/campaigns/one.html", context, status=422 if errors else 200)


def _accounts(actor: Actor, pk: UUID) -> str:
    """What became of its accounts, once anything did."""
    if not actor.has(queries.ACTS):
        return ""
    every = accounts(actor, pk)
    acted, restored = sum(bool(each.acted) for each in every), sum(bool(each.restored) for each in every)
    if not acted + restored:
        return ""
    return _("%(acted)s acted on, %(restored)s restored") % {"acted": f"{acted:,}", "restored": f"{restored:,}"}


def _rows(actor: Actor, seen: reading.Seen) -> list[dict[str, Any]]:
    """The item that stands for it first, then in the order of time."""
    shown = sorted(seen.members, key=lambda each: each.item.pk != seen.stands)[:SHOWN]
    cases = review.visible_cases(actor).filter(among("item", [each.item.pk for each in shown]))
    found = {row.item_id: row for row in cases.order_by("opened_at")}
    return [
        {"member": each, "why": words.why(each.why), "case": found.get(each.item.pk), "stands": each.item.pk == seen.stands}
        for each in shown
    ]  # fmt: skip


def _slider(here: str, seen: reading.Seen, as_of: datetime | None) -> list[dict[str, Any]]:
    if len(seen.moments) < 2:
        return []
    made = [
        {
            "label": date_format(timezone.localtime(at), "j M H:i"),
            "href": f"{here}?as_of={at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "current": as_of == at,
        }
        for at in seen.moments[:-1]
    ]
    return [*made, {"label": _("Now"), "href": here, "current": as_of is None}]


def _hours(found: list[tuple[datetime, int]]) -> list[int]:
    """Counts hour by hour without gaps, the newest last."""
    counts = dict(found)
    at = max(found[0][0], found[-1][0] - timedelta(hours=MOST_HOURS - 1))
    made = []
    while at <= found[-1][0]:
        made.append(counts.get(at, 0))
        at += timedelta(hours=1)
    return made


def _moment(request: HttpRequest) -> datetime | None:
    try:
        at = parse_datetime(request.GET.get("as_of", ""))
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
