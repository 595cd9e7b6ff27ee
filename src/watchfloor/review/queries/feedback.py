"""What became of one's own decisions: second looks, appeals, and decisions that others made in their place. For the person alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.review.models import Appeal, Decision
from watchfloor.review.queries import access

MOST = 200


class SecondLook(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody looked at a decision of mine again. ``agreed``: they found the same; None where I was unsure and they decided.

    ``how``: second | appeal | undo | other. Who it was is not told: it is about the case.
    """

    case_id: UUID
    decision_id: UUID
    at: datetime
    policy_key: str
    verdict: str
    violation_key: str
    then_at: datetime
    then_verdict: str
    then_violation_key: str
    how: str
    why: str
    agreed: bool | None


def own_second_looks(actor: Actor, since: datetime) -> list[SecondLook]:
    """Second looks at the actor's decisions since a moment, the newest look first; only of cases they may still open."""
    seen = access.visible_cases(actor).values("pk")
    rows = Decision.objects.filter(decider=str(actor), origin__in=["human", "appeal"], at__gte=since, case__in=seen)
    mine = {row.pk: row for row in rows.order_by("-at", "-pk")[:MOST]}
    if not mine:
        return []
    by_case: dict[UUID, list[Decision]] = {}
    for row in mine.values():
        by_case.setdefault(row.case_id, []).append(row)
    appeals = Appeal.objects.filter(decision__in=mine, outcome_decision_id__isnull=False)
    heard = {row.outcome_decision_id: row.decision_id for row in appeals}
    later = Decision.objects.filter(case__in=by_case).exclude(decider=str(actor)).exclude(origin="rule")
    found = []
    for then in later.select_related("job").order_by("-at"):
        before = [row for row in by_case[then.case_id] if row.at < then.at]
        about = heard.get(then.pk) or then.supersedes_id
        decision = mine.get(about) if about is not None else None
        if decision is None and then.job is not None and then.job.kind == "second" and before:
            decision = max(before, key=lambda row: row.at)
        if decision is not None:
            found.append(_look(decision, then, by_appeal=then.pk in heard))
    return found


def _look(decision: Decision, then: Decision, *, by_appeal: bool) -> SecondLook:
    if by_appeal:
        how = "appeal"
    elif then.origin == "undo":
        how = "undo"
    else:
        how = "second" if then.job is not None and then.job.kind == "second" else "other"
    same = (decision.verdict, decision.violation_key) == (then.verdict, then.violation_key)
    agreed = False if how == "undo" else None if decision.verdict == "unsure" else same
    return SecondLook(
        case_id=decision.case_id, decision_id=decision.pk, at=decision.at, policy_key=decision.policy_key,
        verdict=decision.verdict, violation_key=decision.violation_key, then_at=then.at, then_verdict=then.verdict,
        then_violation_key=then.violation_key, how=how, why=then.rationale, agreed=agreed,
    )  # fmt: skip
