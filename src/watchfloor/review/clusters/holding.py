"""While a cluster waits or is read as one job, the jobs of its own cases stand by: nobody decides one by one what is about to be one.

They keep their due times (the cluster's job is due when the first of them is), and come back as soon as the cluster is dropped, or its
decision leaves them out.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.actions import jobs
from watchfloor.review.actions.people import of_job
from watchfloor.review.bulk.choosing import AT_ONCE
from watchfloor.review.domain import clocks
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobPaused, JobResumed
from watchfloor.review.models import Cluster, ClusterItem, Job

WHY = "cluster"  # of a job's pause
KINDS = ("review", "second")


def hold(w: Writer, cluster: Cluster) -> int:
    """Have the waiting jobs of the cluster's cases stand by; how many. What somebody holds at this moment stays with them."""
    now, held = clock.now(), 0
    for part in _parts(cluster):
        rows = _of(cluster, part).filter(state=Job.State.READY).select_for_update(skip_locked=True, of=("self",))
        for job in rows:
            w.update(job, state=JOB.after(job.state, "pause"), paused_at=now, paused_for=WHY)
            w.event(JobPaused(**of_job(job), waits_for=WHY), job, case_id=job.case_id)
            held += 1
    return held


def let_go(w: Writer, cluster: Cluster, *, but: Collection[UUID] = ()) -> int:
    """Put those that still stand by back into their queues, except of the cases in ``but``; how many."""
    now, back = clock.now(), 0
    for part in _parts(cluster):
        rows = _of(cluster, part).filter(state=Job.State.WAITING, paused_for=WHY).exclude(case__in=but)
        for job in rows.select_for_update(of=("self",)).select_related("case"):
            paused_ms = clocks.milliseconds(now - (job.paused_at or now))
            points = jobs.urgency(job.case, job.due_at, job.boost)
            w.update(
                job, state=JOB.after(job.state, "resume"), paused_at=None, paused_for="", priority=points.key,
                priority_parts=points.parts,
            )  # fmt: skip
            w.event(JobResumed(**of_job(job), paused_ms=paused_ms, waits_for=WHY), job, case_id=job.case_id)
            back += 1
    return back


def _parts(cluster: Cluster) -> list[list[UUID]]:
    items = list(ClusterItem.objects.filter(cluster=cluster).order_by("place").values_list("item_id", flat=True))
    return [items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)]


def _of(cluster: Cluster, items: list[UUID]):  # type: ignore[no-untyped-def]
    group = policies.policy(cluster.policy_key).harm_group
    return Job.objects.filter(case__item__in=items, case__harm_group=group, clearance="", kind__in=KINDS).order_by("pk")
