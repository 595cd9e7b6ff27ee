"""Jobs that look at a decision again: made, answered, ended. Whatever is found, nothing is decided, enforced or told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger import rows
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review import looks
from watchfloor.review.actions import claims, findings, jobs
from watchfloor.review.actions.people import person_id
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain.routing import Route
from watchfloor.review.models import Case, Job


def make(
    w: Writer,
    case: Case,
    *,
    kind: str,
    queue: str,
    due_at: datetime,
    excluded: Iterable[UUID] = (),
    cause: str = "sample",
) -> Job:
    """A job of a kind of ``looks.KINDS`` about a case, whatever its state; never for those in ``excluded``."""
    if kind not in looks.KINDS:
        raise BadInput("unknown_kind", f"{kind[:20]!r} is no kind of look.", where="kind", hint=", ".join(looks.KINDS))
    return jobs.make(
        w, case, kind=kind, cause=cause, where=Route(queue, cause), due_at=due_at, excluded=excluded, opened_at=clock.now()
    )  # fmt: skip


@begin_again
def answer(actor: Actor, job_id: UUID, token: int, finding: DecisionIn) -> None:
    """Say what one finds at a look one holds. Sent twice under one lease, it counts once.

    Raises ``Conflict("stale_lease")`` when the lease is over, ``BadInput`` for an incomplete finding.
    """
    from watchfloor.review.actions.decisions import finish  # it stands beside this module

    if Job.objects.filter(
        pk=job_id, state=Job.State.DECIDED, lease_token=token, kind__in=looks.KINDS, lease_holder=person_id(actor)
    ).exists():
        return
    with writing(actor) as w:
        case, job = claims.held_case(actor, job_id, token)
        if job.kind not in looks.KINDS:
            raise Conflict("no_look", "This job is decided, not only looked at.", hint="Decide it.")
        if person_id(actor) in job.excluded:
            raise Forbidden("own_decision", "You decided this before (or gave it back): another person must.")
        policy_key = findings.check(finding, case, actor)
        version = policies.version_in_force(policy_key)
        finish(w, actor, job, finding, solves=False)
        looks.tell(
            w,
            looks.Answer(
                job_id=job.pk, case_id=case.pk, by=str(actor), verdict=finding.verdict, violation_key=finding.violation_key,
                policy_key=policy_key, policy_version=version.id if version else None, item_version=case.item_version,
                rationale=finding.rationale, active_ms=job.active_ms,
            ),
        )  # fmt: skip


def end(w: Writer, job_id: UUID, why: str) -> bool:
    """End a look that is not needed any more; False when it was over already."""
    job = rows.one(Job, "WHERE id = %s FOR UPDATE", [job_id])
    if job is None or job.state not in jobs.OPEN:
        return False
    jobs.end(w, job, why)
    return True
