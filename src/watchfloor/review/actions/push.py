"""Push: the next job is offered to who is available, with a short time to accept, where person or queue is set so. Pull stays the default.

An offer is a lease like any other, found by the same statement under the person's own rights, only short and marked ``accept_by``.
Opening the job (its first heartbeat) or ``accept`` makes it an ordinary lease. One that is not accepted goes back with the reason
``unaccepted``, and the person counts as away until they say that they are available again, so that nothing is offered to an empty chair.
Nobody is offered anything outside their working hours, on a break, after stepping back, while away, or when a rest is due.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError

from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.kernel.errors import Forbidden
from watchfloor.review import plan
from watchfloor.review.actions.people import person
from watchfloor.review.actions.taking import WORKING, give
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.models import Job
from watchfloor.workforce import queries as workforce

ACCEPT_SECONDS = 60.0
PUSH = system("push")


def offer_next(limit: int = 50) -> int:
    """Offer the next job to each who is available and holds none, longest waiting first; returns how many were offered something."""
    asked = any(queue.push and not queue.paused for queue in plan.live_queues())
    waiting = workforce.available(push=None if asked else True)[:limit]
    busy = set(
        Job.objects.filter(state=Job.State.LEASED, lease_holder__in=waiting).values_list("lease_holder", flat=True)
    )
    offered = 0
    for pk in waiting:
        if pk not in busy and offer(pk) is not None:
            offered += 1
    return offered


def offer(user_id: UUID) -> LeaseOut | None:
    """Offer this person their next job; None when nothing fits, or they should not be given anything now."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return None if user is None else offer_to(actor_for(user))


def offer_to(actor: Actor) -> LeaseOut | None:
    """As ``offer``, for an actor in hand. Who takes work themself is offered jobs of queues that push, and of no others."""
    if not any(actor.has(permission) for permission in WORKING):
        return None
    try:
        who = person(actor)
        if not who.on_shift or who.limits.rest:
            return None
        only = None if who.push else _pushes
        return give(actor, who, seconds=ACCEPT_SECONDS, pushed_by=PUSH, only=only)
    except Forbidden:  # staffing has set them inactive
        return None
    except IntegrityError as error:
        if "review_job_one_lease" not in str(error):
            raise
        return None  # they took one themselves at this moment


def _pushes(key: str) -> bool:
    queue = plan.queue(key)
    return queue is not None and queue.push
