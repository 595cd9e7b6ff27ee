"""Mute and unmute: a case's waiting job is nobody's to take for so many hours, and its clock stands still."""

from __future__ import annotations

from datetime import timedelta

from watchfloor.identity.domain import Actor, system
from watchfloor.interop.atproto.asking import bad
from watchfloor.interop.atproto.models import Muted
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.review import actions as review
from watchfloor.review.models import Case, Job

LONGEST_HOURS = 24 * 90


def mute(actor: Actor, case: Case, hours: int, why: str) -> None:
    """Stop the clocks of what waits."""
    if not 1 <= hours <= LONGEST_HOURS:
        raise bad(f"durationInHours must be from 1 to {LONGEST_HOURS}.")
    waiting = list(Job.objects.filter(case=case, state=Job.State.READY))
    if not waiting:
        raise bad("Nothing waits on this subject.")
    for job in waiting:
        review.pause(actor, job.pk, "other", why=why)
        Muted.objects.update_or_create(job=job.pk, defaults={"until": clock.now() + timedelta(hours=hours)})


def unmute(actor: Actor, case: Case, why: str) -> None:
    """Let them run again."""
    still = list(Job.objects.filter(case=case, state=Job.State.WAITING))
    if not still:
        raise bad("This subject is not muted.")
    for job in still:
        review.resume(actor, job.pk, why=why)
        Muted.objects.filter(job=job.pk).delete()


def unmute_due(limit: int = 50) -> int:
    """What was muted for a time that is over. Once each."""
    due = list(Muted.objects.filter(until__lte=clock.now()).order_by("until")[:limit])
    for row in due:
        if not Muted.objects.filter(pk=row.pk).delete()[0]:
            continue
        try:
            review.resume(system("atproto"), row.job, why="the mute is over")
        except WatchfloorError:  # decided, or running again, since
            continue
    return len(due)
