"""The sweep of due times: a job that will soon be late says so once, and once more when it is."""

from __future__ import annotations

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import plain, writing
from watchfloor.review import service
from watchfloor.review.actions.jobs import LIVE
from watchfloor.review.actions.people import of_job
from watchfloor.review.events import JobBreached, JobDueSoon
from watchfloor.review.models import Job


def sweep_breaches(limit: int = 200) -> int:
    """Mark live jobs whose due time has passed; returns how many. Safe to run anywhere, at any time."""
    now = clock.now()
    with writing(system("clocks")) as w:
        late = Job.objects.select_for_update(skip_locked=True).filter(
            state__in=LIVE, breached_at__isnull=True, due_at__lt=now
        )
        jobs = list(late.order_by("due_at")[:limit])
        for job in jobs:
            w.update(job, breached_at=now)
            event = JobBreached(**of_job(job), due_at=plain(job.due_at), held=job.state == Job.State.LEASED)
            w.event(event, job, case_id=job.case_id)
    return len(jobs)


def sweep_warnings(limit: int = 200) -> int:
    """Say of live jobs that they will soon be due (the service plan says how long before); returns how many."""
    now, before = clock.now(), service.current().warn
    if not before:
        return 0
    with writing(system("clocks")) as w:
        soon = Job.objects.select_for_update(skip_locked=True).filter(
            state__in=LIVE, breached_at__isnull=True, warned_at__isnull=True, due_at__gte=now, due_at__lt=now + before,
        )  # fmt: skip
        jobs = list(soon.order_by("due_at")[:limit])
        for job in jobs:
            w.update(job, warned_at=now)
            event = JobDueSoon(**of_job(job), due_at=plain(job.due_at), held=job.state == Job.State.LEASED)
            w.event(event, job, case_id=job.case_id)
    return len(jobs)
