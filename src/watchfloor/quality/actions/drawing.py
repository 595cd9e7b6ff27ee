"""Drawing: decisions that have been made go by once, each is drawn with the chance the plan gives it, and a look is made of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec
from django.db.models import Q

from watchfloor.engines.agreement import picked
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.quality.actions.dims import of_look
from watchfloor.quality.actions.planning import QUEUE, live
from watchfloor.quality.domain.plans import Chances, Document
from watchfloor.quality.events import LookDrawn
from watchfloor.quality.models import Drawn, Look, SamplingPlan
from watchfloor.quality.queries import population
from watchfloor.review.actions import looks as jobs
from watchfloor.review.models import Decision

BEHIND = timedelta(minutes=2)  # decisions may commit in another order than their moments
CHUNK = 500


def draw(limit: int = CHUNK) -> int:
    """Go on from where the last turn came to; returns how many decisions went by. Safe to run anywhere: one at a time does it."""
    plan = live()
    if plan is None:
        return 0
    document = msgspec.convert(plan.document, Document)
    chances = population.chances(plan.number, document)
    with writing(system("quality")) as w:
        at = Drawn.objects.select_for_update(skip_locked=True).first()
        if at is None:
            return 0
        after = Q(at__gt=at.at) | Q(at=at.at, pk__gt=at.decision_id)
        found = list(
            Decision.objects.filter(after, at__lte=clock.now() - BEHIND)
            .select_related("case", "job").order_by("at", "pk")[:limit]
        )  # fmt: skip
        if not found:
            return 0
        facts = population.facts_of(found, document.parts)
        for decision in found:
            if _fits(decision):
                _maybe(w, plan, document, chances, decision, facts[decision.pk])
        Drawn.objects.filter(pk=at.pk).update(at=found[-1].at, decision_id=found[-1].pk)
    return len(found)


def _fits(row: Decision) -> bool:
    """A finding on which the case ended and that stands, about the item as it still is there."""
    case = row.case
    return (
        row.verdict in ("violating", "clean") and row.origin in ("human", "rule") and row.superseded_at is None
        and case.last_decision_id == row.pk and case.item_version == row.item_version and case.duplicate_of is None
    )  # fmt: skip


def _maybe(
    w: Writer, plan: SamplingPlan, document: Document, chances: Chances, row: Decision, facts: population.Facts
) -> None:
    certain = row.case.severity >= document.certain_from
    chance = 1.0 if certain else chances.of(facts.stratum, facts.person)
    if not picked(plan.seed, str(row.pk), chance):
        return
    if Look.objects.filter(decision_id=row.pk, purpose="sample").exists():
        return
    case = row.case
    job = jobs.make(
        w, case, kind="qa", queue=QUEUE, due_at=clock.now() + timedelta(hours=document.due_hours),
        excluded=[UUID(facts.person)] if facts.person else [],
    )  # fmt: skip
    look = w.create(
        Look, decision_id=row.pk, case_id=case.pk, job_id=job.pk, purpose="sample", state=Look.State.WAITING,
        plan=plan.number, stratum="certain" if certain else facts.stratum[:250], probability=chance, drawn_at=clock.now(),
        policy_key=row.policy_key, policy_version_id=row.policy_version_id, item_version=row.item_version,
        market=case.market, language=case.language, vendor=facts.vendor, severity=case.severity, clearance=case.clearance,
        queue_key=row.job.queue_key if row.job else "", origin=row.origin, decider=row.decider, decided_at=row.at,
        verdict=row.verdict, violation_key=row.violation_key,
    )  # fmt: skip
    event = LookDrawn(**of_look(look), plan=plan.number, stratum=look.stratum)
    w.event(event, look, case_id=case.pk, policy_version=row.policy_version_id, item_version=row.item_version)
