"""Stepping back: a case was too much just now. It goes to somebody else, and nothing counts against the person who gave it back.

What "nothing" means, number by number: the release is of a kind of its own, so the skip rate does not see it; the time spent is not
added to the job, so no AHT contains it; the event names neither the person nor their vendor, so no split by them and no timeline of
a case does; and the touch is taken out of what makes a case "one touch".
"""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor, system
from watchfloor.ledger.writer import writing
from watchfloor.review.actions.people import of_job, person_id
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobReleased
from watchfloor.workforce import exposure, paces

WHY = "stepped_back"


def step_back(actor: Actor, job_id: UUID, token: int) -> None:
    """Give the held job back, at once and without a question; this person will not get it again.

    Raises ``Conflict("stale_lease")`` when the lease is over already.
    """
    from watchfloor.review.actions.claims import held_job  # it calls this module for a skip with the reason "wellbeing"

    with writing(system("floor")) as w:
        job = held_job(actor, job_id, token)
        w.update(
            job, excluded=[*job.excluded, person_id(actor)], state=JOB.after(job.state, "skip"), lease_holder=None,
            lease_until=None, focus_at=None, accept_by=None, touch_ms=0, touches=max(0, job.touches - 1),
        )  # fmt: skip
        w.event(JobReleased(**of_job(job), reviewer="", vendor="", why=WHY), job, case_id=job.case_id)
        paces.stepped_back(person_id(actor))
    exposure.end(job_id, token)
