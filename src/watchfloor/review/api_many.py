"""JSON for programs: one order over many cases, previewed, begun, followed, taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.review import bulk, find, queries
from watchfloor.review.bulk.orders import PERMISSION, Order
from watchfloor.review.bulk.running import OWN
from watchfloor.review.models import Batch

router = Router(tags=["review, many at once"])
Verb = Literal["decide", "close", "duplicate", "transfer", "escalate", "tag", "untag"]


class OrderIn(Schema):
    """One order, and whom it is meant for: ``ids`` (case_…, itm_…, ``type,id``), ``search`` (the filters of GET /v1/cases), or
    ``sweep`` (a case: its author's other open cases)."""

    verb: Verb
    verdict: Literal["", "violating", "clean"] = ""
    violation: str = ""
    actions: list[str] | None = None
    policy: str = ""
    into: str = ""
    queue: str = ""
    tag: str = ""
    with_protected: bool = False
    ids: list[str] = Field([], max_length=20_000)
    search: dict[str, str] = {}
    sweep: str = ""


class BeginIn(OrderIn):
    """The same as was previewed, with the preview's token."""

    token: str
    why: str = Field(min_length=1, max_length=200)


class EffectOut(Schema):
    """So many times this action."""

    key: str
    count: int
    held: bool


class PreviewOut(Schema):
    """What it would do. Nothing has happened yet."""

    todo: int
    held_out: dict[str, int]
    unknown: int
    opened: int
    in_hand: int
    effects: list[EffectOut]
    accounts: int
    points: int
    steps: list[EffectOut]
    token: str


class BatchOut(Schema):
    """How far a batch is: rows by mark (waiting, done, skipped, reversed, kept), and why not all."""

    id: str
    verb: Verb
    state: Literal["running", "done", "reversing", "reversed"]
    count: int
    counts: dict[str, int]
    reasons: dict[str, int]
    at: datetime
    ended_at: datetime | None


class BatchWhyIn(Schema):
    """A reason."""

    why: str = Field("", max_length=200)


@router.post(
    "/bulk/preview", response=PreviewOut, summary="What an order over many would do", operation_id="bulk_preview"
)
def bulk_preview(request: HttpRequest, body: OrderIn) -> PreviewOut:
    """Counts and effects; nothing changes. Needs ``case.bulk``."""
    actor = needs(request, PERMISSION)
    return preview_out(bulk.preview(actor, _order(body), _chosen(actor, body)))


@router.post("/bulk", response={202: BatchOut}, summary="Give an order over many", operation_id="bulk_begin")
def bulk_begin(request: HttpRequest, body: BeginIn) -> Any:
    """Done in the background; 409 ``changed_meanwhile`` when it would be done to others than previewed. Needs ``case.bulk``."""
    actor = needs(request, PERMISSION)
    chosen = _chosen(actor, body)
    seen = bulk.preview(actor, _order(body), chosen)
    row = bulk.begin(actor, seen, token=body.token, why=body.why, source=chosen.source, about=chosen.about)
    return Status(202, batch_out(row))


@router.get("/bulk/{batch_id}", response=BatchOut, summary="How far a batch is", operation_id="bulk_batch")
def bulk_batch(request: HttpRequest, batch_id: UUID) -> BatchOut:
    """Needs ``case.bulk``, or ``review.cluster`` for those one gave by deciding a cluster in hand."""
    return batch_out(_own(needs(request, PERMISSION, OWN), batch_id))


@router.post(
    "/bulk/{batch_id}/reverse", response={202: BatchOut}, summary="Take a batch back", operation_id="bulk_reverse"
)
def bulk_reverse(request: HttpRequest, batch_id: UUID, body: BatchWhyIn) -> Any:
    """All of it, in the background; what came after a row stands and is kept. Needs ``case.bulk``, or ``review.cluster`` for one's own."""
    return Status(202, batch_out(bulk.reverse(needs(request, PERMISSION, OWN), batch_id, body.why)))


def _order(body: OrderIn) -> Order:
    return Order(
        verb=body.verb, verdict=body.verdict, violation=body.violation, policy=body.policy, queue=body.queue, tag=body.tag,
        actions=None if body.actions is None else tuple(body.actions), with_protected=body.with_protected,
        into=ids.decode("case", body.into) if body.into else None,
    )  # fmt: skip


def _chosen(actor: Actor, body: OrderIn) -> bulk.Chosen:
    if body.sweep:
        return bulk.by_author(actor, queries.case(actor, ids.decode("case", body.sweep), why="api sweep"))
    if body.search:
        return bulk.by_search(actor, {name: body.search.get(name, "") for name in find.FILTERS})
    return bulk.by_ids(actor, "\n".join(body.ids))


def _own(actor: Actor, batch_id: UUID) -> Batch:
    row = Batch.objects.filter(pk=batch_id).first()
    if row is None or not bulk.visible(actor, row):
        raise NotFound("unknown_batch", "There is no such batch.")
    return row


def preview_out(seen: bulk.Preview) -> PreviewOut:
    """What an order would do."""
    return PreviewOut(
        todo=len(seen.todo), held_out=seen.held_out, unknown=seen.unknown, opened=seen.opened, in_hand=seen.in_hand,
        effects=[EffectOut(key=each.key, count=each.count, held=each.held) for each in seen.effects], accounts=seen.accounts,
        points=seen.points, steps=[EffectOut(key=each.key, count=each.count, held=False) for each in seen.steps],
        token=seen.token,
    )  # fmt: skip


def batch_out(row: Batch) -> BatchOut:
    """How far a batch is."""
    far = bulk.progress(row)
    return BatchOut(
        id=str(row.pk), verb=row.verb, state=row.state, count=row.count, counts=far.counts, reasons=dict(far.reasons),  # type: ignore[arg-type]
        at=row.at, ended_at=row.ended_at,
    )  # fmt: skip
