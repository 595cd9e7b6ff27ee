"""Whoever decides on a case, or agrees to what is done, while an appeal on it waits is not handed that appeal any more."""

from __future__ import annotations

from uuid import UUID

from watchfloor.ledger.writer import Writer
from watchfloor.review.actions.people import of_case
from watchfloor.review.events_appeals import AppealKeptFrom
from watchfloor.review.models import Case, Job


def keep_apart(w: Writer, case: Case, person: str) -> None:
    """``person`` is an actor's text; rules and the program hear no appeals anyway. A job in hand is left: its verdict is refused."""
    kind, _sep, name = person.partition(":")
    if kind not in ("user", "token"):
        return
    try:
        pk = UUID(name)
    except ValueError:
        return
    waiting = Job.objects.select_for_update(skip_locked=True).filter(
        case=case, kind="appeal", state__in=("ready", "waiting")
    )
    for job in waiting.exclude(excluded__contains=[pk]):
        w.update(job, excluded=[*job.excluded, pk])
        w.event(AppealKeptFrom(**of_case(case), queue=job.queue_key), job, case_id=case.pk)


def agreed(w: Writer, case_id: UUID) -> None:
    """The second person behind a held action."""
    case = Case.objects.filter(pk=case_id).first()
    if case is not None:
        keep_apart(w, case, w.actor)
