"""Reporters whom a part above doubts, for now: their reports weigh least, whatever their record says, until it doubts them no longer.

def is_doubted(who) -> bool: ...     # doubting.register(is_doubted), when the program starts; ``who`` is a reporter's keyed hash
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from watchfloor.ledger.writer import Writer
from watchfloor.review.actions import cases, jobs, reporters
from watchfloor.review.actions.people import of_case
from watchfloor.review.events_many import ReportsReweighed
from watchfloor.review.models import Case


def register(judge: Callable[[str], bool]) -> None:
    """Hand in a function that says whether a reporter is doubted."""
    if judge not in reporters.doubts:
        reporters.doubts.append(judge)


def reweigh(w: Writer, case_id: UUID) -> bool:
    """Weigh the reports of an open case anew and bring its jobs up to that; False where nothing changed."""
    case = cases.lock(case_id)
    credit = reporters.credit_of(case)
    if case.state != Case.State.OPEN or credit == case.credit:
        return False
    before = case.credit
    w.update(case, credit=credit)
    jobs.hurry(w, case)
    w.event(ReportsReweighed(**of_case(case), before=before, after=credit), case, case_id=case.pk)
    return True
