"""Whoever looks is looked at too: of the looks that found the same, some are made again by another person who does not know it.

Looks that found otherwise are settled by a third person anyway. So every look has a known chance of being checked, and how often people who
look are right is estimated like everything else.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

from watchfloor.engines.agreement import picked
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.quality.actions.dims import of_look
from watchfloor.quality.actions.planning import QUEUE, live
from watchfloor.quality.domain.plans import Document
from watchfloor.quality.events import LookDrawn
from watchfloor.quality.models import Look
from watchfloor.quality.queries.population import person_of, vendor_of
from watchfloor.review.actions import looks as jobs
from watchfloor.review.models import Case

STRATUM = "found the same"


def maybe(w: Writer, look: Look) -> Look | None:
    """Draw a look that has just found the same as the decision to be made again; the look at it, or None."""
    plan = live()
    if plan is None or look.purpose != "sample" or look.state != Look.State.AGREED:
        return None
    document = msgspec.convert(plan.document, Document)
    if not picked(f"{plan.seed}/again", str(look.pk), document.again):
        return None
    case = Case.objects.get(pk=look.case_id)
    known = {person_of(each) for each in (look.decider, look.found_by)} - {""}
    now = clock.now()
    job = jobs.make(
        w, case, kind="qa", queue=QUEUE, due_at=now + timedelta(hours=document.due_hours), excluded=[UUID(each) for each in known]
    )  # fmt: skip
    made = w.create(
        Look, decision_id=look.decision_id, case_id=look.case_id, job_id=job.pk, purpose="again", state=Look.State.WAITING,
        plan=plan.number, stratum=STRATUM, probability=document.again, drawn_at=now, policy_key=look.policy_key,
        policy_version_id=look.found_version_id, item_version=look.item_version, market=look.market, language=look.language,
        vendor=vendor_of(look.found_by), severity=look.severity, clearance=look.clearance, queue_key=QUEUE, origin="human",
        decider=look.found_by, decided_at=look.found_at or now, verdict=look.found_verdict, violation_key=look.found_violation,
    )  # fmt: skip
    w.event(LookDrawn(**of_look(made), plan=plan.number, stratum=STRATUM), made, case_id=look.case_id)
    return made
