"""A campaign taken along: its items as CSV, everything with the edges as JSON."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from watchfloor.detection.campaigns import queries, reading
from watchfloor.detection.campaigns.documents import document
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.platform.csvfile import csv_response

HEAD = ("type", "id", "account", "first_seen", "joined", "why", "app", "text")


@require_safe
@page(queries.SEES)
def as_csv(request: HttpRequest, campaign_id: UUID) -> HttpResponseBase:
    """One row for each item one may know of."""
    seen = reading.seen(actor_of(request), campaign_id)
    return csv_response(f"campaign-{campaign_id}", HEAD, (
        (each.item.type_key, each.item.external_id, each.account_name, each.item.first_seen_at, each.joined_at, each.why, each.app,
         each.text)
        for each in seen.members
    ))  # fmt: skip


@require_safe
@page(queries.SEES)
def as_json(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Items, edges and shared keys."""
    body = msgspec.json.format(msgspec.json.encode(document(reading.seen(actor_of(request), campaign_id))), indent=1)
    response = HttpResponse(body, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="campaign-{campaign_id}.json"'
    return response
