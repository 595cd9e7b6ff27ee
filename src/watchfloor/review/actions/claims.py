"""Taking the next job and keeping hold of it: claim, heartbeat, extend, release, skip, and the sweep of leases that ran out.

A lease is (holder, token, until) in the job's row. The token grows with every lease, so whoever was holding the job before
holds a stale one: every verb here and ``decide`` refuse it with ``Conflict("stale_lease")``. Heartbeats change untracked columns
only; taking and giving back are in the ledger.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import plan
from watchfloor.review.actions import cases, claimsql, stepping_back
from watchfloor.review.actions.people import may_work, of_job, person, person_id, vendor_of
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.domain import clocks
from watchfloor.review.domain.findings import SKIP_REASONS
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobLeased, JobReleased
from watchfloor.review.models import Case, Job

WORKING = ("review.work", "review.appeal", "review.escalation")
LEASE_BOUNDS = (10, 3600)
LEASE_COLUMNS = ("state", "lease_holder", "lease_token", "leased_at", "touches", "active_ms")


def claim(actor: Actor, *, queue: str | None = None, lease_seconds: float = 300) -> LeaseOut | None:
    """The next job for this actor, by priority over their queues (or of one queue); None when nothing waits for them.

    Who already holds a job gets that one again. Raises ``Forbidden`` without any working permission, ``NotFound`` for a queue
    that does not exist or is closed to the actor.
    """
    if not any(actor.has(permission) for permission in WORKING):
        raise Forbidden("no_permission", "Your roles do not include reviewing.")
    seconds = min(max(lease_seconds, LEASE_BOUNDS[0]), LEASE_BOUNDS[1])
    try:
        return _claim(actor, queue, seconds)
    except IntegrityError as error:
        if "review_job_one_lease" not in str(error):
            raise
        # The same person claimed in another window at the same moment: that lease is there now.
        return _claim(actor, queue, seconds)


def _claim(actor: Actor, queue: str | None, seconds: float) -> LeaseOut | None:
    now = clock.now()
    who = person(actor)
    queues = queues_of(queue, who.queues)
    until = now + timedelta(seconds=seconds)
    with writing(actor) as w:
        taken = claimsql.take(actor, who, queues, now=now, until=until)
        if taken is None:  # nothing waits, or they hold one: that one again, if it is still theirs
            held = rows.one(Job, "WHERE state = 'leased' AND lease_holder = %s", [who.id])
            if held is None:
                return None
            if held.lease_until and held.lease_until > now:
                return _out(held)
            _expire(w, Job.objects.select_for_update().get(pk=held.pk), now)
            taken = claimsql.take(actor, who, queues, now=now, until=until)
            if taken is None:
                return None
        job = taken.job
        if taken.was_state == Job.State.LEASED:
            w.event(_released(job, taken.was_holder, "expired", taken.was_touch_ms, taken.was_leased_at, now), job,
                    case_id=job.case_id)  # fmt: skip
        w.wrote(job, *LEASE_COLUMNS)
        event = JobLeased(
            **of_job(job), reviewer=str(actor), vendor=who.vendor, touch=job.touches,
            wait_ms=clocks.milliseconds(now - job.ready_at), age_ms=clocks.milliseconds(now - job.opened_at),
        )  # fmt: skip
        w.event(event, job, case_id=job.case_id)
        if job.kind == "escalation":
            from watchfloor.review.actions import escalations  # it stands on this module

            escalations.acknowledge_of(w, job)
        return _out(job)


def queues_of(wanted: str | None, own: tuple[str, ...]) -> list[str]:
    """The queues to take from: the one wanted, else one's own, else all; paused ones give nothing."""
    if wanted is not None:
        found = plan.queue(wanted)
        if found is None or found.archived or (own and wanted not in own):
            raise NotFound("unknown_queue", f"There is no queue {wanted[:80]!r} for you.", where="queue")
        return [] if found.paused else [wanted]
    return sorted(each.key for each in plan.live_queues() if not each.paused and (not own or each.key in own))


def heartbeat(actor: Actor, job_id: UUID, token: int, active_ms: int = 0, *, seconds: float = 300) -> datetime:
    """A sign of life: the lease now runs ``seconds`` from here; returns until when. ``active_ms`` is this touch's focus so far."""
    now = clock.now()
    with transaction.atomic():
        job = held_job(actor, job_id, token)
        assert job.leased_at is not None
        until = clocks.lease_until(now, job.leased_at, seconds)
        touch = clocks.focus_ms(job.touch_ms, active_ms, now - (job.seen_at or job.leased_at))
        Job.objects.filter(pk=job.pk).update(lease_until=until, seen_at=now, touch_ms=touch)
    return until


def extend(actor: Actor, job_id: UUID, token: int, *, seconds: float = 600) -> datetime:
    """Ask for more time; returns until when. No more than ``MAX_HOLD`` from the start of the lease."""
    now = clock.now()
    with transaction.atomic():
        job = held_job(actor, job_id, token)
        assert job.leased_at is not None
        until = clocks.lease_until(now, job.leased_at, seconds)
        Job.objects.filter(pk=job.pk).update(lease_until=until)
    return until


def release(actor: Actor, job_id: UUID, token: int, *, active_ms: int = 0) -> None:
    """Give the job back undecided; anyone may get it, the same person too."""
    now = clock.now()
    with writing(actor) as w:
        _give_back(w, held_job(actor, job_id, token), "release", "released", active_ms=active_ms, now=now)


def skip(actor: Actor, job_id: UUID, token: int, reason: str, *, active_ms: int = 0) -> None:
    """Give the job back with a reason (a key of ``SKIP_REASONS``); this person will not get it again.

    The reason ``wellbeing`` is a step back: no skip, and in no number of anybody's.
    """
    if reason == "wellbeing":
        stepping_back.step_back(actor, job_id, token)
        return
    if reason not in SKIP_REASONS:
        raise BadInput("unknown_skip_reason", f"{reason[:60]!r} is no reason to skip.", where="reason",
                       hint=f"One of: {', '.join(SKIP_REASONS)}.")  # fmt: skip
    now = clock.now()
    with writing(actor) as w:
        job = held_job(actor, job_id, token)
        w.update(job, excluded=[*job.excluded, person_id(actor)])
        _give_back(w, job, "skip", "skipped", detail=reason, active_ms=active_ms, now=now)


def held_job(actor: Actor, job_id: UUID, token: int) -> Job:
    """The job, locked, if this actor's lease with this token is alive; else ``Conflict("stale_lease")``."""
    job = rows.one(Job, "WHERE id = %s FOR UPDATE", [job_id])
    now = clock.now()
    if (
        job is None or job.state != Job.State.LEASED or job.lease_holder != person_id(actor)
        or job.lease_token != token or job.lease_until is None or job.lease_until <= now
    ):  # fmt: skip
        raise stale()
    return job


def held_case(actor: Actor, job_id: UUID, token: int) -> tuple[Case, Job]:
    """The case and the job, both locked (the case first), if this actor's lease is alive and they may work the job."""
    case = cases.lock_of_job(job_id)
    if case is None:
        raise stale()
    job = held_job(actor, job_id, token)
    if not may_work(actor, job):
        raise Forbidden("no_permission", "Your roles no longer include this job.")
    return case, job


def stale() -> Conflict:
    """What everyone is told whose hold on a job is over (or never was)."""
    return Conflict(
        "stale_lease", "You no longer hold this job: the lease ran out, or the case was closed.",
        hint="Take the next job; what you typed was not saved.",
    )  # fmt: skip


def sweep_leases(limit: int = 200) -> int:
    """Put jobs whose lease ran out back into their queues; returns how many. Safe to run anywhere, at any time."""
    now = clock.now()
    with writing(system("leases")) as w:
        ran_out = Job.objects.select_for_update(skip_locked=True).filter(state=Job.State.LEASED, lease_until__lte=now)
        jobs = list(ran_out.order_by("lease_until")[:limit])
        for job in jobs:
            _expire(w, job, now)
    return len(jobs)


def touch_of(job: Job, claimed_ms: int, now: datetime) -> int:
    """The focus time of the touch that ends now: what heartbeats told, and what the last message adds within bounds."""
    assert job.leased_at is not None
    return clocks.focus_ms(job.touch_ms, claimed_ms, now - (job.seen_at or job.leased_at))


def _expire(w: Writer, job: Job, now: datetime) -> None:
    if job.state == Job.State.LEASED and job.lease_until is not None and job.lease_until <= now:
        _give_back(w, job, "expire", "expired", now=now, until=job.lease_until)


def _give_back(
    w: Writer,
    job: Job,
    verb: str,
    why: str,
    *,
    now: datetime,
    detail: str = "",
    active_ms: int = 0,
    until: datetime | None = None,
) -> None:
    touch = touch_of(job, active_ms, now)
    event = _released(job, job.lease_holder, why, touch, job.leased_at, until or now, detail)
    w.update(
        job, state=JOB.after(job.state, verb), lease_holder=None, lease_until=None, touch_ms=0,
        active_ms=job.active_ms + touch,
    )  # fmt: skip
    w.event(event, job, case_id=job.case_id)


def _released(
    job: Job, holder: UUID | None, why: str, touch: int, since: datetime | None, until: datetime, detail: str = ""
) -> JobReleased:
    return JobReleased(
        **of_job(job), reviewer=f"user:{holder}", vendor=vendor_of(holder), why=why, detail=detail, active_ms=touch,
        held_ms=clocks.milliseconds(until - since) if since else 0,
    )  # fmt: skip


def _out(job: Job) -> LeaseOut:
    assert job.lease_until is not None
    return LeaseOut(
        job_id=job.pk, case_id=job.case_id, queue_key=job.queue_key, token=job.lease_token, until=job.lease_until
    )
