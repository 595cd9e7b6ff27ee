"""Asking the live routing table, and moving a waiting job by hand. (Its versions: ``routing_versions``; queues: ``queues``.)"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.review import plan
from watchfloor.review.actions.people import of_job
from watchfloor.review.domain.routing import Facts, Route
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobTransferred
from watchfloor.review.models import Job, Queue


def route(facts: Facts) -> Route:
    """The queue for a job and the rule that says so, by the routing table that is live now."""
    return plan.current().route(facts)


def transfer(actor: Actor, job_ids: Iterable[UUID], to_queue: str, why: str) -> int:
    """Move waiting jobs to another queue; returns how many. Jobs that somebody holds or has decided are a ``Conflict``."""
    queue = Queue.objects.filter(key=to_queue, archived_at__isnull=True).first()
    if queue is None:
        raise NotFound("unknown_queue", f"There is no queue {to_queue[:80]!r}.", where="to_queue")
    moved = 0
    with writing(actor, reason=why) as w:
        wanted = set(job_ids)
        jobs = list(Job.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        for job in jobs:
            here: dict[str, Any] = {"market": job.market, "severity": job.severity, "clearance": job.clearance}
            if not actor.may("review.reassign", queue=job.queue_key, **here):
                raise Forbidden("no_permission", "You may not move this job.", where=f"job {job.pk}")
            if queue.clearance != job.clearance and job.clearance:
                raise Conflict("clearance", "A job that needs a clearance stays in queues for those who have it.")
            if job.kind in ("appeal", "escalation") and queue.kind != job.kind:
                raise Conflict("wrong_queue", f"This queue does not take jobs of the kind {job.kind}.")
            JOB.after(job.state, "transfer")
            if job.queue_key == to_queue:
                continue
            event = JobTransferred(**of_job(job), to_queue=to_queue, routed_by=f"moved by {actor.name or actor}")
            w.update(job, queue_key=to_queue, routed_by="moved by hand")
            w.event(event, job, case_id=job.case_id)
            moved += 1
        if len(jobs) < len(wanted):
            raise NotFound("unknown_job", "There is no such job.", where="job_ids")
    return moved
