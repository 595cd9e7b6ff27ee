"""Keeping hold of a job: heartbeat, accept, extend, release, skip, and the sweep of leases that ran out or lie idle.

A lease is (holder, token, until) in the job's row. The token grows with every lease, so whoever was holding the job before
holds a stale one: every verb here and ``decide`` refuse it with ``Conflict("stale_lease")``. Heartbeats change untracked columns
only; taking (``taking``) and giving back are in the ledger.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.actions import cases, stepping_back
from watchfloor.review.actions.people import may_work, of_job, person_id, vendor_of
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.domain import clocks
from watchfloor.review.domain.findings import SKIP_REASONS
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobReleased
from watchfloor.review.models import Case, Job
from watchfloor.workforce import actions as workforce


def heartbeat(actor: Actor, job_id: UUID, token: int, active_ms: int = 0, *, seconds: float = 300) -> datetime:
    """A sign of life: the lease now runs ``seconds`` from here; returns until when. ``active_ms`` is this touch's focus so far.

    A page that is open and not looked at keeps nothing: when focus has not grown for ``LEASE_IDLE_MINUTES`` the job goes back, and
    the heartbeat is told ``Conflict("stale_lease")``. The first heartbeat accepts a job that was offered.
    """
    now = clock.now()
    with writing(actor) as w:
        job = held_job(actor, job_id, token)
        assert job.leased_at is not None
        touch = clocks.focus_ms(job.touch_ms, active_ms, now - (job.seen_at or job.leased_at))
        focus_at = now if touch > job.touch_ms else job.focus_at or job.leased_at
        idle = _idle_since(now)
        if idle is None or focus_at > idle:
            until = clocks.lease_until(now, job.leased_at, seconds)
            Job.objects.filter(pk=job.pk).update(
                lease_until=until, seen_at=now, touch_ms=touch, focus_at=focus_at, accept_by=None
            )
            return until
        _give_back(w, job, "release", "idle", now=now)
    raise Conflict(
        "stale_lease", "The job went back to its queue: nobody had looked at it for a while.",
        hint="Take the next job.",
    )  # fmt: skip


def accept(actor: Actor, job_id: UUID, token: int, *, seconds: float = 300) -> datetime:
    """Take a job one was offered: from now it is an ordinary lease; returns until when."""
    return _prolong(actor, job_id, token, seconds)


def extend(actor: Actor, job_id: UUID, token: int, *, seconds: float = 600) -> datetime:
    """Ask for more time; returns until when. No more than ``MAX_HOLD`` from the start of the lease."""
    return _prolong(actor, job_id, token, seconds)


def _prolong(actor: Actor, job_id: UUID, token: int, seconds: float) -> datetime:
    """An act of the holder: it counts as focus, and as acceptance."""
    now = clock.now()
    with transaction.atomic():
        job = held_job(actor, job_id, token)
        assert job.leased_at is not None
        until = clocks.lease_until(now, job.leased_at, seconds)
        Job.objects.filter(pk=job.pk).update(lease_until=until, focus_at=now, accept_by=None)
        if job.accept_by is not None and job.kind == "escalation":
            from watchfloor.review.actions import escalations  # it stands on this module

            with writing(actor) as w:
                escalations.acknowledge_of(w, job)
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
    case = cases.lock_of_job(job_id, person_id(actor))
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
    """Put jobs whose lease ran out, or whose holder looks away, back into their queues; returns how many. Safe to run anywhere."""
    now = clock.now()
    over = Q(lease_until__lte=now)
    idle = _idle_since(now)
    if idle is not None:
        over |= Q(focus_at__lte=idle)
    with writing(system("leases")) as w:
        ran_out = Job.objects.select_for_update(skip_locked=True).filter(over, state=Job.State.LEASED)
        jobs = list(ran_out.order_by("lease_until")[:limit])
        for job in jobs:
            if not expire(w, job, now):
                _give_back(w, job, "release", "idle", now=now)
    return len(jobs)


def let_go(w: Writer, user_id: UUID) -> int:
    """Everything a person holds goes back at once: they may no longer sign in. How many jobs. (``identity.actions.when_out``)"""
    now = clock.now()
    held = Job.objects.select_for_update().filter(state=Job.State.LEASED, lease_holder=user_id).order_by("pk")
    jobs = list(held)
    for job in jobs:
        _give_back(w, job, "release", "released", detail="signed out", now=now)
    return len(jobs)


def _idle_since(now: datetime) -> datetime | None:
    """Who has not looked since then is idle; None: nobody ever is."""
    minutes: int = settings.LEASE_IDLE_MINUTES
    return now - timedelta(minutes=minutes) if minutes > 0 else None


def touch_of(job: Job, claimed_ms: int, now: datetime) -> int:
    """The focus time of the touch that ends now: what heartbeats told, and what the last message adds within bounds."""
    assert job.leased_at is not None
    return clocks.focus_ms(job.touch_ms, claimed_ms, now - (job.seen_at or job.leased_at))


def expire(w: Writer, job: Job, now: datetime) -> bool:
    """End the lease of a locked job if it ran out. A job that was offered and not accepted was never looked at."""
    if job.state != Job.State.LEASED or job.lease_until is None or job.lease_until > now:
        return False
    why = "expired" if job.accept_by is None else "unaccepted"
    holder = job.lease_holder
    _give_back(w, job, "expire", why, now=now, until=job.lease_until)
    if why == "unaccepted" and holder is not None:
        workforce.gone_quiet(w, holder)
    return True


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
        focus_at=None, accept_by=None, active_ms=job.active_ms + touch,
    )  # fmt: skip
    w.event(event, job, case_id=job.case_id)


def _released(
    job: Job, holder: UUID | None, why: str, touch: int, since: datetime | None, until: datetime, detail: str = ""
) -> JobReleased:
    return JobReleased(
        **of_job(job), reviewer=f"user:{holder}", vendor=vendor_of(holder), why=why, detail=detail, active_ms=touch,
        held_ms=clocks.milliseconds(until - since) if since else 0,
    )  # fmt: skip


def out(job: Job) -> LeaseOut:
    """A leased job as its holder is told of it."""
    assert job.lease_until is not None
    return LeaseOut(
        job_id=job.pk, case_id=job.case_id, queue_key=job.queue_key, token=job.lease_token, until=job.lease_until
    )
