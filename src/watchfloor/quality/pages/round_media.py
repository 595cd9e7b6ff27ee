"""Pictures and videos of a calibration session: veiled as on the workbench, and what they show counts towards who is asked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.items.media.contracts import MediaView
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.quality.models import RoundAnswer, RoundItem
from watchfloor.quality.pages import parts
from watchfloor.quality.queries import rounds
from watchfloor.review import bench_media
from watchfloor.workforce import exposure
from watchfloor.workforce.contracts import JobFacts
from watchfloor.workforce.domain import exposure as shown

MAX_BODY = 20_000
LOOK = timedelta(minutes=10)  # the longest that one item is looked at


def views(actor: Actor, item_version: str) -> list[MediaView]:
    """The media of an item that its case's look was about. Restricted ones are in no session, whoever is asked."""
    return [view for view in bench_media.views(item_version, actor) if not view.restricted]


@require_POST
@guard.page(*parts.OWN)
def seen(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What the page of an item has shown: ``{"page", "worked_ms", "lines": [...]}``, sums since it was loaded. 204."""
    actor = actor_of(request)
    take(actor, _asked(actor, item_id), request.body.decode("utf-8", "replace"))
    return HttpResponse(status=204)


@require_POST
@guard.page(*parts.OWN)
def revealed(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Before media is loaded: ``{"media", "kind", "how", "filters"}``. 204."""
    actor = actor_of(request)
    asked, said = _asked(actor, item_id), _read(request.body.decode("utf-8", "replace"))
    filters = said.get("filters")
    exposure.reveal(
        actor, _facts(actor, asked), str(said.get("media", "")), kind=str(said.get("kind", "")), how=str(said.get("how", "")),
        filters=[str(name) for name in filters] if isinstance(filters, list) else (),
    )  # fmt: skip
    return HttpResponse(status=204)


def take(actor: Actor, asked: RoundItem, raw: str, *, answered: bool = False) -> None:
    """Keep what was shown; with an answer, what is wrong with the sums keeps nobody from answering.

    An answer does not end the touch: the page says its sums once more as it goes, and they must find what was counted before.
    """
    sums = _read(raw)
    worked = sums.get("worked_ms")
    try:
        exposure.record(
            actor, _facts(actor, asked), shown.read(sums.get("lines", [])), page=str(sums.get("page", ""))[:16],
            worked_ms=worked if isinstance(worked, int) and not isinstance(worked, bool) else 0,
        )  # fmt: skip
    except BadInput:
        if not answered:
            raise


def _asked(actor: Actor, item_id: UUID) -> RoundItem:
    found = rounds.mine(actor).filter(pk=item_id).first()
    if found is None:
        raise NotFound("unknown_item", "There is no such item.")
    return found


def _facts(actor: Actor, asked: RoundItem) -> JobFacts:
    """An item as exposure knows jobs: each person's own. One began it when one answered another, ten minutes ago at most."""
    person, since = UUID(actor.id), clock.now() - LOOK
    mine = (
        RoundAnswer.objects.filter(person=person)
        .exclude(item=asked)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    return JobFacts(
        job=uuid5(asked.pk, actor.id), token=1, case=asked.case_id, leased_at=max(since, mine) if mine else since, queue="",
        policy=asked.policy_key, market=asked.market, language="", severity=asked.severity, item_version=asked.item_version,
    )  # fmt: skip


def _read(raw: str) -> dict[str, Any]:
    try:
        said = json.loads(raw) if raw and len(raw) <= MAX_BODY else {}
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}
