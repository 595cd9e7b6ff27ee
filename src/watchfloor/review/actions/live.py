"""Live streams on the floor: their jobs have minutes; when the stream ends, what is left to do is ordinary work."""

from __future__ import annotations

from typing import Final

from watchfloor.items import live
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.review.actions import cases, jobs
from watchfloor.review.actions.people import of_case, of_job
from watchfloor.review.domain import clocks
from watchfloor.review.events import JobTransferred
from watchfloor.review.events_special import StreamEnded
from watchfloor.review.models import Case, Job

QUEUE: Final = "live"  # the shipped queue of streams that go on


def stream_changed(w: Writer, item: Item) -> int:
    """Called when the platform showed an item again. If it was live and is over, its waiting live jobs go to their ordinary
    queues with ordinary due times; who holds one keeps it. All versions, marks and media stay. Returns how many jobs moved."""
    if not live.may_be_live(item.type_key) or live.now(item) is not None:
        return 0
    moved = 0
    going = Job.objects.filter(case__item=item, queue_key=QUEUE, state__in=jobs.LIVE).order_by("case")
    for pk in going.values_list("case", flat=True).distinct():
        case = cases.lock(pk)
        case.item = item
        here = _to_ordinary(w, case)
        moved += here
        spent = clocks.milliseconds(clock.now() - (case.reopened_at or case.opened_at))
        w.event(StreamEnded(**of_case(case), live_ms=spent, jobs=here), case, case_id=case.pk)
    return moved


def _to_ordinary(w: Writer, case: Case) -> int:
    now, moved = clock.now(), 0
    where = jobs.route_case(case)
    if where.queue == QUEUE:  # a floor whose rules send it here for another reason
        return 0
    due_at = jobs.due(case, where.queue, now)
    w.update(case, due_at=due_at)
    for job in Job.objects.select_for_update().filter(case=case, queue_key=QUEUE, state=Job.State.READY).order_by("pk"):
        points = jobs.urgency(case, due_at)
        event = JobTransferred(**of_job(job), to_queue=where.queue, routed_by="the stream ended")
        w.update(
            job,
            queue_key=where.queue,
            routed_by=where.rule,
            due_at=due_at,
            priority=points.key,
            priority_parts=points.parts,
        )
        w.event(event, job, case_id=case.pk)
        moved += 1
    return moved
