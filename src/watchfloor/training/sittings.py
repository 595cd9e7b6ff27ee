"""Exams: begun on a form drawn from the bank, answered against the clock, marked by data; passing grants the certificate."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.training import bank, exposure, judging, records, sandbox
from watchfloor.training import events as happened
from watchfloor.training.domain import marking
from watchfloor.training.domain.forms import Candidate, cells, draw
from watchfloor.training.domain.marking import Attempt, Mark
from watchfloor.training.models import Answer, Exam, Sitting, TrainingItem
from watchfloor.workforce.actions import grant_certificate

State = Sitting.State


def exam_of(policy_key: str) -> Exam:
    """The exam of a policy; ``NotFound`` when it has none."""
    row = Exam.objects.filter(policy_key=policy_key).first()
    if row is None:
        raise NotFound("no_exam", "This policy has no exam yet.")
    return row


def attempts(reviewer_id: UUID, policy_key: str) -> list[Attempt]:
    """Earlier attempts of a person at a policy's exam, oldest first."""
    rows = Sitting.objects.filter(reviewer_id=reviewer_id, policy_key=policy_key).order_by("started_at")
    return [Attempt(*row) for row in rows.values_list("state", "finished_at")]


def opens_at(exam: Exam, reviewer_id: UUID) -> datetime:
    """From when this person may sit."""
    return marking.may_sit_from(attempts(reviewer_id, exam.policy_key), exam.wait_hours, clock.now())


def open_sitting(reviewer_id: UUID) -> Sitting | None:
    """The exam this person has begun and not ended, if any."""
    return Sitting.objects.filter(reviewer_id=reviewer_id, state=State.OPEN).first()


def begin(w: Writer, reviewer_id: UUID, policy_key: str) -> Sitting:
    """Begin an exam: the next form, or one drawn for this person where the exam says so; the clock runs from now.

    Raises ``Conflict``: one is open already, the waiting time is not over, too little was practised; ``BadInput`` when the bank
    has too few questions that count.
    """
    exam, now = exam_of(policy_key), clock.now()
    if open_sitting(reviewer_id) is not None:
        raise Conflict("open_sitting", "You have begun an exam that is not over.", hint="End that one first.")
    before = attempts(reviewer_id, policy_key)
    opens = marking.may_sit_from(before, exam.wait_hours, now)
    if opens > now:
        raise Conflict("too_early", f"You may sit again from {opens:%Y-%m-%d %H:%M} UTC.", hint="Practise until then.")
    done = sandbox.standing(reviewer_id, policy_key)
    if done.right < min(exam.practice_right, done.total):
        raise Conflict(
            "practise_first", f"Answer {exam.practice_right} practice cases right first; you have {done.right}."
        )
    number, digest = bank.stamp_of(policy_key)
    rows = {str(row.pk): row for row in bank.usable(policy_key, "exam")}
    key = new_id()
    if exam.own_forms:
        form, asked = len(before), exposure.draw(exam, reviewer_id, key)
    else:
        candidates = [Candidate(name, row.topic, row.difficulty) for name, row in rows.items()]
        form = marking.next_form(before, exam.forms, reviewer_id.int % exam.forms)
        asked = draw(candidates, cells(exam.blueprint), form=form, seed=f"{policy_key}/{digest}")
    sitting = w.create(
        Sitting, id=key, reviewer_id=reviewer_id, policy_key=policy_key, policy_version=number, text_digest=digest,
        attempt=len(before) + 1, form=form, items=[[name, rows[name].revision] for name in asked], cut=exam.cut, started_at=now,
        ends_at=now + timedelta(minutes=exam.minutes * judging.time_factor(reviewer_id)), state=State.OPEN,
    )  # fmt: skip
    event = happened.ExamBegun(policy=policy_key, version=number, form=form, attempt=sitting.attempt)
    w.event(event, ("reviewer", reviewer_id))
    return sitting


def answer(w: Writer, sitting: Sitting, number: int, given: str) -> Answer:
    """Record the answer to question ``number`` (from 1); it may be changed until the end.

    Raises ``Conflict("exam_over")`` once it is handed in or the time is over, ``BadInput`` for what is no answer.
    """
    sitting = _locked(sitting)
    if sitting.state != State.OPEN or clock.now() >= sitting.ends_at:
        raise Conflict("exam_over", "The exam is over; this answer came too late.")
    item = question(sitting, number)
    if given not in sandbox.possible(item):
        raise BadInput("no_answer", "Choose an answer.", where="answer")
    values = {"given": given, "right": given == item.answer, "at": clock.now(), "revision": item.revision}
    row = Answer.objects.filter(sitting=sitting, item=item).first()
    if row is None:
        row = w.create(Answer, sitting=sitting, item=item, reviewer_id=sitting.reviewer_id, **values)
    else:
        w.update(row, **values)
    w.event(happened.ExamAnswered(policy=sitting.policy_key, number=number), ("reviewer", sitting.reviewer_id))
    return row


def question(sitting: Sitting, number: int) -> TrainingItem:
    """Question ``number`` (from 1) of a sitting."""
    if not 1 <= number <= len(sitting.items):
        raise NotFound("no_question", "The exam has no such question.")
    return TrainingItem.objects.get(pk=sitting.items[number - 1][0])


def finish(w: Writer, sitting: Sitting, *, how: str = "handed_in") -> Sitting:
    """End a sitting, mark it, and grant the certificate when it is passed. An ended one is given back as it is.

    A sitting during which the policy changed is void: it counts for nothing, and one may sit again at once.
    """
    sitting = _locked(sitting)
    if sitting.state != State.OPEN:
        return sitting
    result, now = mark_of(sitting), clock.now()
    number, digest = bank.stamp_of(sitting.policy_key)
    if digest != sitting.text_digest:
        state = State.VOID
    else:
        state = State.PASSED if result.passed else State.FAILED
    granted = None
    if state == State.PASSED:
        exam = exam_of(sitting.policy_key)
        ends = None if exam.valid_days is None else now + timedelta(days=exam.valid_days)
        granted = grant_certificate(
            w, sitting.reviewer_id, sitting.policy_key, version=number, level=exam.level, how="exam", expires_at=ends
        )
    w.update(sitting, state=state, finished_at=now, right=result.right, certificate_id=granted.pk if granted else None)
    event = happened.ExamFinished(
        policy=sitting.policy_key,
        version=sitting.policy_version,
        state=state,
        how=how,
        right=result.right,
        total=result.total,
    )
    w.event(event, ("reviewer", sitting.reviewer_id))
    records.tell(w, sitting)
    return sitting


def finish_overdue(w: Writer) -> int:
    """End all sittings whose time is over; returns how many."""
    rows = list(Sitting.objects.filter(state=State.OPEN, ends_at__lte=clock.now()))
    for row in rows:
        finish(w, row, how="time_over")
    return len(rows)


def mark_of(sitting: Sitting) -> Mark:
    """The result as the answers stand. A question that was changed or retired after the exam began is left out."""
    policies.forget()
    asked = {UUID(name): revision for name, revision in sitting.items}
    answers = {row.item_id: row for row in Answer.objects.filter(sitting=sitting)}
    found = []
    for item in TrainingItem.objects.filter(pk__in=asked):
        row = answers.get(item.pk)
        if item.revision == asked[item.pk] or (row is not None and row.revision == asked[item.pk]):
            found.append((item.topic, row is not None and row.right))
    return marking.mark(found, sitting.cut)


def own(reviewer_id: UUID, sitting_id: UUID) -> Sitting:
    """One's own sitting; ``NotFound`` for anybody else's."""
    row = Sitting.objects.filter(pk=sitting_id, reviewer_id=reviewer_id).first()
    if row is None:
        raise NotFound("unknown_sitting", "There is no such exam.")
    return row


def _locked(sitting: Sitting) -> Sitting:
    return Sitting.objects.select_for_update().get(pk=sitting.pk)
