"""Giving kinds of work points for a time, and taking them back: for waiting jobs in batches, for new ones at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Count, Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, plain, writing
from watchfloor.review import boosts
from watchfloor.review.actions import jobs
from watchfloor.review.actions.service import GRACE
from watchfloor.review.domain.priority import MAX_BOOST
from watchfloor.review.events import BoostEnded, BoostMade, BoostSettled
from watchfloor.review.models import Boost, Case, Job

LONGEST = timedelta(days=14)


class Fitting(msgspec.Struct, frozen=True, kw_only=True):
    """The open jobs that fit filters, of those that the actor may move: all, by queue, held now, already late."""

    jobs: int
    held: int
    late: int
    queues: dict[str, int]


def fitting(actor: Actor, filters: Mapping[str, Any], *, states: tuple[str, ...] = jobs.LIVE) -> Fitting:
    """Count before anything is done."""
    found = mine(actor).filter(boosts.condition(boosts.clean(filters)), state__in=states)
    now = clock.now()
    rows = list(
        found.order_by().values("queue_key").annotate(
            n=Count("pk"), held=Count("pk", filter=Q(state=Job.State.LEASED)), late=Count("pk", filter=Q(due_at__lt=now))
        )
    )  # fmt: skip
    return Fitting(
        jobs=sum(row["n"] for row in rows), held=sum(row["held"] for row in rows), late=sum(row["late"] for row in rows),
        queues={row["queue_key"]: row["n"] for row in sorted(rows, key=lambda row: -row["n"])},
    )  # fmt: skip


def mine(actor: Actor) -> Any:
    """The jobs that the actor may move and reprioritise."""
    columns = {"queue": "queue_key", "market": "market", "severity": "severity", "clearance": "clearance"}
    return Job.objects.filter(access.rows(actor, "review.reassign", **columns))


def must_cover(actor: Actor, filters: Mapping[str, str]) -> None:
    """``Forbidden`` unless every job that could fit is one the actor may reprioritise."""
    if actor.all_powerful:
        return
    for scope in actor.scopes:
        if (
            "review.reassign" in scope.permissions
            and (scope.queues is None or filters.get("queue") in scope.queues)
            and (scope.markets is None or filters.get("market") in scope.markets)
            and scope.max_severity >= 5
        ):
            return
    raise Forbidden(
        "no_permission", "You may not reprioritise all jobs that fit.", hint="Narrow it to your own queues or markets."
    )


def make_boost(
    w: Writer, filters: Mapping[str, Any], points: float, *, hours: float, why: str, surge: UUID | None = None
) -> Boost:
    """Give the open jobs that fit, and those that come in meanwhile, so many points (minus: put them back) for so many hours."""
    wanted = boosts.clean(filters)
    if not points or abs(points) > MAX_BOOST:
        raise BadInput(
            "bad_points", f"A boost is between -{MAX_BOOST:.0f} and {MAX_BOOST:.0f} points, and not 0.", where="points"
        )
    if not 0 < hours <= LONGEST / timedelta(hours=1):
        raise BadInput("bad_hours", f"A boost ends within {LONGEST.days} days.", where="hours")
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    now = clock.now()
    row = w.create(
        Boost, filters=wanted, points=float(points), why=why.strip()[:200], made_by=w.actor, made_at=now,
        until=now + timedelta(hours=hours), surge_id=surge,
    )  # fmt: skip
    w.event(BoostMade(points=row.points, filters=wanted, until=str(plain(row.until))), row, reason=why)
    boosts.forget()
    transaction.on_commit(boosts.forget)
    return row


def boost(actor: Actor, filters: Mapping[str, Any], points: float, *, hours: float, why: str) -> Boost:
    """``make_boost`` by a person, who must be allowed to reprioritise everything that could fit."""
    must_cover(actor, boosts.clean(filters))
    with writing(actor, reason=why) as w:
        return make_boost(w, filters, points, hours=hours, why=why)


def end_boost(actor: Actor, boost_id: UUID, *, why: str = "") -> Boost:
    """Take a boost back before it ends by itself."""
    with writing(actor, reason=why) as w:
        row = Boost.objects.select_for_update().filter(pk=boost_id).first()
        if row is None:
            raise NotFound("unknown_boost", "There is no such boost.")
        must_cover(actor, row.filters)
        if row.ended_at is not None:
            raise Conflict("ended_already", "This boost has ended.")
        end(w, row, "by_hand")
    return row


def end(w: Writer, row: Boost, how: str) -> None:
    """End a boost that the caller has locked; its jobs are put back in batches."""
    w.update(row, ended_at=clock.now(), ended_by=w.actor, settled_at=None)
    Boost.objects.filter(pk=row.pk).update(settled_upto=None)
    w.event(BoostEnded(points=row.points, how=how), row)
    boosts.forget()
    transaction.on_commit(boosts.forget)


def sweep_boosts(limit: int = 500, *, grace: timedelta = GRACE) -> int:
    """End what has run out, then bring waiting jobs up to date; returns how many jobs were looked at (0: nothing left to do)."""
    now = clock.now()
    with writing(system("priority")) as w:
        for over in Boost.objects.select_for_update(skip_locked=True).filter(ended_at__isnull=True, until__lte=now):
            end(w, over, "expired")
    with writing(system("priority")) as w:
        open_ = Boost.objects.select_for_update(skip_locked=True).filter(settled_at__isnull=True).order_by("made_at")
        row = next((each for each in open_[:5] if (each.ended_at or each.made_at) <= now - grace), None)
        return 0 if row is None else _settle(w, row, limit, now)


def _settle(w: Writer, row: Boost, limit: int, now: datetime) -> int:
    fit = Job.objects.filter(boosts.condition(row.filters), state__in=jobs.OPEN, kind__in=boosts.KINDS).order_by("pk")
    if row.settled_upto is not None:
        fit = fit.filter(pk__gt=row.settled_upto)
    found = list(fit.values_list("pk", "case_id")[:limit])
    if not found:
        w.update(row, settled_at=now)
        w.event(BoostSettled(jobs=0, done=True), row)
        return 0
    on = tuple(Boost.objects.filter(ended_at__isnull=True, until__gt=now))
    cases = {
        case.pk: case for case in Case.objects.select_for_update().filter(pk__in=[c for _, c in found]).order_by("pk")
    }
    changed = 0
    rows = Job.objects.select_for_update().filter(pk__in=[pk for pk, _ in found], state__in=jobs.OPEN).order_by("pk")
    for job in rows:
        points = boosts.total(on, boosts.columns(job, job.queue_key))
        if points == job.boost:
            continue
        score = jobs.urgency(cases[job.case_id], job.due_at, points)
        w.update(job, boost=points, priority=score.key, priority_parts=score.parts)
        changed += 1
    if changed:
        w.event(BoostSettled(jobs=changed, done=False), row)
    Boost.objects.filter(pk=row.pk).update(settled_upto=found[-1][0])
    return len(found)
