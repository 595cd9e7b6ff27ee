"""Which texts count for an actor, and which they may read. Nothing of a restricted case counts for anybody."""

from __future__ import annotations

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.insight.trends.models import TopicText
from watchfloor.review.models import Job
from watchfloor.review.queries.access import visible_cases

VIEW = "insight.view"
MANAGE = "topic.manage"
_CASE = {"market": "case__market", "severity": "case__severity"}


def counted(actor: Actor) -> QuerySet[TopicText]:
    """The texts that an actor's numbers are made of. Who is limited to queues counts the cases that have, or had, a job there."""
    rows = TopicText.objects.exclude(topic="").filter(case__clearance="")
    if actor.all_powerful:
        return rows
    free = msgspec.structs.replace(actor, scopes=tuple(each for each in actor.scopes if each.queues is None))
    allowed = access.rows(free, VIEW, **_CASE)
    for scope in actor.scopes:
        if scope.queues is not None and VIEW in scope.permissions:
            jobs = Job.objects.filter(case=OuterRef("case"), queue_key__in=sorted(scope.queues))
            one = msgspec.structs.replace(actor, scopes=(scope,))
            allowed |= Q(Exists(jobs)) & access.rows(one, VIEW, **_CASE)
    return rows.filter(allowed)


def readable(actor: Actor) -> QuerySet[TopicText]:
    """Those of them whose case the actor may open."""
    return counted(actor).filter(case__in=visible_cases(actor).values("pk"))
