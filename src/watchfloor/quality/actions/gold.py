"""Known answers among live work: what was settled by two people and a third is asked of others again, and they do not know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.quality.actions.dims import of_look
from watchfloor.quality.events import LookDrawn
from watchfloor.quality.models import Look
from watchfloor.quality.queries.population import person_of
from watchfloor.quality.queries.seen import manageable
from watchfloor.review.actions import looks as jobs
from watchfloor.review.models import Case

MOST = 50


def plant(actor: Actor, look_ids: Sequence[UUID], *, due_hours: int = 24) -> int:
    """Put settled looks among the work of the queue their case came from; returns how many could be.

    Never for whoever decided, looked at or settled it. What has changed since, or was never in a queue, is left out.
    """
    if len(look_ids) > MOST:
        raise BadInput("too_many", f"No more than {MOST} at once.", where="looks")
    now = clock.now()
    planted = 0
    with writing(actor) as w:
        rows = manageable(actor).filter(pk__in=list(look_ids), state=Look.State.SETTLED, purpose="sample")
        for row in rows.exclude(queue_key="").order_by("pk"):
            case = Case.objects.select_for_update().get(pk=row.case_id)
            if case.item_version != row.item_version:
                continue
            known = {person_of(each) for each in (row.decider, row.found_by, row.settled_by)} - {""}
            job = jobs.make(
                w, case, kind="golden", queue=row.queue_key, due_at=now + timedelta(hours=due_hours),
                excluded=[UUID(each) for each in known], cause="new",
            )  # fmt: skip
            made = w.create(
                Look, decision_id=row.decision_id, case_id=case.pk, job_id=job.pk, purpose="gold",
                state=Look.State.WAITING, stratum="gold", drawn_at=now, policy_key=row.policy_key,
                item_version=row.item_version, market=row.market, language=row.language, queue_key=row.queue_key,
                severity=row.severity, clearance=row.clearance, origin="human", decided_at=now,
                right_verdict=row.right_verdict, right_violation=row.right_violation,
            )  # fmt: skip
            w.event(LookDrawn(**of_look(made), plan=0, stratum="gold"), made, case_id=case.pk)
            planted += 1
    return planted
