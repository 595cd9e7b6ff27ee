"""What a reviewer's desk shows: the job in hand, why it is here and why now, what is next, and how the day went."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Count, Q, Sum
from django.utils.translation import get_language_bidi, gettext

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.review import service
from watchfloor.review.actions.people import person
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.domain.priority import explain, refreshed
from watchfloor.review.models import Decision, Job
from watchfloor.review.queries import access
from watchfloor.review.queries.matching import why_me


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why this job now: points that add up to the score, and the sentence that says them; ``me``: why the holder of all people."""

    score: float
    parts: dict[str, float]
    sentence: str
    routed_by: str
    cause: str
    me: str = ""


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer's own day (since midnight UTC, or ``since``)."""

    decided: int
    violating: int
    clean: int
    unsure: int
    active_ms: int
    aht_ms: int | None
    appealed: int
    overturned: int


def held(actor: Actor) -> LeaseOut | None:
    """The job this actor holds now, if any."""
    job = Job.objects.filter(state=Job.State.LEASED, lease_holder=UUID(actor.id), lease_until__gt=clock.now()).first()
    if job is None or job.lease_until is None:
        return None
    return LeaseOut(
        job_id=job.pk, case_id=job.case_id, queue_key=job.queue_key, token=job.lease_token, until=job.lease_until
    )


def why(job: Job, at: datetime | None = None) -> Why:
    """The job's priority as it stands at a moment (now, by default): waiting has moved its time part."""
    weights = service.version(job.plan).weights
    parts = refreshed(job.priority_parts, job.due_at, at or clock.now(), weights)
    return Why(
        score=round(sum(parts.values()), 3), parts=parts, sentence=_isolated(explain(parts, weights, gettext)), routed_by=job.routed_by,
        cause=job.cause, me=why_me(job),
    )  # fmt: skip


def next_up(actor: Actor, *, queue: str | None = None, limit: int = 10) -> list[Job]:
    """The jobs a claim would give this actor one after another if nobody else were working; nothing is taken."""
    from watchfloor.review.actions.claimsql import preview
    from watchfloor.review.actions.taking import wanted_of

    who, now = person(actor), clock.now()
    ids = preview(actor, who, wanted_of(queue, who, now), now=now, limit=limit)
    rows = Job.objects.select_related("case", "case__item").in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]


def reviewer_today(actor: Actor, *, since: datetime | None = None) -> Today:
    """What the actor decided today, how long it took, and what became of it on appeal."""
    start = since or clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Decision.objects.filter(decider=str(actor), at__gte=start).exclude(origin="undo")
    counts = mine.aggregate(
        decided=Count("pk"),
        violating=Count("pk", filter=Q(verdict="violating")),
        clean=Count("pk", filter=Q(verdict="clean")),
        unsure=Count("pk", filter=Q(verdict="unsure")),
    )
    appeals = mine.aggregate(
        appealed=Count("appeals", filter=~Q(appeals__state="ineligible"), distinct=True),
        overturned=Count("appeals", filter=Q(appeals__outcome_decision_id__isnull=False, superseded_at__isnull=False),
                         distinct=True),
    )  # fmt: skip
    active = mine.filter(job__isnull=False).aggregate(ms=Sum("job__active_ms"))["ms"] or 0
    decided = counts["decided"]
    return Today(**counts, **appeals, active_ms=active, aht_ms=active // decided if decided else None)


def my_decisions(actor: Actor, *, limit: int = 20) -> list[Decision]:
    """One's latest decisions (to undo, or to look at again), newest first."""
    rows = Decision.objects.filter(decider=str(actor), case__in=access.visible_cases(actor).values("pk"))
    return list(rows.select_related("case", "case__item").order_by("-at", "-pk")[:limit])


def _isolated(sentence: str) -> str:
    """Right to left, a sign would jump behind its number: each is kept to itself (Unicode's isolates)."""
    return re.sub(r"[+-][\d.]+", "\u2066\\g<0>\u2069", sentence) if get_language_bidi() else sentence
