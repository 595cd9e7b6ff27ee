"""Media on pages of banks: veiled, for those who may see such cases, each look counted; of restricted banks there is none here."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from watchfloor.detection.banks import queries, retro
from watchfloor.detection.banks.models import Bank, Match
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.items.media import queries as media
from watchfloor.items.media.contracts import MediaView
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.ids import encode
from watchfloor.policy import queries as policies
from watchfloor.workforce import exposure
from watchfloor.workforce.contracts import JobFacts
from watchfloor.workforce.domain import exposure as shown

LONGEST = timedelta(minutes=30)  # of one look at a page
MAX_BODY = 64_000


def views(actor: Actor, bank: Bank, item: Item, item_version: str, media_id: UUID | None) -> list[MediaView]:
    """One medium of an item, veiled; none where the actor may not see cases like this, or it is restricted."""
    if bank.clearance or media_id is None:
        return []
    if not actor.may("case.view", market=item.market or None, severity=severity(bank)):
        return []
    wanted = encode("med", media_id)
    return [view for view in media.views(item_version, actor) if view.id == wanted and not view.restricted]


def severity(bank: Bank) -> int:
    """What to expect of a bank's content."""
    if bank.severity is not None:
        return bank.severity
    return policies.policy(bank.policy_key).severity if bank.policy_key else 1


@require_POST
@page(queries.SEES)
def seen(request: HttpRequest, about: UUID) -> HttpResponse:
    """What a page has shown, as the workbench says it: ``{"page", "worked_ms", "lines": [...]}``. 204."""
    actor, said = actor_of(request), _read(request)
    worked = said.get("worked_ms")
    exposure.record(
        actor, _facts(actor, about), shown.read(said.get("lines", [])), page=str(said.get("page", ""))[:16],
        worked_ms=worked if isinstance(worked, int) and not isinstance(worked, bool) else 0,
    )  # fmt: skip
    return HttpResponse(status=204)


@require_POST
@page(queries.SEES)
def revealed(request: HttpRequest, about: UUID) -> HttpResponse:
    """Before media is loaded: ``{"media", "kind", "how", "filters"}``. 204."""
    actor, said = actor_of(request), _read(request)
    filters = said.get("filters")
    exposure.reveal(
        actor, _facts(actor, about), str(said.get("media", "")), kind=str(said.get("kind", "")), how=str(said.get("how", "")),
        filters=[str(name) for name in filters] if isinstance(filters, list) else (),
    )  # fmt: skip
    return HttpResponse(status=204)


def _facts(actor: Actor, about: UUID) -> JobFacts:
    """A match or a search as exposure knows jobs: each person's own."""
    match = queries.matches(actor).filter(pk=about).first()
    bank = match.bank if isinstance(match, Match) else _of_search(actor, about)
    return JobFacts(
        job=uuid5(about, actor.id), token=1, case=about, leased_at=clock.now() - LONGEST, queue="", policy=bank.policy_key,
        market=match.item.market if match else "", language=match.item.language if match else "", severity=severity(bank),
        item_version=match.item_version if match else "",
    )  # fmt: skip


def _of_search(actor: Actor, about: UUID) -> Bank:
    try:
        return retro.one(actor, about).bank
    except NotFound:
        raise NotFound("no_match", "There is no such match.") from None


def _read(request: HttpRequest) -> dict[str, Any]:
    raw = request.body
    try:
        said = json.loads(raw) if raw and len(raw) <= MAX_BODY else {}
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}
