"""Taking this very case instead of the next one: for leads and specialists, and for whoever asked and got the answer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import writing
from watchfloor.review.actions import cases
from watchfloor.review.actions.claims import expire, out
from watchfloor.review.actions.people import may_work, of_job, person, person_id
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.domain import clocks
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobLeased
from watchfloor.review.models import Job
from watchfloor.review.models_bench import Inquiry
from watchfloor.review.queries import access

LEASE_COLUMNS = ("state", "lease_holder", "lease_token", "leased_at", "touches", "active_ms")
ASK = "ask"  # the queue in which jobs wait for an answer


def may_claim(actor: Actor, job: Job) -> bool:
    """May this actor take this very job, if it is free?"""
    here = {"queue": job.queue_key, "market": job.market, "severity": job.severity, "clearance": job.clearance}
    if person_id(actor) in job.excluded:
        return False
    if actor.may("review.claim_case", **here) and may_work(actor, job):  # type: ignore[arg-type]
        return True
    asked = Inquiry.objects.filter(job_id=job.pk, asked_by=str(actor)).exclude(state=Inquiry.State.OPEN)
    return may_work(actor, job) and asked.exists()


@begin_again
def claim_case(actor: Actor, case_id: UUID, *, lease_seconds: float = 300) -> LeaseOut:
    """Lease the case's waiting job. ``Conflict`` when one holds another job, when someone else holds it, or none waits.

    ``NotFound`` for a case one may not know of; ``Forbidden`` without ``review.claim_case`` (unless one asked a specialist about it),
    and for who must not decide it again.
    """
    found = access.case(actor, case_id, why="claimed")
    who, now = person(actor), clock.now()
    with writing(actor) as w:
        cases.lock(found.pk)
        held = Job.objects.select_for_update().filter(state=Job.State.LEASED, lease_holder=who.id).first()
        if held is not None and expire(w, held, now):  # it ran out, and nobody has swept it yet
            held = None
        live = Job.objects.select_for_update().filter(case=found, state__in=(Job.State.READY, Job.State.LEASED))
        jobs = sorted(live, key=lambda job: (job.lease_holder != who.id, job.state != Job.State.READY, job.ready_at))
        if not jobs:
            raise Conflict("nothing_waits", "Nothing waits on this case.", hint="It is decided, or withdrawn.")
        job = jobs[0]
        if held is not None and held.pk != job.pk:
            raise Conflict("holds_another", "You hold another case.", hint="Decide it or give it back first.")
        if held is not None and held.lease_until is not None:
            return out(held)
        if who.limits.rest:
            raise Conflict("rest", "A rest is due before the next case.", hint="See My well-being.")
        if not may_claim(actor, job):
            raise Forbidden(
                "no_permission", "You may not take this very case.", hint="Take the next one of your queues."
            )
        if job.state == Job.State.LEASED:
            raise Conflict("held", "Someone else holds it now.", hint="It comes back when they decide or give it back.")
        job.lease_until, job.seen_at, job.touch_ms = now + timedelta(seconds=lease_seconds), now, 0
        job.focus_at, job.accept_by = None, None
        job.state, job.lease_holder, job.leased_at = JOB.after(job.state, "claim"), who.id, now
        job.lease_token, job.touches = job.lease_token + 1, job.touches + 1
        job.save(update_fields=[*LEASE_COLUMNS, "lease_until", "seen_at", "touch_ms", "focus_at", "accept_by"])
        w.wrote(job, *LEASE_COLUMNS)
        event = JobLeased(
            **of_job(job), reviewer=str(actor), vendor=who.vendor, touch=job.touches,
            wait_ms=clocks.milliseconds(now - job.ready_at), age_ms=clocks.milliseconds(now - job.opened_at),
        )  # fmt: skip
        w.event(event, job, case_id=job.case_id)
        if job.kind == "escalation":
            from watchfloor.review.actions import escalations  # it stands on the claims, as this does

            escalations.acknowledge_of(w, job)
        return out(job)
