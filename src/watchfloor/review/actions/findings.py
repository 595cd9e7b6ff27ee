"""What a finding does to its case, whoever made it: the decision's row, what falls, what is enforced, who was right to report."""

from __future__ import annotations

from watchfloor.enforcement.contracts import Enforce, Reverse
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.actions import apart, paths, reporters
from watchfloor.review.actions.basis import basis_of
from watchfloor.review.actions.people import of_case
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.domain import findings
from watchfloor.review.events import DecisionMade, DecisionSuperseded
from watchfloor.review.models import Case, Decision, Job, Report


def check(finding: DecisionIn, case: Case, actor: Actor | None) -> str:
    """Raise unless the finding is complete, its violation type holds in the case's market, and the actor is cleared for it.

    Returns the policy it falls under: the violation type's own, else the case's.
    """
    findings.check(finding.verdict, finding.violation_key)
    if not finding.violation_key:
        return case.policy_key
    violation = policies.violation(finding.violation_key)
    valid = {row.key for row in policies.violations(violation.policy_key, case.market)}
    if violation.key not in valid:
        raise BadInput(
            "wrong_market", f"{violation.name} does not hold in the market {case.market or 'of this case'}.",
            where="violation_key", hint=f"Of its policy these do: {', '.join(sorted(valid)) or 'none'}.",
        )  # fmt: skip
    clearance = policies.policy(violation.policy_key).clearance
    if actor is not None and clearance and not actor.may("case.view", clearance=clearance):
        raise Forbidden("clearance", "You are not cleared for this policy.", where="violation_key", hint="Escalate it.")
    return violation.policy_key


def record(
    w: Writer,
    case: Case,
    finding: DecisionIn,
    *,
    policy_key: str,
    origin: str,
    decider: str,
    job: Job | None = None,
    supersedes: Decision | None = None,
    vendor: str = "",
    batch: str = "",
    batch_size: int = 0,
    told: str = "author_reversed",
) -> Decision:
    """Write the decision, let fall what it overturns, and enforce it, all in this transaction. The case is locked.

    ``told``: the notice by which the author hears that a decision fell.

    A clean finding lets every standing violating decision of the case fall. A violating one that repeats a standing one on the
    same item version is recorded, but nothing is done (or counted against the author) twice.
    """
    version = policies.version_in_force(policy_key)
    standing = standing_of(case)
    repeats = any(
        old.violation_key == finding.violation_key and old.item_version == case.item_version
        for old in standing
        if supersedes is None or old.pk != supersedes.pk
    )
    enforced = finding.verdict == "violating" and not repeats
    decision = w.create(
        Decision, case=case, job=job, item_version=case.item_version, policy_version_id=version.id if version else None,
        policy_key=policy_key, violation_key=finding.violation_key, verdict=finding.verdict, origin=origin,
        decider=decider, rationale=finding.rationale, at=clock.now(), supersedes=supersedes,
    )  # fmt: skip
    decided_before = case.last_decision_id is not None
    w.update(case, last_decision_id=decision.pk)
    event = DecisionMade(
        **{**of_case(case), "policy": policy_key}, origin=origin, verdict=finding.verdict,
        violation=finding.violation_key, decider=decider, vendor=vendor, queue=job.queue_key if job else "",
        kind=job.kind if job else "", supersedes=str(supersedes.pk) if supersedes else "", enforced=enforced,
        batch=batch,
    )  # fmt: skip
    w.event(event, decision, case_id=case.pk, policy_version=decision.policy_version_id, item_version=case.item_version)
    if decided_before:  # else no appeal can wait
        apart.keep_apart(w, case, decider)
    if finding.path:
        paths.keep(w, case, decision, finding.path)
    falls = [supersedes] if supersedes is not None else []
    if finding.verdict == "clean":
        falls += [old for old in standing if supersedes is None or old.pk != supersedes.pk]
    for old in falls:
        fall(
            w, case, old, by=decision, why=origin if origin in ("appeal", "undo") else "clean", replaced=enforced, told=told,
        )  # fmt: skip
    if enforced:
        enforce(w, case, decision, finding.actions, batch=batch, batch_size=batch_size)
    elif finding.verdict == "clean" and not falls:
        tell_clean(w, case, decision)
    return decision


def standing_of(case: Case) -> list[Decision]:
    """Violating decisions of a case that still stand, oldest first."""
    if case.last_decision_id is None:
        return []
    standing = "WHERE case_id = %s AND verdict = 'violating' AND superseded_at IS NULL ORDER BY at, id"
    return rows.select(Decision, standing, [case.pk])


def fall(
    w: Writer,
    case: Case,
    old: Decision,
    *,
    by: Decision,
    why: str,
    replaced: bool = False,
    told: str = "author_reversed",
) -> None:
    """A decision stands no longer; if it was violating, all it did is undone. ``replaced``: another that restricts takes its place."""
    w.update(old, superseded_at=clock.now())
    event = DecisionSuperseded(
        **{**of_case(case), "policy": old.policy_key}, by=str(by.pk), why=why, verdict=old.verdict,
        violation=old.violation_key, decider=old.decider,
    )  # fmt: skip
    w.event(event, old, case_id=case.pk)
    if old.verdict == Decision.Verdict.VIOLATING:
        from watchfloor.enforcement import actions as enforcement

        cause = "undo" if why == "undo" else "appeal"
        enforcement.reverse(
            w,
            Reverse(
                decision_id=old.pk, by_decision_id=by.pk, case_id=case.pk, why=cause, language=case.language or "en",
                job_id=by.job_id, reporters=reporters_of(case, "upheld"), replaced=replaced, told=told,
            ),
        )  # fmt: skip


def enforce(
    w: Writer, case: Case, decision: Decision, actions: tuple[str, ...] | None, *, batch: str = "", batch_size: int = 0
) -> None:
    """Hand a violating decision to enforcement: the actions chosen, or the violation type's own."""
    from watchfloor.enforcement import actions as enforcement

    chosen = policies.violation(decision.violation_key).actions if actions is None else actions
    old = decision.supersedes
    # Whoever was told that nothing was found hears now that something was.
    told_otherwise = reporters_of(case, "rejected") if old is not None and old.verdict == Decision.Verdict.CLEAN else ()
    enforcement.enforce(
        w,
        Enforce(
            decision_id=decision.pk, case_id=case.pk, item=case.item_id, item_version=case.item_version,
            policy_key=decision.policy_key, policy_version=decision.policy_version_id,
            violation_key=decision.violation_key, action_keys=tuple(chosen),
            origin="human" if decision.origin == "undo" else decision.origin,
            reporters=reporters_of(case, "") + told_otherwise, market=case.market, language=case.language or "en",
            job_id=decision.job_id, queue=decision.job.queue_key if decision.job else "",
            previous_decision_id=decision.supersedes_id, basis=basis_of(case, decision, batch), asked_by=decision.decider,
            batch=batch, batch_size=batch_size, replaces=old is not None and old.verdict == Decision.Verdict.VIOLATING,
        ),
    )  # fmt: skip


def tell_clean(w: Writer, case: Case, decision: Decision) -> None:
    """Reporters hear that nothing was found, and that they may object. (Those whose decision fell hear that instead.)"""
    reporters = reporters_of(case, "")
    if reporters:
        from watchfloor.enforcement import notices

        notices.tell_clean(
            w, decision_id=decision.pk, case_id=case.pk, item=case.item, reporters=reporters, language=case.language or "en",
            policy_key=decision.policy_key, market=case.market, origin="human" if decision.origin == "undo" else decision.origin,
        )  # fmt: skip


def reporters_of(case: Case, outcome: str) -> tuple[str, ...]:
    """Who reported the case and was told this outcome so far (``""``: nothing yet); each once."""
    counted = "WHERE case_id = %s AND outcome = %s AND counted AND reporter <> ''"
    return tuple(sorted({report.reporter for report in rows.select(Report, counted, [case.pk, outcome])}))


def settle_reports(w: Writer, case: Case, verdict: str) -> None:
    """Give the case's open reports their outcome; the next event (case.closed) carries it. One statement, however many."""
    _outcomes(w, case, {"violating": "upheld", "clean": "rejected"}[verdict], among=("",))


def turn_reports(w: Writer, case: Case, verdict: str | None) -> None:
    """The finding fell: reports get the new finding's outcome, or (None) are open again. The next event carries it."""
    outcome = {"violating": "upheld", "clean": "rejected", None: ""}[verdict]
    _outcomes(w, case, outcome, among=tuple({"upheld", "rejected"} - {outcome}))


def _outcomes(w: Writer, case: Case, outcome: str, *, among: tuple[str, ...]) -> None:
    # The case's lock is held, so nobody else is at its reports.
    with rows.prepared() as cursor:
        cursor.execute(
            "UPDATE review_report AS r SET outcome = %s FROM"
            " (SELECT id, outcome FROM review_report WHERE case_id = %s AND outcome = ANY(%s)) AS was WHERE r.id = was.id"
            " RETURNING r.id, r.reporter_kind, r.reporter, r.channel, r.counted, was.outcome",
            [outcome, case.pk, list(among)],
        )
        found = sorted(cursor.fetchall())
    for row in found:
        w.wrote(Report(pk=row[0], outcome=outcome), "outcome")
    reporters.tally(
        [
            (kind, name, channel, case.policy_key, was, outcome)
            for _, kind, name, channel, counted, was in found
            if counted
        ]
    )
