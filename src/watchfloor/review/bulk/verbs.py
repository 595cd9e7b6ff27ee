"""What an order does to one row, and how that is taken back. Each runs in the chunk's transaction, within a savepoint of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound, WatchfloorError
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.actions import cases, decisions, escalations, findings, jobs, joining, tags
from watchfloor.review.actions.people import of_job
from watchfloor.review.bulk.orders import Order
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobTransferred
from watchfloor.review.models import Appeal, Batch, BatchRow, Case, Decision, Job


class NothingToDo(WatchfloorError):
    """The row needs nothing any more; the sentence says why."""


def apply(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    """Do it to one row. ``row.case_id``, ``decision_id`` and ``before`` are set for the way back; the caller stores them."""
    APPLY[order.verb](w, batch, order, row)


def revert(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    """Take it back; ``Conflict`` (or ``NothingToDo``) where something that came after it stands in the way."""
    REVERT[order.verb](w, batch, order, row)


def _decide(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    case = _case_to_decide(w, order, row)
    finding = DecisionIn(
        verdict=order.verdict, violation_key=order.violation, actions=order.actions, rationale=batch.why
    )
    policy_key = findings.check(finding, case, None)
    decision = findings.record(
        w, case, finding, policy_key=policy_key, origin="human", decider=batch.by, batch=str(batch.pk),
        batch_size=batch.count,
    )  # fmt: skip
    jobs.end_live(w, case, "bulk")
    findings.settle_reports(w, case, order.verdict)
    cases.close(w, case, how="bulk", verdict=order.verdict, violation=order.violation)
    row.case_id, row.decision_id = case.pk, decision.pk


def _case_to_decide(w: Writer, order: Order, row: BatchRow) -> Case:
    """The row's case, locked and open; for an item without one a case is opened (or what a former batch left is opened again)."""
    if row.case_id is not None:
        case = cases.lock(row.case_id)
        if case.state == Case.State.OPEN:
            return case
        if case.state == Case.State.CLOSED and case.duplicate_of is None and not findings_stand(case):
            row.before = {"closed_how": case.closed_how}
            cases.reopen(w, case, why="signal", at=clock.now(), manual=False)
            return case
        raise NothingToDo("not_open", f"The case is {case.state} by now.")
    item = Item.objects.select_related("author").get(pk=row.item_id)
    policy = policies.policy(order.policy)
    arrival = cases.Arrival(
        item=item, version=item.current_version, policy=policy, by="signal", channel="cluster", severity=policy.severity,
        at=clock.now(), market=item.market, language=item.language,
    )  # fmt: skip
    found = cases.find(arrival, follow=False)
    if found is not None and (found.state != Case.State.CLOSED or findings_stand(found)):
        if found.state == Case.State.OPEN:
            return found
        raise NothingToDo("not_open", f"The item has a case by now, and it is {found.state}.")
    row.before = {"closed_how": "withdrawn"}
    if found is not None:
        cases.reopen(w, found, why="signal", at=clock.now(), arrival=arrival, manual=False)
        return found
    case, _ = cases.take_in(w, None, arrival, manual=False)
    return case


def findings_stand(case: Case) -> bool:
    """Whether a finding of violating or clean stands on the case."""
    rows = Decision.objects.filter(case=case, superseded_at__isnull=True)
    return rows.exclude(verdict="unsure").exists()


def _undecide(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    assert row.case_id is not None and row.decision_id is not None
    case = cases.lock(row.case_id)
    decision = Decision.objects.select_for_update().get(pk=row.decision_id)
    if decision.superseded_at is not None:
        raise NothingToDo("superseded", "The decision no longer stands.")
    if Appeal.objects.filter(decision=decision, state="queued").exists():
        raise Conflict("under_appeal", "The decision is under appeal: the appeal decides.")
    if case.last_decision_id != decision.pk:
        raise Conflict("not_latest", "A later decision was made on this case.")
    told = case.reports.filter(outcome__in=("upheld", "rejected")).exists()
    alone = "closed_how" in row.before and case.state == Case.State.CLOSED and not told
    if alone:  # nobody had asked for a look before the batch, and nobody has since: the case rests as it did
        w.update(case, closed_how=row.before["closed_how"])
    findings.record(
        w, case, DecisionIn(verdict="unsure"), policy_key=decision.policy_key, origin="undo", decider=w.actor,
        supersedes=decision, batch=str(batch.pk),
    )  # fmt: skip
    if not alone:
        decisions.look_again(w, case, decision)


def _close(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    case = _open_case(row)
    jobs.end_live(w, case, "withdrawn")
    cases.close(w, case, how="withdrawn", verdict="", violation="")
    row.before = {"counts": [case.report_count, case.trusted_count, case.credit]}


def _unclose(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    case = cases.lock(_pk(row))
    if case.state != Case.State.CLOSED or case.closed_how != "withdrawn":
        raise NothingToDo("open_again", "The case was opened again since.")
    reports, trusted, credit = row.before["counts"]
    cases.reopen(w, case, why="undo", at=clock.now())
    w.update(case, report_count=reports, trusted_count=trusted, credit=credit)
    jobs.make(w, case, kind="review", cause="reopened", where=cases.where(case), due_at=case.due_at)


def _duplicate(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    assert order.into is not None
    row.before = {"joining": str(joining.join_in(w, _pk(row), order.into).pk)}


def _unduplicate(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    joining.undo_in(w, UUID(row.before["joining"]))


def _transfer(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    case = _open_case(row)
    moved: dict[str, str] = {}
    for job in _ready(case):
        if job.queue_key != order.queue:
            moved[str(job.pk)] = job.queue_key
            _put(w, job, order.queue)
    if not moved:
        raise NothingToDo("no_job", "No job of this case waits elsewhere.")
    row.before = {"queues": moved}


def _untransfer(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    cases.lock(_pk(row))
    back = 0
    for pk, queue in row.before["queues"].items():
        job = Job.objects.select_for_update().get(pk=UUID(pk))
        if job.state == Job.State.READY and job.queue_key == order.queue:
            _put(w, job, queue)
            back += 1
    if not back:
        raise NothingToDo("moved_on", "The job was taken or moved since.")


def _put(w: Writer, job: Job, queue: str) -> None:
    event = JobTransferred(**of_job(job), to_queue=queue, routed_by="moved by hand, with others")
    JOB.after(job.state, "transfer")
    w.update(job, queue_key=queue, routed_by="moved by hand")
    w.event(event, job, case_id=job.case_id)


def _escalate(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    case = _open_case(row)
    ready = _ready(case)
    if not ready:
        raise NothingToDo("no_job", "No job of this case waits.")
    escalations.raise_case(w, case, ready[0], reason=batch.why, to_queue=order.queue, cause="reviewer")


def _unescalate(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    case = cases.lock(_pk(row))
    if case.state != Case.State.ESCALATED:
        raise NothingToDo("moved_on", "The case is no longer handed up.")
    escalations.take_down(w, case)


def _tag(w: Writer, batch: Batch, order: Order, row: BatchRow) -> None:
    case = cases.lock(_pk(row))
    adds = (order.verb == "tag") != (batch.state == Batch.State.REVERSING)
    changed = tags.change(
        w, case, add=[order.tag] if adds else [], remove=[] if adds else [order.tag], batch=str(batch.pk)
    )
    if not changed:
        raise NothingToDo("tagged_so", "The case is tagged so already.")


def _open_case(row: BatchRow) -> Case:
    case = cases.lock(_pk(row))
    if case.state != Case.State.OPEN:
        raise NothingToDo("not_open", f"The case is {case.state} by now.")
    return case


def _ready(case: Case) -> list[Job]:
    rows = Job.objects.select_for_update().filter(case=case, state=Job.State.READY, kind__in=("review", "second"))
    return list(rows.order_by("pk"))


def _pk(row: BatchRow) -> UUID:
    if row.case_id is None:
        raise NotFound("no_case", "The item has no case.")
    return row.case_id


Verb = Any
APPLY: dict[str, Verb] = {
    "decide": _decide, "close": _close, "duplicate": _duplicate, "transfer": _transfer, "escalate": _escalate,
    "tag": _tag, "untag": _tag,
}  # fmt: skip
REVERT: dict[str, Verb] = {
    "decide": _undecide, "close": _unclose, "duplicate": _unduplicate, "transfer": _untransfer, "escalate": _unescalate,
    "tag": _tag, "untag": _tag,
}  # fmt: skip
__all__ = ["BadInput", "NothingToDo", "apply", "revert"]
