"""Loops: interventions whose day has come are measured."""

from __future__ import annotations

from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop
from watchfloor.programme.interventions import actions
from watchfloor.programme.interventions.access import MEASURES
from watchfloor.programme.interventions.models import Intervention


@loop("programme.measure", idle=60)
def measure() -> int:
    """One intervention that is due."""
    due = Intervention.objects.filter(state=Intervention.State.WAITING, measure_on__lte=clock.now())
    row = due.order_by("measure_on").first()
    if row is None:
        return 0
    with writing(MEASURES) as w:
        actions.measure(w, row)
    return 1
