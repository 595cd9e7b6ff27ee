"""Handing a case up, and back down: the escalation row with its acknowledgement clock, and the job in the lead's queue."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger import rows
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.contracts import PageIn
from watchfloor.review import looks
from watchfloor.review.actions import cases, claims, jobs
from watchfloor.review.actions.people import of_case
from watchfloor.review.domain import clocks
from watchfloor.review.domain.routing import Route
from watchfloor.review.domain.states import CASE, ESCALATION
from watchfloor.review.events import (
    EscalationAcknowledged,
    EscalationHandedBack,
    EscalationRaised,
    EscalationResolved,
)
from watchfloor.review.models import Case, Escalation, Job, Queue

UNRESOLVED = (Escalation.State.RAISED, Escalation.State.ACKNOWLEDGED)


@begin_again
def escalate(
    actor: Actor, job_id: UUID, token: int, reason: str, to_queue: str = "", *, active_ms: int = 0
) -> Escalation:
    """Hand the case up: this job ends, an escalation job is made in ``to_queue`` (default: by routing). Needs the live token."""
    if not reason.strip():
        raise BadInput("no_reason", "Say why it is handed up.", where="reason")
    with writing(actor, reason=reason) as w:
        case, job = claims.held_case(actor, job_id, token)
        if job.kind in looks.KINDS:
            raise BadInput("not_here", "A look is not handed up.", hint="Say unsure: it is settled by another person.")
        if job.kind == "appeal":
            raise BadInput(
                "not_here", "An appeal is not handed up.", hint="Decide unsure: another person will hear it."
            )
        job.touch_ms = claims.touch_of(job, active_ms, clock.now())
        jobs.end(w, job, "escalated")
        return raise_case(w, case, job, reason=reason, to_queue=to_queue, cause="reviewer")


def raise_case(w: Writer, case: Case, job: Job, *, reason: str, to_queue: str, cause: str) -> Escalation:
    """Raise a locked case: escalation row, case escalated, other live jobs ended, job made for the lead's queue."""
    now = clock.now()
    where = Route(to_queue, "chosen by the reviewer") if to_queue else jobs.route_case(case, kind="escalation")
    if not Queue.objects.filter(key=where.queue, kind="escalation", archived_at__isnull=True).exists():
        raise NotFound("unknown_queue", f"There is no escalation queue {where.queue[:80]!r}.", where="to_queue")
    jobs.end_live(w, case, "escalated")
    level = 1 + Escalation.objects.filter(case=case, state__in=UNRESOLVED).count()
    for lower in Escalation.objects.select_for_update().filter(case=case, state__in=UNRESOLVED):
        _resolve(w, case, lower)  # taken over by the next level
    row = w.create(
        Escalation, case=case, job_id=job.pk, from_queue=job.queue_key, to_queue=where.queue, level=level,
        state=Escalation.State.RAISED, reason=reason[:200], raised_by=w.actor, raised_at=now,
        acknowledge_by=now + clocks.ACKNOWLEDGE_WITHIN,
    )  # fmt: skip
    w.update(case, state=CASE.after(case.state, "escalate"))
    event = EscalationRaised(**of_case(case), queue=job.queue_key, to_queue=where.queue, level=level, cause=cause)
    w.event(event, row, case_id=case.pk, item_version=case.item_version, reason=reason)
    due_at = min(case.due_at, jobs.due(case, where.queue, now))
    jobs.make(w, case, kind="escalation", cause="escalation", where=where, due_at=due_at)
    oncall.page(w, PageIn(
        key=page_key(row), about="escalation", severity=case.severity, policy=case.policy_key, market=case.market,
        clearance=case.clearance, case_id=case.pk, words=reason,
    ))  # fmt: skip
    return row


def page_key(row: Escalation) -> str:
    """By which on-call knows an escalation."""
    return f"escalation:{row.pk}"


def acknowledge_of(w: Writer, job: Job) -> None:
    """Whoever takes the escalation's job has acknowledged it, and the page for it."""
    acknowledge_case(w, job.case_id, job.lease_holder)


def acknowledge_case(w: Writer, case_id: UUID, by: UUID | None = None) -> None:
    """What was handed up of a case is acknowledged, by its job or by its page; twice changes nothing."""
    row = Escalation.objects.select_for_update().filter(case_id=case_id, state=Escalation.State.RAISED).first()
    if row is None:
        return
    now = clock.now()
    case = Case.objects.get(pk=case_id)
    w.update(row, state=ESCALATION.after(row.state, "acknowledge"), acknowledged_at=now)
    event = EscalationAcknowledged(
        **of_case(case), queue=row.to_queue, after_ms=clocks.milliseconds(now - row.raised_at),
        in_time=now <= row.acknowledge_by,
    )  # fmt: skip
    w.event(event, row, case_id=case.pk)
    oncall.acknowledge_for(w, page_key(row), by)


def resolve_of(w: Writer, case: Case) -> None:
    """A case was decided: what was handed up is resolved."""
    unresolved = "WHERE case_id = %s AND state = ANY(%s) ORDER BY id FOR UPDATE"
    for row in rows.select(Escalation, unresolved, [case.pk, [str(state) for state in UNRESOLVED]]):
        _resolve(w, case, row)


@begin_again
def hand_back(actor: Actor, job_id: UUID, token: int, reason: str, to_queue: str = "", *, active_ms: int = 0) -> Job:
    """Give an escalated case back to the floor undecided, with a fresh review job. Needs the live token."""
    with writing(actor, reason=reason) as w:
        case, job = claims.held_case(actor, job_id, token)
        if job.kind != "escalation":
            raise BadInput("not_escalated", "Only an escalated case is handed back.", where="job_id")
        now = clock.now()
        job.touch_ms = claims.touch_of(job, active_ms, now)
        jobs.end(w, job, "handed_back")
        _come_down(w, case)
        if to_queue and not Queue.objects.filter(key=to_queue, kind="review", archived_at__isnull=True).exists():
            raise NotFound("unknown_queue", f"There is no queue {to_queue[:80]!r}.", where="to_queue")
        where = Route(to_queue, "chosen when handed back") if to_queue else cases.where(case)
        return jobs.make(w, case, kind="review", cause="transfer", where=where, due_at=case.due_at)


def take_down(w: Writer, case: Case) -> Job:
    """A locked case that was handed up goes back to the floor, whoever has it: a batch of such is taken back."""
    jobs.end_live(w, case, "handed_back")
    _come_down(w, case)
    return jobs.make(w, case, kind="review", cause="transfer", where=cases.where(case), due_at=case.due_at)


def _come_down(w: Writer, case: Case) -> None:
    now = clock.now()
    w.update(case, state=CASE.after(case.state, "hand_back"))
    for row in Escalation.objects.select_for_update().filter(case=case, state__in=UNRESOLVED):
        w.update(row, state=ESCALATION.after(row.state, "hand_back"), resolved_at=now)
        after = clocks.milliseconds(now - row.raised_at)
        w.event(EscalationHandedBack(**of_case(case), queue=row.to_queue, after_ms=after), row, case_id=case.pk)
        oncall.resolve_for(w, page_key(row))


def _resolve(w: Writer, case: Case, row: Escalation) -> None:
    now = clock.now()
    w.update(row, state=ESCALATION.after(row.state, "resolve"), resolved_at=now)
    after = clocks.milliseconds(now - row.raised_at)
    w.event(EscalationResolved(**of_case(case), queue=row.to_queue, after_ms=after), row, case_id=case.pk)
    oncall.resolve_for(w, page_key(row))
