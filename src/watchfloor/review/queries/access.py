"""Which cases and jobs an actor may know of. Everything that lists, counts or opens them starts here; the rest is a 404."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from watchfloor.identity import access, audit
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.review.models import Case, Decision, Job

_JOB = {"queue": "queue_key", "market": "market", "severity": "severity", "clearance": "clearance"}
_CASE = {"market": "market", "severity": "severity", "clearance": "clearance"}
WORK = {
    "review.work": ("review", "second", "golden"), "review.appeal": ("appeal",), "review.escalation": ("escalation",),
    "review.cluster": ("cluster",), "review.look": ("qa",),
}  # fmt: skip


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """The cases this actor may open. Who is limited to queues sees the cases that have, or had, a job there."""
    if actor.all_powerful:
        return Case.objects.all()
    limited = [scope for scope in actor.scopes if scope.queues is not None and "case.view" in scope.permissions]
    free = msgspec.structs.replace(actor, scopes=tuple(scope for scope in actor.scopes if scope.queues is None))
    allowed = access.rows(free, "case.view", **_CASE)
    if limited:
        by_queue = msgspec.structs.replace(actor, scopes=tuple(limited))
        jobs = Job.objects.filter(access.rows(by_queue, "case.view", **_JOB), case=OuterRef("pk"))
        # The case's own clearance counts too: it may have become restricted after that job was made.
        allowed |= Q(Exists(jobs)) & access.rows(by_queue, "case.view", **_CASE)
    return Case.objects.filter(allowed)


def visible_jobs(actor: Actor) -> QuerySet[Job]:
    """The jobs this actor may see: those of cases they may open, and those they may work."""
    allowed = access.rows(actor, "case.view", **_JOB)
    for permission, kinds in WORK.items():
        allowed |= Q(kind__in=kinds) & access.rows(actor, permission, **_JOB)
    return Job.objects.filter(allowed)


def known_jobs(actor: Actor) -> QuerySet[Job]:
    """The jobs this actor may see, and the one they hold. Asked by id in one question, so that "no" costs the same for a job that
    is there as for one that never was."""
    try:
        return visible_jobs(actor) | Job.objects.filter(lease_holder=UUID(actor.id))
    except ValueError:
        return visible_jobs(actor)


def known_decisions(actor: Actor) -> QuerySet[Decision]:
    """One's own decisions, those of cases one may open, and those one may take back."""
    taking_back = {name: f"case__{column}" for name, column in _CASE.items()}
    return Decision.objects.filter(
        Q(decider=str(actor))
        | Q(case__in=visible_cases(actor).values("pk"))
        | access.rows(actor, "review.undo", **taking_back)
    )


def case(actor: Actor, case_id: UUID, *, why: str = "") -> Case:
    """One case, with its item; ``NotFound`` when there is none or the actor may not know of it.

    Also opened by whoever holds one of its jobs now. Each opening of a restricted case is logged.
    """
    found = visible_cases(actor).select_related("item", "item__author").filter(pk=case_id).first()
    if found is None:
        found = _held(actor, case_id)
    if found is None:
        raise NotFound("unknown_case", "There is no such case.")
    if found.clearance:
        audit.record(actor, f"case:{found.pk}", why, clearance=found.clearance)
    return found


def _held(actor: Actor, case_id: UUID) -> Case | None:
    try:
        holder = UUID(actor.id)
    except ValueError:
        return None
    held = Job.objects.filter(case=OuterRef("pk"), state=Job.State.LEASED, lease_holder=holder)
    return Case.objects.select_related("item", "item__author").filter(Exists(held), pk=case_id).first()
