"""What a program did to many items is taken back: its decisions fall, and cases that nobody but it had asked for rest again."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.review.actions import cases, decisions, findings, jobs
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Appeal, Case, Decision


def take_back(w: Writer, decision_id: UUID, *, rests: bool = True) -> Decision | None:
    """A rule's decision falls with all it did; None when it no longer stands.

    Args:
        rests: where nobody had reported the item, the case stays closed; else people look anew.

    Raises:
        Conflict: an appeal decides on it, or a later decision was made.
    """
    decision = Decision.objects.get(pk=decision_id)
    case = cases.lock(decision.case_id)
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    if decision.superseded_at is not None:
        return None
    if Appeal.objects.filter(decision=decision, state=Appeal.State.QUEUED).exists():
        raise Conflict("under_appeal", "The decision is under appeal: the appeal decides.")
    if case.last_decision_id != decision.pk:
        raise Conflict("not_latest", "A later decision was made on this case.")
    quiet = rests and case.state == Case.State.CLOSED and not case.report_count
    if quiet:
        w.update(case, closed_how="withdrawn")
    undone = findings.record(
        w, case, DecisionIn(verdict="unsure"), policy_key=decision.policy_key, origin="undo", decider=w.actor, supersedes=decision
    )  # fmt: skip
    if not quiet:
        decisions.look_again(w, case, decision)
    return undone


def withdraw_case(w: Writer, case_id: UUID) -> bool:
    """Close a case that only signals opened and nobody has decided or holds; whether it was closed."""
    case = cases.lock(case_id)
    if case.state != Case.State.OPEN or case.report_count or Decision.objects.filter(case=case).exists():
        return False
    if case.jobs.filter(state="leased").exists():
        return False
    jobs.end_live(w, case, "withdrawn")
    cases.close(w, case, how="withdrawn", verdict="", violation="")
    return True
