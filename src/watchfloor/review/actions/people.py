"""Who works: the reviewer behind an actor, and the floor events' dimensions of cases and jobs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden
from watchfloor.review.actions import workload
from watchfloor.review.models import Case, Job
from watchfloor.workforce.contracts import NO_LIMITS, Limits
from watchfloor.workforce.domain.matching import on_shift, skills
from watchfloor.workforce.limits import limits_of
from watchfloor.workforce.queries import roster_row

WORK_PERMISSION = {
    "appeal": "review.appeal", "escalation": "review.escalation", "cluster": "review.cluster", "qa": "review.look",
}  # fmt: skip


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person who can hold a lease, and what staffing knows of them now.

    None does not limit, nor do empty languages and queues; empty ``skills`` are none at all. ``limits`` are those of well-being.
    """

    id: UUID
    vendor: str = ""
    languages: tuple[str, ...] = ()
    markets: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None
    queues: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    on_shift: bool = True
    push: bool = False
    limits: Limits = NO_LIMITS


def person_id(actor: Actor) -> UUID:
    """The id a lease is held under; ``Forbidden`` for the system and for rules, which decide without one."""
    try:
        return UUID(actor.id)
    except ValueError:
        raise Forbidden("not_a_person", f"{actor} cannot hold a job: only people and tokens can.") from None


def person(actor: Actor) -> Person:
    """The person, with the staffing row where there is one; ``Forbidden`` when staffing has set them inactive."""
    pk = person_id(actor)
    row = roster_row(pk)
    if row is None:
        return Person(id=pk, limits=workload.within(pk, limits_of(pk)))
    if not row.active:
        raise Forbidden("inactive", "You are not on the roster any more.", hint="Ask your team lead.")
    now = clock.now()
    certified = tuple(held.key for held in row.certificates if held.counts(now))
    return Person(
        id=pk, vendor=row.vendor, languages=row.languages, queues=row.queues, markets=row.markets,
        skills=skills(row.skills, row.certificates, now), extras=tuple(sorted({*row.extras, *certified})),
        on_shift=on_shift(row.hours, now), push=row.push,
        limits=workload.within(pk, limits_of(pk)),
    )  # fmt: skip


def with_limits(who: Person) -> Person:
    """The same person with the limits of this moment."""
    return msgspec.structs.replace(who, limits=workload.within(who.id, limits_of(who.id)))


def vendor_of(pk: UUID | None) -> str:
    """The vendor of a reviewer, ``""`` when staffing does not know them."""
    row = roster_row(pk) if pk else None
    return row.vendor if row is not None else ""


def may_work(actor: Actor, job: Job) -> bool:
    """May this actor work this very job?"""
    return actor.may(
        WORK_PERMISSION.get(job.kind, "review.work"),
        queue=job.queue_key, market=job.market, severity=job.severity, clearance=job.clearance,
    )  # fmt: skip


def of_case(case: Case) -> dict[str, Any]:
    """The dimensions of a case for its events."""
    return {
        "policy": case.policy_key, "market": case.market, "language": case.language, "severity": case.severity,
        "channel": case.channel,
    }  # fmt: skip


def of_job(job: Job) -> dict[str, Any]:
    """The dimensions of a job for its events."""
    return {
        "policy": job.policy_key, "market": job.market, "language": job.language, "severity": job.severity,
        "channel": job.channel, "queue": job.queue_key, "kind": job.kind,
    }  # fmt: skip
