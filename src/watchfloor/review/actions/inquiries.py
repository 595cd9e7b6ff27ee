"""Asking a specialist: the question goes with the case to a group or a person; the answer comes back to the asker's desk.

While a case waits for its answer, its job stands in the queue ``ask``, which is always paused: nobody gets it by "next". When the
answer is there the job goes back where it came from, and the asker may take this very case again (``claim_case``). Its clocks run on.
"""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.knowledge import actions as knowledge
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import plan
from watchfloor.review.actions import cases, claims
from watchfloor.review.actions.claim_case import ASK
from watchfloor.review.actions.people import of_case, of_job, vendor_of
from watchfloor.review.actions.queues import save_queue
from watchfloor.review.domain import clocks
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobReleased, JobTransferred
from watchfloor.review.events_bench import InquiryAnswered, InquiryAsked, InquiryWithdrawn
from watchfloor.review.models import Case, Job, Queue
from watchfloor.review.models_bench import Inquiry
from watchfloor.review.queries import inquiries

MAX_TEXT = 4_000
MOST_OPEN = 5  # of one case


@begin_again
def ask(
    actor: Actor, job_id: UUID, token: int, text: str, *, to: str = "", waits: bool = True, active_ms: int = 0
) -> Inquiry:
    """Ask about the case in hand. ``to`` is one of ``queries.inquiries.whom``; ``waits``: the job is put aside until the answer."""
    _text(text, "question")
    with writing(actor) as w:
        case, job = claims.held_case(actor, job_id, token)
        if to not in {key for key, _name in inquiries.whom(case)}:
            raise BadInput("unknown_specialist", "Nobody answers there.", where="ask_to")
        if waits and job.kind == "appeal":
            raise BadInput(
                "not_here", "An appeal does not wait for an answer.", where="ask_waits", hint="Ask, and go on."
            )
        if Inquiry.objects.filter(case=case, state=Inquiry.State.OPEN).count() >= MOST_OPEN:
            raise Conflict("too_many", f"{MOST_OPEN} questions about this case wait already.", where="question")
        row = w.create(
            Inquiry, case=case, job_id=job.pk, from_queue=job.queue_key, waits=waits, to=to, asked_by=str(actor),
            asked_at=clock.now(), text=text.strip(), state=Inquiry.State.OPEN,
        )  # fmt: skip
        w.event(InquiryAsked(**of_case(case), queue=job.queue_key, to=to, waits=waits), row, case_id=case.pk)
        if waits:
            _put_aside(w, job, active_ms)
        return row


@begin_again
def answer(actor: Actor, inquiry_id: UUID, text: str, *, precedent: bool = False, article: str = "") -> Inquiry:
    """Answer a question that was put to one. ``precedent``: later reviewers of the policy's cases see it, too; ``article``: the title
    of a draft of knowledge made from the answer, which a restricted case never gives."""
    _text(text, "answer")
    with writing(actor) as w:
        row = _open(inquiries.to_answer(actor), inquiry_id)
        if row.asked_by == str(actor):
            raise Forbidden("own_question", "You asked this yourself: another person answers.")
        if article.strip():
            if row.case.clearance:
                raise Forbidden("restricted", "What is said of a restricted case does not become an article.")
            knowledge.draft(w, title=article, body=text, policy_key=row.case.policy_key, source=f"inquiry:{row.pk}")
        w.update(
            row, state=Inquiry.State.ANSWERED, answer=text.strip(), answered_by=str(actor), answered_at=clock.now(),
            precedent=precedent,
        )  # fmt: skip
        took = clocks.milliseconds(clock.now() - row.asked_at)
        event = InquiryAnswered(**of_case(row.case), queue=row.from_queue, took_ms=took, precedent=precedent)
        w.event(event, row, case_id=row.case_id)
        _bring_back(w, row)
        return row


@begin_again
def withdraw_inquiry(actor: Actor, inquiry_id: UUID) -> Inquiry:
    """Take one's own question back; a case that waited for it waits no longer."""
    with writing(actor) as w:
        row = _open(Inquiry.objects.filter(asked_by=str(actor)), inquiry_id)
        w.update(row, state=Inquiry.State.WITHDRAWN)
        w.event(InquiryWithdrawn(**of_case(row.case), queue=row.from_queue), row, case_id=row.case_id)
        _bring_back(w, row)
        return row


def _open(rows: inquiries.Rows, inquiry_id: UUID) -> Inquiry:
    """The open question, with its case locked first (as every verb of the floor does)."""
    found = rows.filter(pk=inquiry_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound("unknown_inquiry", "There is no such question.")
    case: Case = cases.lock(found)
    row = Inquiry.objects.select_for_update().get(pk=inquiry_id)
    if row.state != Inquiry.State.OPEN:
        raise Conflict("not_open", f"The question is {row.state} already.")
    row.case = case
    return row


def _put_aside(w: Writer, job: Job, active_ms: int) -> None:
    now = clock.now()
    touch, holder = claims.touch_of(job, active_ms, now), job.lease_holder
    held_ms = clocks.milliseconds(now - job.leased_at) if job.leased_at else 0
    w.update(
        job, state=JOB.after(job.state, "release"), lease_holder=None, lease_until=None, touch_ms=0, focus_at=None, accept_by=None,
        active_ms=job.active_ms + touch,
    )  # fmt: skip
    event = JobReleased(
        **of_job(job), reviewer=f"user:{holder}", vendor=vendor_of(holder), why="released", detail="asked",
        active_ms=touch, held_ms=held_ms,
    )  # fmt: skip
    w.event(event, job, case_id=job.case_id)
    if not Queue.objects.filter(key=ASK).exists():
        save_queue(w, key=ASK, name="Waits for an answer", description="Cases about which a specialist was asked.",
                   paused=True, position=900)  # fmt: skip
        plan.forget()
    _move(w, job, ASK, "asked a specialist")


def _bring_back(w: Writer, row: Inquiry) -> None:
    waiting = Inquiry.objects.filter(job_id=row.job_id, state=Inquiry.State.OPEN, waits=True).exclude(pk=row.pk)
    if not row.waits or waiting.exists():
        return
    job = Job.objects.select_for_update().filter(pk=row.job_id, state=Job.State.READY, queue_key=ASK).first()
    if job is not None:
        _move(w, job, row.from_queue, "answered")


def _move(w: Writer, job: Job, to_queue: str, why: str) -> None:
    event = JobTransferred(**of_job(job), to_queue=to_queue, routed_by=why)
    w.update(job, queue_key=to_queue, routed_by=why)
    w.event(event, job, case_id=job.case_id)


def _text(text: str, where: str) -> None:
    if not text.strip() or len(text) > MAX_TEXT:
        raise BadInput("bad_text", f"Write 1 to {MAX_TEXT:,} characters.", where=where)
