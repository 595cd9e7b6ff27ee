"""A cluster as one job in a queue: as urgent as its cases together, held like any job, decided once by who read its sample."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Min, Sum

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden, NotFound
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review import plan
from watchfloor.review.actions import claims, decisions, jobs
from watchfloor.review.actions.people import person_id
from watchfloor.review.bulk import previewing, running
from watchfloor.review.bulk.orders import PERMISSION, Order
from watchfloor.review.clusters import holding, reading
from watchfloor.review.clusters.making import HELD, visible
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain.priority import Score, Urgency, score
from watchfloor.review.domain.routing import Route
from watchfloor.review.events_many import ClusterQueued
from watchfloor.review.facts import facts_of
from watchfloor.review.models import Batch, Case, Cluster, ClusterItem, Job
from watchfloor.review.service import current

KIND = "cluster"


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What the open cases of a cluster come to. ``due_at``: when the first of them is due; ``first``: the most urgent of them."""

    cases: int
    reports: int
    trusted: int
    reach: int
    severity: int
    credit: float
    due_at: datetime | None
    first: UUID | None


def load(cluster: Cluster) -> Load:
    """Added up over the open cases of the cluster's items, under its policy's harm group, where the rows are."""
    group = policies.policy(cluster.policy_key).harm_group
    rows = Case.objects.filter(item__clusters__cluster=cluster, harm_group=group, state="open", clearance="")
    found = rows.aggregate(
        cases=Count("pk"), reports=Sum("report_count"), trusted=Sum("trusted_count"), reach=Sum("reach"),
        severity=Max("severity"), credit=Sum("credit"), due_at=Min("due_at"),
    )  # fmt: skip
    first = rows.order_by("due_at", "pk").values_list("pk", flat=True).first() if found["cases"] else None
    return Load(
        cases=found["cases"], reports=found["reports"] or 0, trusted=found["trusted"] or 0, reach=found["reach"] or 0,
        severity=found["severity"] or 0, credit=found["credit"] or 0.0, due_at=found["due_at"], first=first,
    )  # fmt: skip


def enqueue(actor: Actor, cluster_id: UUID, *, queue: str = "") -> Job:
    """Put a cluster that is being read into a queue as one job: by the routing table (its ``kind`` is ``cluster``), or into this queue.

    It hangs on the case the cluster was made from while that is open, else on the one that is due first. It is as urgent as its
    open cases together (their reports and reach added up, the highest severity) and due when the first of them is. Their own jobs
    stand by meanwhile (``holding``); what somebody holds already stays theirs, and what they decide is left out of the decision for all.

    Raises:
        Conflict: it is not being read, waits in a queue already, or none of its items has an open case.
        NotFound: there is no such queue for ordinary jobs.
    """
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include orders over many cases.")
    visible(actor, cluster_id)
    with writing(actor, reason="queued as one job") as w:
        cluster = Cluster.objects.select_for_update().get(pk=cluster_id)
        if cluster.state != Cluster.State.READING:
            raise Conflict("not_reading", f"The cluster is {cluster.state}: there is nothing to do in it.")
        if job_of(cluster) is not None:
            raise Conflict("queued_already", "The cluster waits in a queue already.")
        found = load(cluster)
        case = _case(cluster, found)
        if case is None or found.due_at is None:
            raise Conflict("no_open_case", "None of its items has an open case: nothing waits for a decision.",
                           hint="Read and decide it here, or open cases for its items first.")  # fmt: skip
        where = _route(actor, case, found, queue)
        job = jobs.make(
            w, case, kind=KIND, cause="new", where=where, due_at=found.due_at, urgency_of=_points(found),
        )  # fmt: skip
        held = holding.hold(w, cluster)
        w.update(cluster, job_id=job.pk)
        w.event(
            ClusterQueued(queue=job.queue_key, cases=found.cases, reports=found.reports, held=held),
            cluster,
            case_id=case.pk,
        )
    return job


def _case(cluster: Cluster, found: Load) -> Case | None:
    for pk in (cluster.case_id, found.first):
        row = Case.objects.select_for_update().filter(pk=pk, state="open", clearance="").first() if pk else None
        if row is not None:
            return row
    return None


def _route(actor: Actor, case: Case, found: Load, queue: str) -> Route:
    if not queue:
        now = plan.current()
        facts = facts_of(case, kind=KIND, asks=now.asks)
        return now.route(
            msgspec.structs.replace(facts, reports=found.reports, reach=found.reach, severity=found.severity)
        )
    known = plan.queue(queue)
    if known is None or not known.takes(""):
        raise NotFound("unknown_queue", f"There is no queue {queue[:80]!r} for such jobs.", where="queue")
    if not actor.may("review.reassign", queue=queue):
        raise Forbidden("no_permission", "You may not put jobs into this queue.", where="queue")
    return Route(queue, "put there by hand")


def _points(found: Load) -> Score:
    assert found.due_at is not None
    return score(
        Urgency(
            severity=found.severity, reach=found.reach, reports=found.reports, trusted=found.trusted, due_at=found.due_at,
            credit=found.credit / max(1, found.reports), together=True,
        ),
        clock.now(), current().weights,
    )  # fmt: skip


def job_of(cluster: Cluster) -> Job | None:
    """The job by which the cluster waits or is held, None when there is none (any more)."""
    if cluster.job_id is None:
        return None
    return Job.objects.filter(pk=cluster.job_id, state__in=jobs.OPEN).first()


def cluster_of_job(job: Job) -> Cluster | None:
    """The cluster that a job of this kind is about."""
    return Cluster.objects.filter(job_id=job.pk).first() if job.kind == KIND else None


def read_in_hand(actor: Actor, job_id: UUID, token: int, item_id: UUID, verdict: str) -> ClusterItem:
    """``clusters.read`` by who holds the job; ``Conflict("stale_lease")`` when they do not (any more)."""
    return reading.say(actor, _held(actor, job_id, token), item_id, verdict)


def preview_in_hand(actor: Actor, job_id: UUID, token: int, order: Order) -> previewing.Preview:
    """``clusters.preview`` by who holds the job."""
    return reading.preview(actor, _held(actor, job_id, token), order, permission=HELD)


@begin_again
def decide_in_hand(
    actor: Actor, job_id: UUID, token: int, order: Order, *, seen: str, why: str, active_ms: int = 0
) -> Batch:
    """Decide all of a cluster whose job one holds: the job is done and the batch ordered in one transaction.

    Args:
        seen: the token of the preview that was looked at.

    Raises:
        Conflict: the lease is over, a part of the sample is unread, or it would be done to others than the preview showed.
    """
    cluster = _held(actor, job_id, token)
    shown = reading.ready(actor, cluster, order, permission=HELD)
    with writing(actor, reason=" ".join(why.split())[:200]) as w:
        _case, job = claims.held_case(actor, job_id, token)
        held = Cluster.objects.select_for_update().get(pk=cluster.pk)
        finding = DecisionIn(verdict=order.verdict, violation_key=order.violation, active_ms=active_ms)
        decisions.finish(w, actor, job, finding, solves=False)  # its cases are solved one by one, by the batch
        return running.begin_in(
            w, actor, shown, token=seen, why=why, source="cluster", about=held.name, cluster=held,
        )  # fmt: skip


def end_job(w: Writer, cluster: Cluster, why: str) -> None:
    """End the cluster's job, if it waits or is held: the cluster is decided or dropped elsewhere. The caller has locked the cluster."""
    if cluster.job_id is None:
        return
    job = Job.objects.select_for_update().filter(pk=cluster.job_id, state__in=jobs.OPEN).first()
    if job is not None:
        jobs.end(w, job, why)


def _held(actor: Actor, job_id: UUID, token: int) -> Cluster:
    job = Job.objects.filter(
        pk=job_id, kind=KIND, state=Job.State.LEASED, lease_holder=person_id(actor), lease_token=token,
        lease_until__gt=clock.now(),
    ).first()  # fmt: skip
    cluster = cluster_of_job(job) if job is not None else None
    if cluster is None:
        raise claims.stale()
    return cluster
