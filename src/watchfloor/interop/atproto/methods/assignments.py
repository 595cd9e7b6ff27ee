"""Who works on which report: one holds the lease on the case behind. Of others it is not told.

A console says of every report it opens that somebody looks. That is a lease, for nothing is decided without one; but one holds a single
case, so a look is put down when the next one is taken up. What was taken for longer is kept until it is given back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.interop.atproto import numbers
from watchfloor.interop.atproto.asking import GET, Ask, iso, method
from watchfloor.interop.atproto.methods.serving import role_of
from watchfloor.kernel import clock
from watchfloor.review import actions as review
from watchfloor.review.models import Job, Report

LOOK_S, KEPT_S = 300, 3600
MOST_OF_CASE = 100


@method("tools.ozone.report.getAssignments", GET, ("case.view",))
def get_assignments(ask: Ask) -> dict[str, Any]:
    """The caller's own: the reports of the case they hold."""
    ask.limit()
    wanted = ask.many("reportIds")
    if ask.many("dids") and ask.who.did not in ask.many("dids"):
        return {"assignments": []}
    out = []
    for job in held(ask.actor):
        for row in Report.objects.filter(case=job.case_id).order_by("pk")[:MOST_OF_CASE]:
            number = numbers.number(numbers.REPORT, row.pk)
            if not wanted or str(number) in wanted:
                out.append(view(ask, job, number))
    return {"assignments": out}


def held(actor: Actor) -> list[Job]:
    """The job of the caller's lease, if it still runs."""
    rows = Job.objects.filter(state=Job.State.LEASED, lease_holder=UUID(actor.id), lease_until__gt=clock.now())
    return list(rows)


def is_look(job: Job) -> bool:
    """Whether a lease is for a look."""
    return bool(job.leased_at and job.lease_until and job.lease_until - job.leased_at <= timedelta(seconds=LOOK_S))


def put_down(actor: Actor, case_id: UUID) -> None:
    """Give back what is only looked at, but for this case."""
    for job in held(actor):
        if job.case_id != case_id and is_look(job):
            review.release(actor, job.pk, job.lease_token)


def view(ask: Ask, job: Job, number: int) -> dict[str, Any]:
    """A lease as an assignment; one without an end is kept until it is given back."""
    ends = {"endAt": iso(job.lease_until)} if job.lease_until and is_look(job) else {}
    return {
        "id": numbers.number(numbers.JOB, job.pk), "did": ask.who.did, "reportId": number, "startAt": iso(job.leased_at or clock.now()),
        "moderator": {"did": ask.who.did, "role": role_of(ask.who), "disabled": False}, **ends,
    }  # fmt: skip
