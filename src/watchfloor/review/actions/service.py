"""Versions of the service plan: a new one goes live at once for new work; open jobs are brought up to it in batches behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import service
from watchfloor.review.actions import jobs
from watchfloor.review.actions.people import of_job
from watchfloor.review.boosts import KINDS
from watchfloor.review.domain.service import Due, ServicePlan, earliest, read
from watchfloor.review.events import JobRescheduled, ServicePlanSaved, ServicePlanSettled
from watchfloor.review.models import Case, Job
from watchfloor.review.models import ServicePlan as Row

GRACE = timedelta(seconds=5)  # by then every process makes new jobs by the new version


def save_plan(actor: Actor, document: Mapping[str, Any], *, note: str = "", restores: int = 0) -> Row:
    """Put a new version live; ``BadInput`` says what is wrong with the document. Open jobs follow within minutes."""
    if not actor.has("queue.manage"):
        raise Forbidden("no_permission", "Your roles do not include changing due times.", hint="Ask a program manager.")
    plan = read(document)
    with writing(actor, reason=note) as w:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('review.service_plan', 11))")
        last = Row.objects.order_by("-number").first()
        for old in Row.objects.filter(live=True):
            w.update(old, live=False)
        row = w.create(
            Row, number=last.number + 1 if last else 1, document=dict(document), live=True, made_by=w.actor,
            made_at=clock.now(), note=note.strip()[:200],
        )  # fmt: skip
        saved = ServicePlanSaved(
            number=row.number, targets=len(plan.targets), calendars=len(plan.calendars), restores=restores
        )
        w.event(saved, row)
    service.forget()
    return row


def restore_plan(actor: Actor, number: int, *, note: str = "") -> Row:
    """Put a former version live again, as a new one; number 0 is the plan before there was any. Due times go back to what they were."""
    row = Row.objects.filter(number=number).first()
    if row is None and number != 0:
        raise NotFound("unknown_version", f"There is no version {number} of the service plan.", where="number")
    return save_plan(actor, row.document if row else {}, note=note, restores=number)


def settle_plan(limit: int = 500, *, grace: timedelta = GRACE) -> int:
    """Bring some open jobs up to the live version; returns how many were looked at. Safe to run anywhere, at any time.

    A job's due time moves by what the two versions make of its beginning, so that pauses and whatever else moved it stay, and so
    that restoring a version puts every due time back exactly. Jobs on which the versions agree are not touched.
    """
    now = clock.now()
    with writing(system("clocks")) as w:
        row = (
            Row.objects.select_for_update(skip_locked=True)
            .filter(live=True, settled_at__isnull=True, made_at__lte=now - grace)
            .first()
        )
        if row is None:
            return 0
        waiting = Job.objects.filter(state__in=jobs.OPEN, kind__in=KINDS).order_by("pk")
        if row.settled_upto is not None:
            waiting = waiting.filter(pk__gt=row.settled_upto)
        found = list(waiting.values_list("pk", "case_id")[:limit])
        if not found:
            w.update(row, settled_at=now)
            w.event(ServicePlanSettled(number=row.number, moved=row.moved), row)
            return 0
        moved = _bring_up(w, [pk for pk, _ in found], [case for _, case in found], service.version(row.number))
        Row.objects.filter(pk=row.pk).update(settled_upto=found[-1][0], moved=row.moved + moved)
    return len(found)


def _bring_up(w: Writer, ids: Sequence[UUID], case_ids: Sequence[UUID], plan: ServicePlan) -> int:
    cases = {row.pk: row for row in Case.objects.select_for_update().filter(pk__in=case_ids).order_by("pk")}
    rows = Job.objects.select_for_update().filter(pk__in=ids, state__in=jobs.OPEN, plan__lt=plan.number).order_by("pk")
    kinds = first_notices([case for case in cases.values() if case.pk in set(case_ids)])
    moved = 0
    for job in rows:
        case = cases[job.case_id]
        before = _due(service.version(job.plan), case, job, kinds)
        after = _due(plan, case, job, kinds)
        shift = after.at - before.at
        if not shift and plan.weights == service.version(job.plan).weights:
            continue
        due_at = job.due_at + shift
        score = jobs.urgency(case, due_at, job.boost)
        late = job.breached_at if due_at < clock.now() else None
        w.update(
            job, due_at=due_at, priority=score.key, priority_parts=score.parts, plan=plan.number, breached_at=late,
            warned_at=None if shift else job.warned_at,
        )  # fmt: skip
        w.update(case, due_at=case.due_at + shift)
        event = JobRescheduled(
            **of_job(job), by="plan", number=plan.number, allowed_ms=int((due_at - clock.now()).total_seconds() * 1000),
            moved_ms=int(shift.total_seconds() * 1000),
        )  # fmt: skip
        w.event(event, job, case_id=job.case_id)
        moved += bool(shift)
    return moved


def first_notices(cases: Sequence[Case]) -> dict[UUID, dict[str, datetime]]:
    """For each case, when the first report of each kind of reporter came in since it was (re)opened."""
    found: dict[UUID, dict[str, datetime]] = {case.pk: {} for case in cases}
    with connection.cursor() as cursor:
        cursor.execute(
            # The cases first, by themselves: a case of 10,000 reports would else be looked up once for each of them.
            "WITH c AS MATERIALIZED (SELECT id, coalesce(reopened_at, opened_at) AS since FROM review_case WHERE id = ANY(%s)) "
            "SELECT c.id, r.reporter_kind, min(r.received_at) FROM c JOIN review_report AS r ON r.case_id = c.id "
            "AND r.received_at >= c.since GROUP BY 1, 2",
            [list(found)],
        )
        for case_id, kind, at in cursor.fetchall():
            found[case_id][kind] = at
    return found


def _due(plan: ServicePlan, case: Case, job: Job, kinds: Mapping[UUID, Mapping[str, datetime]]) -> Due:
    return due_by(plan, case, job.queue_key, kinds.get(case.pk, {}))


def due_by(plan: ServicePlan, case: Case, queue_key: str, kinds: Mapping[str, datetime]) -> Due:
    """The due time of work on a case by a version of the plan, from the first notice of each kind."""
    start = case.reopened_at or case.opened_at
    firsts = dict(kinds)
    if not firsts or min(firsts.values()) > start:
        firsts[""] = start
    return earliest(
        [source for kind, at in firsts.items() for source in service.sources(plan, case, queue_key, at, notice=kind)]
    )


def clock_of(case: Case, job: Job) -> Due:
    """Where a job's due time comes from now: its source, with the calendar that its clock runs by."""
    return due_by(service.current(), case, job.queue_key, first_notices([case])[case.pk])
