"""JSON for programs: changes in and out, spikes to read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.insight.changes import actions, queries
from watchfloor.insight.changes.contracts import Change, ChangeIn
from watchfloor.insight.spikes import attention, words
from watchfloor.insight.spikes import queries as spikes
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing

router = Router(tags=["insight"])
MOST = 1_000


class ChangeWritten(Schema):
    """A change. ``kind``: policy, rule, model, threshold, routing, due_times, staffing, training, release, outage, automation,
    surge, holiday, world or other.

    ``scope``: values by dimension (policy, market, language, queue, vendor, channel, surface, app, rule); a dimension that is not
    named: all of it. ``effect``: what it does to the work that comes in. ``key``: your own id; the same one again changes the change.
    """

    kind: str = Field(max_length=20)
    title: str = Field(min_length=1, max_length=200)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    scope: dict[str, list[str]] = {}
    link: str = Field("", max_length=500)
    effect: Literal["", "more", "less"] = ""
    key: str = Field("", max_length=180)


class LoggedChangeOut(Schema):
    """A change. ``source``: ledger (it wrote itself), hand, api, file or calendar."""

    id: str
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    scope: dict[str, list[str]]
    link: str
    effect: str
    source: str


class LoggedChangesOut(Schema):
    """The newest first."""

    changes: list[LoggedChangeOut]


class SpikeOut(Schema):
    """A spike. ``where``: its slice; empty: everything. ``cause``: the id of the likeliest change, if one is likelier than none."""

    id: str
    headline: str
    metric: str
    where: dict[str, str]
    kind: str
    state: str
    verdict: str
    starts_at: datetime
    last_at: datetime
    value: float
    expected: float
    p: float
    cause: str
    cause_p: float | None
    owner: str
    due_at: datetime | None
    result: dict[str, Any]
    url: str


class SpikesOut(Schema):
    """The newest first."""

    spikes: list[SpikeOut]


class SpikeWhole(SpikeOut):
    """With what was found (``evidence``: see the how-to "Explain a spike") and its story in sentences."""

    evidence: dict[str, Any]
    story: list[str]


@router.post("/insight/changes", response={201: LoggedChangeOut})
def write_change(request: HttpRequest, asked: ChangeWritten) -> Any:
    """Write a change down. Needs ``change.record``."""
    actor = needs(request, "change.record")
    source = getattr(request, "token_source", "") or "api"
    with writing(actor) as w:
        given = ChangeIn(
            kind=asked.kind, title=asked.title, starts_at=asked.starts_at or clock.now(), ends_at=asked.ends_at, scope=asked.scope,
            link=asked.link, effect=asked.effect, source="api", key=f"api:{source}:{asked.key}"[:200] if asked.key else "",
        )  # fmt: skip
        row = actions.record(w, given)
    return 201, _change(queries.of_row(row))


@router.get("/insight/changes", response=LoggedChangesOut)
def list_changes(
    request: HttpRequest, since: datetime | None = None, until: datetime | None = None, kind: str = "", scope: str = ""
) -> Any:
    """Changes of the last week, or between ``since`` and ``until``. ``scope=market:ES``: those that name it. Needs ``insight.view``."""
    needs(request, "insight.view")
    end = until or clock.now()
    found = queries.between(
        since or end - timedelta(days=7), end, kinds=(kind,) if kind else (), scope=scope, limit=MOST
    )
    return {"changes": [_change(each) for each in found]}


@router.delete("/insight/changes/{change_id}", response=LoggedChangeOut)
def undo_change(request: HttpRequest, change_id: str) -> Any:
    """Take a change that was written down out of the log. Needs ``change.record``."""
    actor = needs(request, "change.record")
    try:
        found = ids.decode("chg", change_id)
    except BadInput as error:
        raise NotFound("unknown_change", "There is no such change.") from error
    with writing(actor) as w:
        row = actions.undo(w, found)
    return _change(queries.of_row(row))


@router.get("/insight/spikes", response=SpikesOut)
def list_spikes(request: HttpRequest, state: str = "", metric: str = "", days: int = 28) -> Any:
    """Spikes one may see whole. ``state=active``: those nobody has closed. Needs ``insight.view``."""
    actor = needs(request, "insight.view")
    since = clock.now() - timedelta(days=max(1, min(days, 3_650)))
    rows = spikes.spikes(actor, state=state[:20], metric=metric[:80], since=since, limit=MOST)
    return {"spikes": [_spike(row) for row in rows]}


@router.get("/insight/spikes/{spike_id}", response=SpikeWhole)
def one_spike(request: HttpRequest, spike_id: str, version: int | None = None) -> Any:
    """One spike with its evidence. Needs ``insight.view``."""
    actor = needs(request, "insight.view")
    try:
        found_id = ids.decode("spk", spike_id)
    except BadInput as error:
        raise NotFound("unknown_spike", "There is no such spike.") from error
    row = spikes.spike(actor, found_id)
    found = spikes.found_of(row, version)
    story = ["".join(piece.text for piece in sentence) for sentence in words.story(row, found)] if found else []
    return {**_spike(row), "evidence": msgspec.to_builtins(found) if found else {}, "story": story}


def _change(each: Change) -> dict[str, Any]:
    return {name: getattr(each, name) for name in LoggedChangeOut.model_fields}


def _spike(row: Spike) -> dict[str, Any]:
    given = {name: getattr(row, name) for name in SpikeOut.model_fields if name not in ("id", "headline", "url")}
    line = spikes.line(row)
    return {**given, "id": line.id, "headline": line.headline, "url": settings.PUBLIC_URL + attention.address(row)}
