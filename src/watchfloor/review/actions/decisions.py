"""Deciding: by a person who holds the job, by a rule, and taking a decision back.

All of it is one transaction: lease checked, decision written, reports given their outcome, case closed, actions and strikes
made, other jobs ended. Whatever fails undoes everything, so a job is decided exactly once or not at all.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform.tracing import traced
from watchfloor.review import looks
from watchfloor.review.actions import appeals, cases, claims, escalations, findings, jobs, releases
from watchfloor.review.actions.people import of_job, person_id, vendor_of
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain import clocks
from watchfloor.review.domain.findings import follow_up
from watchfloor.review.domain.states import JOB
from watchfloor.review.events import JobDecided
from watchfloor.review.models import Appeal, Case, Decision, Job
from watchfloor.review.queries import access


@traced("review.decide")
@begin_again
def decide(actor: Actor, job_id: UUID, token: int, finding: DecisionIn) -> Decision:
    """Decide a job one holds.

    Raises ``Conflict("stale_lease")`` when the lease is over, ``BadInput`` for an incomplete finding or a violation type that does
    not hold here, ``Forbidden`` when the actor may not work this job (an appeal against their own decision, say).
    """
    with writing(actor) as w:
        case, job = claims.held_case(actor, job_id, token)
        if job.kind in looks.KINDS:
            raise BadInput("look", "This job looks at a decision again: say what you find, and nothing is decided.",
                           where="job", hint="POST /v1/jobs/{job}/answer, or the workbench.")  # fmt: skip
        if job.kind == "cluster":
            raise BadInput("cluster_job", "This job is about many items: read its sample, then decide for all of them.",
                           where="job", hint="POST /v1/jobs/{job}/cluster/decide, or the workbench.")  # fmt: skip
        if person_id(actor) in job.excluded:
            raise Forbidden("own_decision", "You decided this before (or gave it back): another person must.")
        policy_key = findings.check(finding, case, actor)
        then = follow_up(job.kind, finding.verdict)
        if job.kind == "appeal":
            return appeals.decide_appeal(w, actor, case, job, finding, policy_key, then)
        vendor = finish(w, actor, job, finding, solves=then == "close")
        decision = findings.record(
            w, case, finding, policy_key=policy_key, origin="human", decider=str(actor), job=job, vendor=vendor
        )
        if then == "close":
            escalations.resolve_of(w, case)
            jobs.end_live(w, case, "decided_elsewhere")
            findings.settle_reports(w, case, finding.verdict)
            cases.close(w, case, how="manual", verdict=finding.verdict, violation=finding.violation_key)
        elif then == "second":
            excluded = [*job.excluded, person_id(actor)]
            where = jobs.route_case(case, kind="second")
            jobs.make(w, case, kind="second", cause="second", where=where, due_at=case.due_at, excluded=excluded)
        else:
            escalations.raise_case(w, case, job, reason="two reviewers were unsure", to_queue="", cause="unsure")
        return decision


def finish(w: Writer, actor: Actor, job: Job, finding: DecisionIn, *, solves: bool) -> str:
    """The held job becomes decided, with its times; returns the reviewer's vendor."""
    now = clock.now()
    assert job.leased_at is not None
    touch = claims.touch_of(job, finding.active_ms, now)
    vendor = vendor_of(person_id(actor))
    held = clocks.milliseconds(now - job.leased_at)
    w.update(
        job, state=JOB.after(job.state, "decide"), decided_at=now, active_ms=job.active_ms + touch, touch_ms=0,
        lease_until=None,
    )  # fmt: skip
    event = JobDecided(
        **of_job(job), reviewer=str(actor), vendor=vendor, verdict=finding.verdict, violation=finding.violation_key,
        solves=solves, active_ms=touch, active_total_ms=job.active_ms, touches=job.touches, held_ms=held,
        wait_ms=clocks.milliseconds(now - job.ready_at), age_ms=clocks.milliseconds(now - job.opened_at),
        late_ms=clocks.milliseconds(now - job.due_at),
    )  # fmt: skip
    w.event(event, job, case_id=job.case_id)
    return vendor


@traced("review.decide_by_rule")
def decide_by_rule(w: Writer, case: Case, finding: DecisionIn, *, rule: str) -> Decision:
    """An automatic decision: the case is solved without a person, in the caller's transaction. Rules are never unsure.

    ``Conflict`` when the case is closed or handed up: a person's work is not taken over by a rule.
    """
    case = cases.lock(case.pk)
    if finding.verdict == "unsure":
        raise BadInput("rule_unsure", "A rule decides violating or clean.", where="verdict")
    if case.state != Case.State.OPEN:
        raise Conflict("case_not_open", f"The case is {case.state}.", hint="Rules decide open cases only.")
    policy_key = findings.check(finding, case, None)
    decision = findings.record(w, case, finding, policy_key=policy_key, origin="rule", decider=f"rule:{rule}")
    jobs.end_live(w, case, "auto")
    findings.settle_reports(w, case, finding.verdict)
    cases.close(w, case, how="auto", verdict=finding.verdict, violation=finding.violation_key)
    return decision


@begin_again
def undo(actor: Actor, decision_id: UUID, why: str) -> Decision:
    """Take a decision back: a superseding one says so, everything it did is undone, and the case waits for a fresh look.

    One's own within 30 minutes, anyone's with ``review.undo``; another's on a restricted case only when a second cleared person has
    agreed (``releases``). A decision under appeal, or made on appeal, is not undone.
    """
    if not why.strip():
        raise BadInput("no_reason", "Say why it is taken back.", where="why")
    found = access.known_decisions(actor).filter(pk=decision_id).values_list("case_id", flat=True).first()
    if found is None:
        raise _unknown()
    with writing(actor, reason=why) as w:
        case = cases.lock(found)
        decision = Decision.objects.select_for_update().get(pk=decision_id)
        may_undo(actor, case, decision)
        if case.clearance and decision.decider != str(actor):
            releases.use(w, case, "reversal", actor)
        again = DecisionIn(verdict="unsure")
        undone = findings.record(
            w, case, again, policy_key=decision.policy_key, origin="undo", decider=str(actor), supersedes=decision
        )
        look_again(w, case, decision)
        return undone


def may_undo(actor: Actor, case: Case, decision: Decision, *, permission: str = "review.undo") -> None:
    """Raise unless the actor may let this decision fall, and it is one that may: ``permission`` is what lets them undo others'."""
    own = decision.decider == str(actor) and clock.now() - decision.at <= clocks.UNDO_WINDOW
    here: dict[str, Any] = {"market": case.market, "severity": case.severity, "clearance": case.clearance}
    if not own and not actor.may(permission, **here):
        if not actor.may("case.view", **here):
            raise _unknown()
        minutes = clocks.UNDO_WINDOW.seconds // 60
        raise Forbidden("no_undo", f"You may take back your own decisions within {minutes} minutes.")
    if decision.superseded_at is not None:
        raise Conflict("superseded", "The decision no longer stands.")
    if decision.origin in ("appeal", "undo"):
        raise Conflict("cannot_undo", f"A decision of the kind {decision.origin} is not taken back.")
    if Appeal.objects.filter(decision=decision, state=Appeal.State.QUEUED).exists():
        raise Conflict("under_appeal", "The decision is under appeal: the appeal decides.")
    if case.last_decision_id != decision.pk:
        raise Conflict("not_latest", "A later decision was made on this case.", hint="Take that one back first.")


def look_again(w: Writer, case: Case, decision: Decision) -> None:
    """What follows when a decision was taken back: reports are open again and, if it had closed the case, people look anew."""
    if case.state == Case.State.CLOSED:
        findings.turn_reports(w, case, None)
        counted = (case.report_count, case.trusted_count, case.credit)
        cases.reopen(w, case, why="undo", at=clock.now())
        w.update(case, report_count=counted[0], trusted_count=counted[1], credit=counted[2])
        cause = "reopened"
    else:  # the decision was "unsure", or reports have reopened the case since
        if decision.verdict != "unsure":
            return
        if case.state == Case.State.ESCALATED:
            raise Conflict("escalated", "The case has been handed up since: the lead decides, or hands it back.")
        jobs.end_live(w, case, "undone")
        cause = "reopened"
    jobs.make(w, case, kind="review", cause=cause, where=cases.where(case), due_at=case.due_at)


def _unknown() -> NotFound:
    return NotFound("unknown_decision", "There is no such decision.")
