"""Simulated quality on Parley: decisions of the last days are drawn, looked at by somebody who is always right, and mostly settled.

The reviewers are simulated with a known share of errors, so what the quality page estimates can be held against the truth.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import VIOLATION
from watchfloor.identity import actions as identity
from watchfloor.identity.domain import system
from watchfloor.identity.queries import actor_for
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.quality.actions import drawing, planning, settling
from watchfloor.quality.domain.plans import Document
from watchfloor.quality.models import Drawn, Look
from watchfloor.review import actions as review
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Job

DAYS = 10
WEEKLY = 100
LEFT = 6  # looks that found otherwise and are left for whoever opens the demo
BY = system("demo")


def after(scenario: Scenario) -> int:
    """Draw, look and settle, all at the end of the fortnight; returns how many looks were answered."""
    with clock.at(scenario.end):
        with writing(BY, reason="demo set-up") as w:
            person = identity.create_user(
                w, email="quality.checker@demo.invalid", name="Noor Haddad (simulated)", password=None, simulated=True
            )
            identity.grant(w, BY, person, "quality_lead")
            planning.put(w, Document(weekly=WEEKLY, floor=1), seen=0, note="Simulated: a plan for the demo.")
        Drawn.objects.update(at=scenario.end - timedelta(days=DAYS))
        while drawing.draw():
            pass
        checker, answered = actor_for(person), 0
        while (lease := review.claim(checker, queue=planning.QUEUE)) is not None:
            review.looks.answer(checker, lease.job_id, lease.token, _finding(scenario, lease.job_id))
            answered += 1
        _settle()
    return answered


def _finding(scenario: Scenario, job_id: UUID) -> DecisionIn:
    """What is true of the message; of what nobody planted (an order of an authority, say) what was decided."""
    look = Look.objects.get(job_id=job_id)
    post = scenario.posts.get(Job.objects.values_list("case__item__external_id", flat=True).get(pk=job_id))
    violation = look.violation_key
    if post is not None:
        violation = VIOLATION[post.truth.policy] if post.truth.policy else ""
    verdict = "violating" if violation else "clean"
    return DecisionIn(verdict=verdict, violation_key=violation, rationale="Simulated.", active_ms=30_000)


def _settle() -> None:
    """What the look found is right here; the newest are left open."""
    for row in Look.objects.filter(state="differs").order_by("decided_at")[: max(0, _open() - LEFT)]:
        cause = "rule" if row.origin == "rule" else "context" if row.verdict == "violating" else "not_known"
        settling.settle(
            BY, row.pk, verdict=row.found_verdict, violation_key=row.found_violation, cause=cause,
            said="" if row.origin == "rule" else "Simulated: read the whole message before you decide.",
        )  # fmt: skip


def _open() -> int:
    return Look.objects.filter(state="differs").count()
