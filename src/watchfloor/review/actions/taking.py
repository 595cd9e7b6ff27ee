"""Taking the next job: who may have what now, and one statement that leases it and says so (see ``claimsql``)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger import rows
from watchfloor.ledger.writer import writing
from watchfloor.review import plan
from watchfloor.review.actions import claimsql, people
from watchfloor.review.actions.claims import expire, out
from watchfloor.review.actions.claimsql import Found, Wanted
from watchfloor.review.actions.people import Person, person
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.models import Job

WORKING = ("review.work", "review.appeal", "review.escalation", "review.cluster", "review.look")
LEASE_BOUNDS = (10, 3600)
ROUNDS = 20  # leases that ran out and are ended on the way to one job, at most


def claim(actor: Actor, *, queue: str | None = None, lease_seconds: float = 300) -> LeaseOut | None:
    """The next job for this actor, by priority over their queues (or of one queue); None when nothing waits for them.

    Who already holds a job gets that one again. Who is due a rest gets nothing new (``queries.why_nothing`` says why). Raises
    ``Forbidden`` without any working permission, ``NotFound`` for a queue that does not exist or is closed to the actor.
    """
    if not any(actor.has(permission) for permission in WORKING):
        raise Forbidden("no_permission", "Your roles do not include reviewing.")
    seconds = min(max(lease_seconds, LEASE_BOUNDS[0]), LEASE_BOUNDS[1])
    who = person(actor)
    try:
        return give(actor, who, queue, seconds=seconds)
    except IntegrityError as error:
        if "review_job_one_lease" not in str(error):
            raise
        # The same person claimed in another window at the same moment: that lease is there now.
        return give(actor, who, queue, seconds=seconds)


def give(
    actor: Actor,
    who: Person,
    queue: str | None = None,
    *,
    seconds: float,
    pushed_by: Actor | None = None,
    only: Callable[[str], bool] | None = None,
) -> LeaseOut | None:
    """Lease the next job to this person: what they hold already, else the most urgent. ``pushed_by``: they did not ask for it.

    ``only`` says of a queue's key whether it is taken from.
    """
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    wanted = wanted_of(queue, who, now)
    if only is not None:
        wanted = Wanted(
            own=tuple(filter(only, wanted.own)), others=tuple(each for each in wanted.others if only(each[0]))
        )
    if who.limits.rest:
        return _held(who, now)
    accept_by = until if pushed_by is not None else None
    for _ in range(ROUNDS):
        with _savepoint():
            found = claimsql.take(actor, who, wanted, now=now, until=until, said_by=pushed_by, accept_by=accept_by)
        if found is None:  # nothing waits, or they hold one: that one again, if it is still theirs
            held = rows.one(Job, "WHERE state = 'leased' AND lease_holder = %s", [who.id])
            if held is None:
                return None
            if held.lease_until and held.lease_until > now:
                return out(held)
            _end(held.pk, now)
            who = people.with_limits(who)  # what was seen under that lease counts by now
            if who.limits.rest:
                return None
        elif found.lease is not None:
            return found.lease
        elif found.ran_out:
            _end(found.job_id, now)
        else:
            found = _escalation(actor, who, wanted, now=now, until=until, pushed_by=pushed_by)
            if found is not None and found.lease is not None:
                return found.lease
    return None


def wanted_of(queue: str | None, who: Person, now: datetime) -> Wanted:
    """The queues to take from: the one wanted, else one's own and those that overflow to them, else all; paused ones give nothing."""
    if queue is not None:
        found = plan.queue(queue)
        if found is None or found.archived or (who.queues and queue not in who.queues):
            raise NotFound("unknown_queue", f"There is no queue {queue[:80]!r} for you.", where="queue")
        return Wanted() if found.paused else Wanted(own=(queue,))
    own: list[str] = []
    others: list[tuple[str, datetime]] = []
    for each in plan.live_queues():
        if each.paused:
            continue
        if not who.queues or each.key in who.queues:
            own.append(each.key)
        elif each.overflow_after is not None and _overflows(each.overflow_to, who):
            others.append((each.key, now - timedelta(seconds=each.overflow_after)))
    return Wanted(own=tuple(sorted(own)), others=tuple(sorted(others)))


def _overflows(to: str, who: Person) -> bool:
    """Whether this person is one to whom a queue overflows: ``to`` is a queue, or ``vendor:KEY``."""
    return bool(to) and (to in who.queues or to == f"vendor:{who.vendor}")


def _held(who: Person, now: datetime) -> LeaseOut | None:
    held = rows.one(Job, "WHERE state = 'leased' AND lease_holder = %s AND lease_until > %s", [who.id, now])
    return None if held is None else out(held)


def _savepoint() -> AbstractContextManager[object]:
    """In a caller's transaction a refused statement must not spoil the rest of it; by itself it is its own transaction."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _end(job_id: UUID, now: datetime) -> None:
    """End a lease that ran out, unless somebody else is just doing so."""
    with writing(system("leases")) as w:
        job = rows.one(Job, "WHERE id = %s FOR UPDATE SKIP LOCKED", [job_id])
        if job is not None:
            expire(w, job, now)


def _escalation(
    actor: Actor, who: Person, wanted: Wanted, *, now: datetime, until: datetime, pushed_by: Actor | None
) -> Found | None:
    """Take what may be an escalation, and acknowledge it in the same transaction."""
    from watchfloor.review.actions import escalations  # it stands on this package

    with writing(pushed_by or actor) as w:
        accept_by = until if pushed_by is not None else None
        found = claimsql.take(
            actor, who, wanted, now=now, until=until, said_by=pushed_by, accept_by=accept_by, escalations=True
        )
        if found is not None and found.lease is not None and pushed_by is None:
            job = rows.one(Job, "WHERE id = %s", [found.job_id])
            if job is not None and job.kind == "escalation":
                escalations.acknowledge_of(w, job)
        return found
