"""Loops: what was measured of delivered proposals is taken in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop
from watchfloor.programme.improvements.actions import delivering
from watchfloor.programme.improvements.domain import states
from watchfloor.programme.improvements.models import Proposal
from watchfloor.programme.interventions.models import Intervention


@loop("improvements.benefits", idle=60)
def take_in() -> int:
    """One proposal whose intervention was measured since."""
    waiting = Proposal.objects.filter(state=states.DELIVERED, intervention_id__isnull=False)
    measured: dict[UUID | None, datetime | None] = dict(
        Intervention.objects.filter(pk__in=waiting.values("intervention_id")).values_list("pk", "measured_at")
    )
    for row in waiting:
        moment = measured.get(row.intervention_id)
        if moment is None or moment == row.measured_at:
            continue
        with writing(system("improvements")) as w:
            delivering.take_in(w, Proposal.objects.select_for_update().get(pk=row.pk))
        return 1
    return 0
