"""Decisions before out-of-court bodies (DSA, Article 21) and courts: recorded by a lead, and carried out here when they fall."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import appeal_terms
from watchfloor.review.actions import appeals, cases, findings, jobs
from watchfloor.review.actions.appeal_terms import PERMISSION
from watchfloor.review.actions.people import of_case
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain import clocks
from watchfloor.review.domain.findings import Finding, appeal_outcome
from watchfloor.review.events_appeals import DisputeDecided, DisputeExtended, DisputeOpened
from watchfloor.review.models import Appeal, Case, Decision, Dispute, Job
from watchfloor.review.queries.access import visible_cases

KINDS = ("out_of_court", "court")
ENDINGS = ("upheld", "overturned", "modified", "settled", "withdrawn")
Outcome = Dispute.Outcome


def open_dispute(
    actor: Actor,
    decision_id: UUID,
    *,
    kind: str,
    body: str,
    case_number: str,
    by: str,
    opened_at: datetime | None = None,
) -> Dispute:
    """Record that a decision is before a body or a court. Out-of-court bodies have the days of the terms (90) to decide."""
    if kind not in KINDS:
        raise BadInput("unknown_kind", "It is before an out-of-court body or a court.", where="kind")
    if by not in ("author", "reporter"):
        raise BadInput("unknown_side", "The author or a reporter brought it.", where="by")
    if not body.strip() or not case_number.strip():
        raise BadInput(
            "incomplete",
            "Name the body, and its number for the case.",
            where="body" if not body.strip() else "case_number",
        )
    now = clock.now()
    opened_at = opened_at or now
    if opened_at > now:
        raise BadInput("future", "It cannot have been brought after today.", where="opened_at")
    decision = _decision(actor, decision_id)
    days = appeal_terms.current().dispute.days
    try:
        with writing(actor) as w:
            case = cases.lock(decision.case_id)
            row = w.create(
                Dispute, decision=decision, case=case, kind=kind, body=body.strip()[:160], case_number=case_number.strip()[:80],
                by=by, opened_at=opened_at, due_at=opened_at + timedelta(days=days) if kind == "out_of_court" else None,
                outcome=Outcome.PENDING, recorded_by=w.actor,
            )  # fmt: skip
            after = clocks.milliseconds(opened_at - decision.at)
            w.event(
                DisputeOpened(**of_case(case), kind=kind, body=row.body, by=by, after_ms=after), row, case_id=case.pk
            )
            return row
    except IntegrityError as error:
        if "review_dispute_number" not in str(error):
            raise
        raise Conflict("known_dispute", "This number of this body is recorded already.") from None


def extend(actor: Actor, dispute_id: UUID, why: str) -> Dispute:
    """The body takes longer, once, by the days of the terms (90): for highly complex disputes (article 21(4))."""
    if not why.strip():
        raise BadInput("no_reason", "Say why it takes longer.", where="why")
    days = appeal_terms.current().dispute.extension
    with writing(actor, reason=why) as w:
        row = _locked(actor, dispute_id)
        if row.due_at is None or row.extended_at is not None:
            raise Conflict("no_extension", "This time cannot be extended (again).")
        w.update(row, due_at=row.due_at + timedelta(days=days), extended_at=clock.now())
        w.event(DisputeExtended(**of_case(row.case), kind=row.kind, body=row.body, days=days), row, case_id=row.case_id)
        return row


def conclude(
    actor: Actor,
    dispute_id: UUID,
    outcome: str,
    *,
    finding: DecisionIn | None = None,
    decided_at: datetime | None = None,
    cost_cents: int | None = None,
    currency: str = "",
    note: str = "",
) -> Dispute:
    """Record what came of it. ``overturned`` and ``modified`` are carried out at once, like an appeal's.

    ``finding`` is what holds instead: for overturned it may be left out where the decision found a violation (then: clean); for
    settled it may be given, where the settlement undoes something. Costs in cents, as invoiced or awarded.
    """
    if outcome not in ENDINGS:
        raise BadInput("unknown_outcome", "That is no outcome.", where="outcome", hint="One of: " + ", ".join(ENDINGS))
    if cost_cents is not None and (cost_cents < 0 or len(currency.strip()) != 3):
        raise BadInput("bad_cost", "A cost is an amount and a currency of three letters.", where="currency")
    now = clock.now()
    if decided_at is not None and decided_at > now:
        raise BadInput("future", "It cannot have been decided after today.", where="decided_at")
    with writing(actor, reason=note[:200]) as w:
        row = _locked(actor, dispute_id)
        at = decided_at or now
        if at < row.opened_at:
            raise BadInput("too_early", "It cannot have been decided before it was brought.", where="decided_at")
        then = _carry_out(w, actor, row, outcome, finding)
        w.update(
            row, outcome=outcome, decided_at=at, cost_cents=cost_cents, currency=currency.strip().upper(), note=note.strip(),
            carried_out_at=now if then else None, outcome_decision_id=then.pk if then else None,
        )  # fmt: skip
        event = DisputeDecided(
            **of_case(row.case), kind=row.kind, body=row.body, by=row.by, outcome=outcome,
            age_ms=clocks.milliseconds(at - row.opened_at), in_time=row.due_at is None or at <= row.due_at,
            carried_out=then is not None, cost_cents=cost_cents or 0, currency=row.currency,
        )  # fmt: skip
        w.event(event, row, case_id=row.case_id)
        return row


def _carry_out(w: Writer, actor: Actor, row: Dispute, outcome: str, finding: DecisionIn | None) -> Decision | None:
    """Let the decision fall and put what holds instead in its place; None where nothing changes."""
    case = row.case
    first = Decision.objects.select_for_update().get(pk=row.decision_id)
    if outcome in ("upheld", "withdrawn") or (outcome == "settled" and finding is None):
        return None
    if finding is None and outcome == "overturned" and first.verdict == Decision.Verdict.VIOLATING:
        finding = DecisionIn(verdict="clean")
    if finding is None:
        raise BadInput("no_finding", "Say what holds instead.", where="verdict")
    if finding.verdict == "unsure":
        raise BadInput("no_finding", "A body or a court is never unsure: violating or clean.", where="verdict")
    said = appeal_outcome(
        Finding(verdict=first.verdict, violation=first.violation_key),
        Finding(verdict=finding.verdict, violation=finding.violation_key),
    )
    if said != outcome and outcome != "settled":
        raise BadInput(
            "other_outcome", f"With this finding the decision would be {said}, not {outcome}.", where="outcome"
        )
    if first.superseded_at is not None or said == "upheld":
        return None  # it had fallen by then
    policy_key = findings.check(finding, case, actor)
    waiting = Appeal.objects.select_for_update().filter(decision=first, state=Appeal.State.QUEUED).first()
    for job in Job.objects.select_for_update().filter(case=case, kind="appeal", state__in=jobs.OPEN):
        jobs.end(w, job, "decided_elsewhere")
    if waiting is not None:  # the appeal that still waited gets the same answer
        return appeals.settle(w, case, waiting, first, finding, policy_key=policy_key, decider=str(actor))
    then = findings.record(
        w, case, finding, policy_key=policy_key, origin="appeal", decider=str(actor), supersedes=first
    )
    if case.state == Case.State.CLOSED:
        findings.turn_reports(w, case, finding.verdict)
    appeals.learn(w, case, first, then, said, how=row.kind)
    return then


def _decision(actor: Actor, decision_id: UUID) -> Decision:
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include recording what bodies outside decide.")
    found = Decision.objects.filter(pk=decision_id, case__in=visible_cases(actor).values("pk")).first()
    if found is None:
        raise NotFound("unknown_decision", "There is no such decision.")
    return found


def _locked(actor: Actor, dispute_id: UUID) -> Dispute:
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include recording what bodies outside decide.")
    found = Dispute.objects.filter(pk=dispute_id, case__in=visible_cases(actor).values("pk")).first()
    if found is None:
        raise NotFound("unknown_dispute", "There is no such dispute.")
    case = cases.lock(found.case_id)
    row = Dispute.objects.select_for_update().get(pk=dispute_id)
    if row.outcome != Outcome.PENDING:
        raise Conflict("concluded", "This dispute is over.")
    row.case = case
    return row
