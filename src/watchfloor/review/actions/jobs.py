"""A job's life apart from its lease: made with a route, a due time and a priority; hurried by new reports; ended from outside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer
from watchfloor.review import boosts, plan, service
from watchfloor.review.actions.people import of_job, vendor_of
from watchfloor.review.domain import clocks
from watchfloor.review.domain.priority import Score, Urgency, score
from watchfloor.review.domain.routing import Route
from watchfloor.review.domain.service import earliest
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobCancelled, JobReady
from watchfloor.review.facts import facts_of
from watchfloor.review.models import Case, Job

LIVE = (Job.State.READY, Job.State.LEASED)  # whose clock runs
OPEN = (*LIVE, Job.State.WAITING)
FLOOR_KINDS = ("review", "second", "escalation")  # those whose work is the case itself; an appeal stands apart


def due(case: Case, queue_key: str, start: datetime, *, reporter_kind: str = "") -> datetime:
    """When work on a case in this queue is due: the earliest of its due times (``review.service.sources``)."""
    return earliest(service.sources(service.current(), case, queue_key, start, notice=reporter_kind)).at


def urgency(case: Case, due_at: datetime, boost: float = 0.0) -> Score:
    """The case's score now, for a job due then."""
    return score(
        Urgency(
            severity=case.severity, reach=case.reach, reports=case.report_count, trusted=case.trusted_count,
            due_at=due_at, credit=case.credit / max(1, case.report_count), boost=boost,
        ),
        clock.now(), service.current().weights,
    )  # fmt: skip


def make(
    w: Writer,
    case: Case,
    *,
    kind: str,
    cause: str,
    where: Route,
    due_at: datetime,
    excluded: Iterable[UUID] = (),
    appeal_id: UUID | None = None,
    opened_at: datetime | None = None,
    urgency_of: Score | None = None,
) -> Job:
    """Make a ready job and say so. ``urgency_of``: its points, where they are not those of the case alone."""
    now = clock.now()
    boost = boosts.points(case, where.queue, kind)
    points = urgency_of or urgency(case, due_at, boost)
    job = w.create(
        Job, plan=service.current().number, boost=boost,
        case=case, queue_key=where.queue, kind=kind, state=Job.State.READY, priority=points.key,
        priority_parts=points.parts, routed_by=where.rule, market=case.market, language=case.language,
        policy_key=case.policy_key, severity=case.severity, clearance=case.clearance, channel=case.channel, cause=cause,
        opened_at=opened_at or case.reopened_at or case.opened_at, due_at=due_at, ready_at=now, appeal_id=appeal_id,
        excluded=sorted(set(excluded)), needs=sorted(set(where.needs)),
        relax_at=None if where.relax_after is None else now + timedelta(seconds=where.relax_after),
    )  # fmt: skip
    allowed = clocks.milliseconds(due_at - now)
    w.event(JobReady(**of_job(job), cause=cause, routed_by=where.rule, allowed_ms=allowed), job, case_id=case.pk)
    return job


def route_case(case: Case, *, kind: str = "review", reporter_kind: str = "") -> Route:
    """The queue for a case, by the live routing table."""
    now = plan.current()
    return now.route(facts_of(case, kind=kind, reporter_kind=reporter_kind, asks=now.asks))


def hurry(w: Writer, case: Case) -> bool:
    """Bring the case's live jobs up to its present severity, reach, reports and due time; the next event carries it.

    Returns False when there is no live job to bring up (a job that may no longer stay where it is has been ended). The caller
    holds the case's lock.
    """
    found = False
    for job in _live(case):
        if job.clearance != case.clearance:  # became restricted: out of ordinary queues and hands, at once
            end(w, job, "restricted")
            continue
        found = True
        due_at = min(job.due_at, case.due_at)
        points = urgency(case, due_at, job.boost)
        if abs(points.key - job.priority) > 1e-9 or job.severity != case.severity:
            w.update(job, priority=points.key, priority_parts=points.parts, severity=case.severity, due_at=due_at)
    return found


def end_live(w: Writer, case: Case, why: str) -> int:
    """End the case's live jobs (appeals stand apart): waiting ones are cancelled, held ones superseded (the token is stale then)."""
    ended = 0
    for job in _live(case):
        end(w, job, why)
        ended += 1
    return ended


def _live(case: Case) -> list[Job]:
    """The case's live jobs, locked in one order."""
    return rows.select(
        Job, "WHERE case_id = %s AND state = ANY(%s) AND kind = ANY(%s) ORDER BY id FOR UPDATE",
        [case.pk, [str(state) for state in OPEN], list(FLOOR_KINDS)],
    )  # fmt: skip


def end(w: Writer, job: Job, why: str) -> None:
    """End one live job that the caller has locked."""
    holder = job.lease_holder
    held = job.state == Job.State.LEASED
    active = job.touch_ms if held else 0
    w.update(
        job, state=JOB.after(job.state, "supersede" if held else "cancel"), lease_holder=None, touch_ms=0,
        active_ms=job.active_ms + active,
    )  # fmt: skip
    event = JobCancelled(
        **of_job(job), why=why, active_ms=active, reviewer=f"user:{holder}" if held else "",
        vendor=vendor_of(holder) if held else "",
    )  # fmt: skip
    w.event(event, job, case_id=job.case_id)
