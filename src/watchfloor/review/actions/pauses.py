"""A clock that stands still: a job that waits for someone outside is nobody's to take, and is due so much later."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import queries, service
from watchfloor.review.actions import claims, jobs
from watchfloor.review.actions import service as due_times
from watchfloor.review.actions.people import of_job, vendor_of
from watchfloor.review.domain import clocks
from watchfloor.review.domain.calendars import resumed
from watchfloor.review.domain.findings import WAITS_FOR
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobPaused, JobRescheduled, JobResumed
from watchfloor.review.models import Case, Job


def pause(actor: Actor, job_id: UUID, waits_for: str, *, token: int | None = None, why: str = "") -> Job:
    """Stop a job's clock. Who holds it gives the lease's ``token`` (the lease ends); a lead may stop a waiting job without.

    Raises:
        BadInput: ``waits_for`` is no key of ``domain.findings.WAITS_FOR``.
        Conflict: the lease is not (or no longer) theirs, or somebody holds it.
        NotFound: there is no such job, or the actor may not know of it.
    """
    if waits_for not in WAITS_FOR:
        raise BadInput("unknown_wait", f"{waits_for[:40]!r} is nobody to wait for.", where="waits_for",
                       hint=f"One of: {', '.join(WAITS_FOR)}.")  # fmt: skip
    now = clock.now()
    with writing(actor, reason=why) as w:
        if token is not None:
            _case, job = claims.held_case(actor, job_id, token)
        else:
            _case, job = _locked(actor, job_id)
            if job.state == Job.State.LEASED:
                raise Conflict("held", "Somebody holds this job.", hint="They can stop its clock themselves.")
        holder, touch = job.lease_holder, job.touch_ms if job.lease_holder else 0
        w.update(
            job, state=JOB.after(job.state, "pause"), lease_holder=None, touch_ms=0, active_ms=job.active_ms + touch,
            paused_at=now, paused_for=waits_for,
        )  # fmt: skip
        event = JobPaused(
            **of_job(job), waits_for=waits_for, reviewer=f"user:{holder}" if holder else "", vendor=vendor_of(holder),
            active_ms=touch,
        )  # fmt: skip
        w.event(event, job, case_id=job.case_id)
    return job


def resume(actor: Actor, job_id: UUID, *, why: str = "") -> Job:
    """Let the clock run again: what was left when it was stopped is left now. For who may work the job, or move it."""
    now = clock.now()
    with writing(actor, reason=why) as w:
        case, job = _locked(actor, job_id)
        state = JOB.after(job.state, "resume")
        assert job.paused_at is not None
        paused, waits_for = job.paused_at, job.paused_for
        hours = service.current().clock(due_times.clock_of(case, job).calendar)
        due_at = resumed(job.due_at, paused, now, hours)
        shift = due_at - job.due_at
        score = jobs.urgency(case, due_at, job.boost)
        if shift:
            w.update(case, due_at=max(case.due_at, due_at))
        w.update(
            job, state=state, due_at=due_at, priority=score.key, priority_parts=score.parts, paused_at=None, paused_for="",
            warned_at=None if shift else job.warned_at,
        )  # fmt: skip
        event = JobResumed(**of_job(job), paused_ms=clocks.milliseconds(now - paused), waits_for=waits_for)
        w.event(event, job, case_id=job.case_id)
        if shift:
            _say_moved(w, job, shift_ms=clocks.milliseconds(shift))
    return job


def _say_moved(w: Writer, job: Job, *, shift_ms: int) -> None:
    left = int((job.due_at - clock.now()).total_seconds() * 1000)
    event = JobRescheduled(**of_job(job), by="pause", allowed_ms=left, moved_ms=shift_ms)
    w.event(event, job, case_id=job.case_id)


def _locked(actor: Actor, job_id: UUID) -> tuple[Case, Job]:
    known = queries.known_jobs(actor).filter(pk=job_id).values_list("case_id", flat=True).first()
    case = None if known is None else Case.objects.select_for_update().filter(pk=known).first()
    job = None if case is None else Job.objects.select_for_update().filter(pk=job_id).first()
    if case is None or job is None:
        raise NotFound("unknown_job", "There is no such job.")
    here: dict[str, Any] = {
        "queue": job.queue_key,
        "market": job.market,
        "severity": job.severity,
        "clearance": job.clearance,
    }
    if not any(actor.may(name, **here) for name in ("review.reassign", "review.work")):
        raise Forbidden("no_permission", "You may not stop or start this job's clock.")
    return case, job
