"""JSON for programs that work clusters as jobs: put one into a queue, read the sample of the one in hand, decide it."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.review import clusters, queries
from watchfloor.review.api_clusters import ClusterOut, cluster_out
from watchfloor.review.api_many import BatchOut, PreviewOut, batch_out, preview_out
from watchfloor.review.bulk.orders import PERMISSION, Order
from watchfloor.review.models import Job

router = Router(tags=["review, many at once"])
HELD = "review.cluster"


class ClusterQueueIn(Schema):
    """Into which queue; "" leaves it to the routing table."""

    queue: str = Field("", max_length=80)


class ClusterJobOut(Schema):
    """The job by which a cluster waits."""

    job: str
    case: str
    queue: str
    priority: float
    routed_by: str


class ClusterReadIn(Schema):
    """What one item of the sample is; ``token`` is the lease's."""

    token: int
    item: str
    verdict: Literal["violating", "clean", "unsure"]


class ClusterJobDecideIn(Schema):
    """The decision for all; without ``seen`` (a dry run's token) it is a dry run. ``token`` is the lease's."""

    token: int
    verdict: Literal["violating", "clean"] = "violating"
    violation: str = ""
    with_protected: bool = False
    seen: str = ""
    why: str = Field("", max_length=200)
    active_ms: int = Field(0, ge=0)


@router.post(
    "/clusters/{cluster_id}/queue",
    response={201: ClusterJobOut},
    summary="Put a cluster into a queue as one job",
    operation_id="cluster_queue",
)
def queue(request: HttpRequest, cluster_id: UUID, body: ClusterQueueIn) -> Any:
    """As urgent as its open cases together, due when the first of them is. Needs ``case.bulk``."""
    job = clusters.enqueue(needs(request, PERMISSION), cluster_id, queue=body.queue)
    return Status(201, ClusterJobOut(
        job=ids.encode("job", job.pk), case=ids.encode("case", job.case_id), queue=job.queue_key, priority=job.priority,
        routed_by=job.routed_by,
    ))  # fmt: skip


@router.get(
    "/jobs/{job_id}/cluster", response=ClusterOut, summary="The cluster of a job one holds", operation_id="job_cluster"
)
def held(request: HttpRequest, job_id: str) -> ClusterOut:
    """Its sample, and what that shows so far. Needs ``review.cluster``, and the job in hand."""
    actor = needs(request, HELD)
    job = queries.known_jobs(actor).filter(pk=ids.decode("job", job_id), kind=clusters.KIND).first()
    if job is None:
        raise NotFound("unknown_job", "There is no such job.")
    cluster = clusters.cluster_of_job(job)
    if job.state != Job.State.LEASED or str(job.lease_holder) != actor.id or cluster is None:
        raise Conflict("stale_lease", "You do not hold this job.")
    return cluster_out(cluster)


@router.post(
    "/jobs/{job_id}/cluster/read",
    response=ClusterOut,
    summary="Say what one item of the sample in hand is",
    operation_id="job_cluster_read",
)
def read(request: HttpRequest, job_id: str, body: ClusterReadIn) -> ClusterOut:
    """Needs the live token of the lease (409 ``stale_lease`` otherwise) and ``review.cluster``."""
    actor = needs(request, HELD)
    row = clusters.read_in_hand(
        actor, ids.decode("job", job_id), body.token, ids.decode("itm", body.item), body.verdict
    )
    return cluster_out(row.cluster)


@router.post(
    "/jobs/{job_id}/cluster/decide",
    response={200: PreviewOut, 202: BatchOut},
    summary="Decide the cluster in hand",
    operation_id="job_cluster_decide",
)
def decide(request: HttpRequest, job_id: str, body: ClusterJobDecideIn) -> Any:
    """Without ``seen`` a dry run (200); with the dry run's token it is done (202). Needs the live lease and ``review.cluster``."""
    actor, job = needs(request, HELD), ids.decode("job", job_id)
    order = Order(verb="decide", verdict=body.verdict, violation=body.violation, with_protected=body.with_protected)
    if not body.seen:
        return Status(200, preview_out(clusters.preview_in_hand(actor, job, body.token, order)))
    batch = clusters.decide_in_hand(
        actor, job, body.token, order, seen=body.seen, why=body.why, active_ms=body.active_ms
    )
    return Status(202, batch_out(batch))
