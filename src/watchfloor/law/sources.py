"""A legal deadline as one more source of a case's due time (``review.legal``): asked for every case, so it must cost next to nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from watchfloor.kernel.remembered import Remembered
from watchfloor.law import clocks
from watchfloor.law.models import Clock
from watchfloor.review.domain.service import Due

RUNS = (Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.MISSED)


def _any() -> bool:
    return Clock.objects.filter(state__in=RUNS, case_id__isnull=False, stopped_at__isnull=True).exists()


any_running = Remembered(_any)  # where no legal clock runs no case is asked after one


def of_work(work: Any) -> list[Due]:
    """The deadlines of a case's clocks; none of work that is only imagined. What was just started has hastened its case itself."""
    case_id = getattr(work, "pk", None)
    if case_id is None or getattr(work, "_state", None) is None or work._state.adding or not any_running():
        return []
    rows = Clock.objects.filter(case_id=case_id, state__in=RUNS, stopped_at__isnull=True).order_by("due_at", "pk")
    return [
        Due(
            by="law", name=clocks.rule_of(row).name, at=row.due_at,
            minutes=round((row.due_at - row.started_at) / timedelta(minutes=1)),
        )
        for row in rows
    ]  # fmt: skip
