"""The appeal's verdict: heard by somebody who did not decide, remedied in the same transaction when the decision falls."""

from __future__ import annotations

from uuid import UUID

from watchfloor.enforcement import notices, redress
from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.actions import findings, jobs
from watchfloor.review.actions.filing import about, deciders_of
from watchfloor.review.actions.people import of_case, person_id
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain import clocks
from watchfloor.review.domain.findings import Finding, appeal_outcome
from watchfloor.review.domain.states import APPEAL
from watchfloor.review.events import AppealDecided, AppealRemedied
from watchfloor.review.events_appeals import AppealLesson
from watchfloor.review.models import Appeal, Case, Decision, Job, Report, Signal

VERBS = {"upheld": "uphold", "overturned": "overturn", "modified": "modify"}


def decide_appeal(
    w: Writer, actor: Actor, case: Case, job: Job, finding: DecisionIn, policy_key: str, then: str
) -> Decision:
    """The appeal's verdict: upheld leaves the first decision standing; overturned and modified let it fall, at once."""
    from watchfloor.review.actions.decisions import finish  # it calls this module, too

    assert job.appeal_id is not None
    row = Appeal.objects.select_for_update().get(pk=job.appeal_id)
    first = Decision.objects.select_for_update().get(pk=row.decision_id)
    if person_id(actor) in deciders_of(case):  # the claim excludes them; a decision made since then counts as well
        raise Forbidden("own_decision", "You decided this case: another person must hear the appeal.")
    vendor = finish(w, actor, job, finding, solves=False)
    if then == "appeal":  # unsure: somebody else
        decision = findings.record(
            w, case, finding, policy_key=policy_key, origin="appeal", decider=str(actor), job=job, vendor=vendor
        )
        where = jobs.route_case(case, kind="appeal")
        jobs.make(
            w, case, kind="appeal", cause="second", where=where, due_at=job.due_at, appeal_id=row.pk,
            opened_at=job.opened_at, excluded=deciders_of(case),
        )  # fmt: skip
        return decision
    return settle(w, case, row, first, finding, policy_key=policy_key, decider=str(actor), job=job, vendor=vendor)


def settle(
    w: Writer, case: Case, row: Appeal, first: Decision, finding: DecisionIn, *, policy_key: str, decider: str,
    job: Job | None = None, vendor: str = "",
) -> Decision:  # fmt: skip
    """Record the finding, let the first decision fall if it says otherwise, remedy everything, and tell everyone."""
    outcome = appeal_outcome(
        Finding(verdict=first.verdict, violation=first.violation_key),
        Finding(verdict=finding.verdict, violation=finding.violation_key),
    )
    falls = outcome != "upheld" and first.superseded_at is None
    decision = findings.record(
        w, case, finding, policy_key=policy_key, origin="appeal", decider=decider, job=job,
        supersedes=first if falls else None, vendor=vendor,
    )  # fmt: skip
    now = clock.now()
    if falls and case.state == Case.State.CLOSED:
        findings.turn_reports(w, case, finding.verdict)
    w.update(row, state=APPEAL.after(row.state, VERBS[outcome]), decided_at=now, outcome_decision_id=decision.pk)
    event = AppealDecided(
        **of_case(case), by=row.by, outcome=outcome, age_ms=clocks.milliseconds(now - row.filed_at),
        in_time=row.due_at is None or now <= row.due_at, first_origin=first.origin, first_decider=first.decider,
        first_violation=first.violation_key, vendor=vendor,
    )  # fmt: skip
    w.event(event, row, case_id=case.pk, policy_version=decision.policy_version_id, item_version=case.item_version)
    if falls:
        learn(w, case, first, decision, outcome, how="appeal")
    if outcome == "upheld":
        asked = redress.Asked(side=row.by, market=case.market, policy=case.policy_key)
        notices.tell_appellant(
            w, "appeal_upheld", about(case, first), to=row.by, recipient=row.appellant, language=row.language or "en",
            bodies=redress.of(asked).bodies, appeal=encode("apl", row.pk),
        )  # fmt: skip
    return decision


def learn(w: Writer, case: Case, first: Decision, then: Decision, outcome: str, *, how: str) -> None:
    """Say what a fallen decision had rested on: rules and models that pointed at it, people who reported, who decided."""
    sources = Signal.objects.filter(case=case).order_by("source").values_list("source", flat=True).distinct()
    event = AppealLesson(
        **of_case(case), how=how, outcome=outcome, first_origin=first.origin, first_decider=first.decider,
        first_verdict=first.verdict, first_violation=first.violation_key, verdict=then.verdict, violation=then.violation_key,
        sources=list(sources), reporters=Report.objects.filter(case=case, counted=True).count(),
        age_ms=clocks.milliseconds(clock.now() - first.at),
    )  # fmt: skip
    w.event(event, first, case_id=case.pk, policy_version=first.policy_version_id, item_version=first.item_version)


def remedy_done(limit: int = 100) -> int:
    """Mark fallen appeals as remedied once the platform has confirmed every inverse of what the first decision did."""
    waiting = Appeal.objects.filter(state__in=(Appeal.State.OVERTURNED, Appeal.State.MODIFIED)).order_by("decided_at")
    done = 0
    for row in waiting[:limit]:
        if not _undone(row.decision_id):
            continue
        with writing(system("appeals")) as w:
            locked = Appeal.objects.select_for_update().select_related("case").get(pk=row.pk)
            if not APPEAL.can(locked.state, "remedy") or locked.decided_at is None:
                continue
            after = clocks.milliseconds(clock.now() - locked.decided_at)
            w.update(locked, state=APPEAL.after(locked.state, "remedy"))
            event = AppealRemedied(**of_case(locked.case), by=locked.by, after_ms=after)
            w.event(event, locked, case_id=locked.case_id)
            done += 1
    return done


def _undone(decision_id: UUID) -> bool:
    ours = Action.objects.filter(inverse_of__decision_id=decision_id)
    return not ours.exclude(state__in=("confirmed", "reversed", "expired")).exists()
