"""A decision that is sent twice is one: the network may lose the answer, and the page then sends the same form again."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import Conflict
from watchfloor.review.actions.decisions import decide
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Decision, Job


def decide_once(actor: Actor, job_id: UUID, token: int, finding: DecisionIn) -> Decision:
    """``decide``, or the decision this very lease (the same token) has already come to, if it says the same.

    Raises what ``decide`` raises; a second message that says something else is ``Conflict("stale_lease")`` like any late one.
    """
    try:
        return decide(actor, job_id, token, finding)
    except Conflict as error:
        made = _made(actor, job_id, token, finding) if error.code == "stale_lease" else None
        if made is None:
            raise
        return made


def _made(actor: Actor, job_id: UUID, token: int, finding: DecisionIn) -> Decision | None:
    job = Job.objects.filter(pk=job_id, state=Job.State.DECIDED, lease_token=token).first()
    if job is None:
        return None
    same = {"verdict": finding.verdict, "violation_key": finding.violation_key, "decider": str(actor)}
    return Decision.objects.filter(job=job, **same).order_by("at").first()
