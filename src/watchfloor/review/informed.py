"""Before the first work of a severe kind: what it is, said in words, and a no that costs nothing."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from watchfloor.identity.domain import Actor
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review.models import Job
from watchfloor.workforce import wellbeing


def asks(actor: Actor, job: Job) -> bool:
    """Whether this person has yet to be told and asked about the kind of work this job is."""
    if actor.kind != "user":
        return False
    who = wellbeing.profile(UUID(actor.id))
    if job.severity < who.ask_from or job.policy_key in who.agreed:
        return False
    # Whoever has just said yes, to another process, is not asked a second time.
    return job.policy_key not in wellbeing.read_profile(UUID(actor.id)).agreed


def page(request: HttpRequest, actor: Actor, job: Job) -> HttpResponse:
    """The page that asks. Nothing of the item is on it."""
    policy = policies.policy(job.policy_key)
    who = wellbeing.profile(UUID(actor.id))
    context = {
        "job": job, "policy": policy, "version": policies.version_in_force(policy.key),
        "kinds": policies.violations(policy.key, job.market), "support": who.support, "budget": who.budget,
    }  # fmt: skip
    return render(request, "workforce/informed.html", context)
