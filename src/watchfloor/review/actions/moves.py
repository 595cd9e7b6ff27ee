"""Moving waiting jobs between queues by filter: counted first, as one thing that can be undone while they still wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import boosts
from watchfloor.review.actions.boosts import mine
from watchfloor.review.actions.people import of_job
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobsMoved, JobsMovedBack, JobTransferred
from watchfloor.review.models import Job, Move, Queue

MOST = 20_000  # at once: one transaction


class MovePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a move would do: jobs that fit and may go, by queue; ``stay``: fit, but may not wait in that queue; ``limited`` to ``MOST``."""

    jobs: int
    stay: int
    queues: dict[str, int]
    limited: bool


def preview_move(actor: Actor, filters: Mapping[str, Any], to_queue: str, *, most: int | None = None) -> MovePreview:
    """Count; nothing is moved."""
    queue = _queue(to_queue)
    fit = _fitting(actor, filters, to_queue)
    total, going = fit.count(), _may_go(fit, queue)
    queues: dict[str, int] = {}
    count = 0
    for key in going.order_by("priority", "pk").values_list("queue_key", flat=True)[: _most(most)]:
        queues[key] = queues.get(key, 0) + 1
        count += 1
    able = going.count()
    return MovePreview(jobs=count, stay=total - able, queues=queues, limited=able > count)


def move(actor: Actor, filters: Mapping[str, Any], to_queue: str, *, why: str, most: int | None = None) -> Move:
    """Move the ready jobs that fit (the least urgent first, if only ``most`` of them)."""
    with writing(actor, reason=why) as w:
        return make_move(w, actor, filters, to_queue, why=why, most=most)


def make_move(
    w: Writer, actor: Actor, filters: Mapping[str, Any], to_queue: str, *, why: str, most: int | None = None
) -> Move:
    """``move`` within a transaction at hand."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    queue, now = _queue(to_queue), clock.now()
    ids = list(
        _may_go(_fitting(actor, filters, to_queue), queue)
        .order_by("priority", "pk")
        .values_list("pk", flat=True)[: _most(most)]
    )
    batch = new_id()
    moved = _transfer(w, ids, {None: to_queue}, batch, f"moved by {actor.name or actor}")
    row = w.create(
        Move, id=batch, filters=boosts.clean(filters), to_queue=to_queue, why=why.strip()[:200], made_by=w.actor,
        made_at=now, moved=moved,
    )  # fmt: skip
    w.event(JobsMoved(to_queue=to_queue, moved=moved), row, reason=why)
    return row


def undo_move(actor: Actor, move_id: UUID, *, why: str = "") -> Move:
    """Put back what still waits where it was moved to; what was decided, taken or moved on stays."""
    with writing(actor, reason=why) as w:
        return make_undo(w, actor, move_id)


def make_undo(w: Writer, actor: Actor, move_id: UUID) -> Move:
    """``undo_move`` within a transaction at hand."""
    row = Move.objects.select_for_update().filter(pk=move_id).first()
    if row is None:
        raise NotFound("unknown_move", "There is no such move.")
    if row.undone_at is not None:
        raise Conflict("undone_already", "This move has been undone.")
    origins = _origins(row)
    allowed = mine(actor).filter(pk__in=list(origins), state=Job.State.READY, queue_key=row.to_queue)
    ids = list(allowed.values_list("pk", flat=True))
    back = _transfer(w, ids, origins, row.pk, f"moved back by {actor.name or actor}")
    w.update(row, undone_at=clock.now(), undone_by=w.actor, put_back=back)
    w.event(JobsMovedBack(to_queue=row.to_queue, put_back=back), row)
    return row


def _origins(row: Move) -> dict[UUID | None, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject, data->>'queue' FROM ledger_event WHERE type = 'job.transferred' AND at >= %s "
            "AND data->>'batch' = %s ORDER BY ordinal DESC",
            [row.made_at, str(row.pk)],
        )
        return {UUID(subject.partition(":")[2]): queue for subject, queue in cursor.fetchall()}


def _transfer(w: Writer, ids: list[UUID], to: Mapping[UUID | None, str], batch: UUID, by: str) -> int:
    moved = 0
    for job in Job.objects.select_for_update(skip_locked=True).filter(pk__in=ids, state=Job.State.READY).order_by("pk"):
        target = to.get(job.pk) or to.get(None) or job.queue_key
        JOB.after(job.state, "transfer")
        if target == job.queue_key:
            continue
        event = JobTransferred(**of_job(job), to_queue=target, routed_by=by, batch=str(batch))
        w.update(job, queue_key=target, routed_by="moved by hand")
        w.event(event, job, case_id=job.case_id)
        moved += 1
    return moved


def _fitting(actor: Actor, filters: Mapping[str, Any], to_queue: str) -> Any:
    wanted = boosts.clean(filters)
    return mine(actor).filter(boosts.condition(wanted), state=Job.State.READY).exclude(queue_key=to_queue)


def _may_go(fit: Any, queue: Queue) -> Any:
    """A job that needs a clearance stays in queues for those who have it; appeals and escalations in queues of their kind."""
    fit = fit.filter(clearance__in=["", queue.clearance])
    return fit.filter(kind=queue.kind) if queue.kind != "review" else fit.exclude(kind__in=("appeal", "escalation"))


def _queue(key: str) -> Queue:
    queue = Queue.objects.filter(key=key, archived_at__isnull=True).first()
    if queue is None:
        raise NotFound("unknown_queue", f"There is no queue {key[:80]!r}.", where="to_queue")
    return queue


def _most(most: int | None) -> int:
    return MOST if most is None else max(0, min(most, MOST))
