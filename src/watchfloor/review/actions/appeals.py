"""Appeals: filed against a decision, heard by somebody who did not make it, remedied when the decision falls."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError

from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor, system
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.actions import cases, findings, jobs
from watchfloor.review.actions.people import of_case, person_id
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.review.domain import clocks
from watchfloor.review.domain.findings import Finding, appeal_outcome, why_ineligible
from watchfloor.review.domain.states import APPEAL
from watchfloor.review.events import (
    AppealDecided,
    AppealFiled,
    AppealQueued,
    AppealRefused,
    AppealRemedied,
    AppealWithdrawn,
)
from watchfloor.review.models import Appeal, Case, Decision, Job, Report

SIDES = ("author", "reporter")
VERBS = {"upheld": "uphold", "overturned": "overturn", "modified": "modify"}


def file_appeal(actor: Actor, appeal: AppealIn) -> Appeal:
    """Take an objection: queued for another reviewer, or recorded as ineligible with the reason.

    Once per decision and side (``Conflict("appealed_already")``); an ineligible attempt does not use that up.
    """
    if not actor.has("appeal.submit"):
        raise Forbidden("no_permission", "You may not file appeals.")
    if appeal.by not in SIDES:
        raise BadInput(
            "unknown_side", f"{appeal.by[:40]!r} cannot appeal.", where="by", hint="One of: author, reporter."
        )
    if not appeal.appellant:
        raise BadInput("no_appellant", "Say who appeals: the platform's id of the person.", where="appellant")
    found = Decision.objects.filter(pk=appeal.decision_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound("unknown_decision", "There is no such decision.", where="decision_id")
    try:
        with writing(actor) as w:
            return _file(w, cases.lock(found), appeal)
    except IntegrityError as error:
        if "review_appeal_once" not in str(error):
            raise
        raise _again() from None


def _file(w: Writer, case: Case, appeal: AppealIn) -> Appeal:
    now = clock.now()
    decision = Decision.objects.get(pk=appeal.decision_id)
    earlier = Appeal.objects.filter(decision=decision, by=appeal.by).exclude(state=Appeal.State.INELIGIBLE)
    if earlier.exists():
        raise _again()
    row = w.create(
        Appeal, decision=decision, case=case, by=appeal.by, appellant=appeal.appellant, grounds=appeal.grounds,
        language=appeal.language or case.language, state=Appeal.State.FILED, filed_at=now,
    )  # fmt: skip
    event = AppealFiled(
        **of_case(case), by=row.by, after_ms=clocks.milliseconds(now - decision.at), origin=decision.origin,
        verdict=decision.verdict, violation=decision.violation_key,
    )  # fmt: skip
    w.event(event, row, case_id=case.pk, policy_version=decision.policy_version_id, item_version=decision.item_version)
    why = why_ineligible(
        by=row.by, verdict=decision.verdict, origin=decision.origin, superseded=decision.superseded_at is not None,
        decided_at=decision.at, now=now, has_standing=_has_standing(case, appeal),
    )  # fmt: skip
    if why:
        w.update(row, state=APPEAL.after(row.state, "refuse"), why=why)
        w.event(AppealRefused(**of_case(case), by=row.by), row, case_id=case.pk, reason=why)
        return row
    where = jobs.route_case(case, kind="appeal")
    due_at = jobs.due(case, where.queue, now)
    w.update(row, state=APPEAL.after(row.state, "queue"), due_at=due_at)
    w.event(AppealQueued(**of_case(case), by=row.by, queue=where.queue), row, case_id=case.pk)
    jobs.make(
        w, case, kind="appeal", cause="appeal", where=where, due_at=due_at, appeal_id=row.pk, opened_at=now,
        excluded=deciders_of(case),
    )  # fmt: skip
    return row


def deciders_of(case: Case) -> list[UUID]:
    """The people who have decided anything on a case: none of them hears an appeal on it."""
    texts = Decision.objects.filter(case=case).values_list("decider", flat=True).distinct()
    found = []
    for text in texts:
        kind, _, pk = text.partition(":")
        if kind in ("user", "token"):
            found.append(UUID(pk))
    return found


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
    outcome = appeal_outcome(
        Finding(verdict=first.verdict, violation=first.violation_key),
        Finding(verdict=finding.verdict, violation=finding.violation_key),
    )
    falls = outcome != "upheld" and first.superseded_at is None
    decision = findings.record(
        w, case, finding, policy_key=policy_key, origin="appeal", decider=str(actor), job=job,
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
    return decision


def withdraw(actor: Actor, appeal_id: UUID) -> Appeal:
    """The appellant takes it back; its job ends."""
    if not actor.has("appeal.submit"):
        raise Forbidden("no_permission", "You may not withdraw appeals.")
    found = Appeal.objects.filter(pk=appeal_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound("unknown_appeal", "There is no such appeal.")
    with writing(actor) as w:
        case = cases.lock(found)
        row = Appeal.objects.select_for_update().get(pk=appeal_id)
        w.update(row, state=APPEAL.after(row.state, "withdraw"), decided_at=clock.now())
        w.event(AppealWithdrawn(**of_case(case), by=row.by), row, case_id=case.pk)
        for job in Job.objects.select_for_update().filter(case=case, appeal_id=row.pk, state__in=jobs.LIVE):
            jobs.end(w, job, "withdrawn")
        return row


def remedy_done(limit: int = 100) -> int:
    """Mark fallen appeals as remedied once the platform has confirmed every inverse of what the first decision did."""
    waiting = Appeal.objects.filter(state__in=(Appeal.State.OVERTURNED, Appeal.State.MODIFIED)).order_by("decided_at")
    done = 0
    for row in waiting[:limit]:
        ours = Action.objects.filter(inverse_of__decision_id=row.decision_id)
        if ours.exclude(state__in=("confirmed", "reversed", "expired")).exists():
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


def _has_standing(case: Case, appeal: AppealIn) -> bool:
    if appeal.by == "reporter":
        return Report.objects.filter(case=case, reporter=appeal.appellant).exists()
    account = items.account_of(items.by_id(case.item_id))
    return account is None or account.external_id == appeal.appellant


def _again() -> Conflict:
    window = timedelta(days=clocks.APPEAL_WINDOW.days)
    return Conflict(
        "appealed_already", "This decision has been appealed by this side already.",
        hint=f"One appeal per side, within {window.days} days of the decision.",
    )  # fmt: skip
