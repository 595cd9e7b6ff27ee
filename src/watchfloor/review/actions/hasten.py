"""A deadline set by law for a case whose work is already there: the case and its open jobs become due by then, never later."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from watchfloor.ledger.writer import Writer
from watchfloor.review.actions import cases, jobs
from watchfloor.review.models import Case


def hasten(w: Writer, case_id: UUID, due_at: datetime) -> bool:
    """Bring a case that is not closed forward to ``due_at``; False where it was due sooner. The caller's next event carries it."""
    case = cases.lock(case_id)
    if case.state == Case.State.CLOSED or case.due_at <= due_at:
        return False
    w.update(case, due_at=due_at)
    jobs.hurry(w, case)
    return True
