"""Why this person: what of their staffing made a job theirs, said in whole sentences; and why somebody is given nothing."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies
from watchfloor.review.actions.people import person
from watchfloor.review.models import Job, Queue
from watchfloor.workforce.queries import RosterRow, roster_row


def why_me(job: Job, reviewer: UUID | None = None) -> str:
    """What made this job the reviewer's (its holder's, by default): language, certificate, extra skills, overflow; "" without one."""
    pk = reviewer or job.lease_holder
    if pk is None:
        return ""
    row = roster_row(pk)
    said = [_fit(job, row)]
    if job.needs:
        said.append(_needs(job, row))
    if row is not None and row.queues and job.queue_key not in row.queues:
        queue = Queue.objects.filter(key=job.queue_key).values_list("name", flat=True).first() or job.queue_key
        said.append(_("It came over from %(queue)s, where it had waited too long.") % {"queue": queue})
    if job.accept_by is not None:
        said.append(_("It was offered to you because you were available."))
    return " ".join(said)


def why_nothing(actor: Actor) -> str:
    """One sentence for somebody who is given nothing though work may wait; "" when there is no such reason."""
    who = person(actor)
    if who.limits.rest:
        return who.limits.why or _("A break is due: nothing new is handed to you until then.")
    if who.skills == ():
        return _("None of your certificates counts for a policy version in force. Ask your trainer.")
    return ""


def _fit(job: Job, row: RosterRow | None) -> str:
    now = clock.now()
    counting = [held for held in (row.certificates if row else ()) if held.key == job.policy_key and held.counts(now)]
    best = max(counting, key=lambda held: (held.level, held.version), default=None)
    words = {"policy": _policy(job.policy_key), "language": job.language}
    reads = bool(job.language and row is not None and row.languages)
    if best is not None:
        words |= {"version": str(best.version), "level": str(best.level)}
        if reads:
            return (
                _("You read %(language)s and are certified for %(policy)s (version %(version)s, level %(level)s).")
                % words
            )
        return _("You are certified for %(policy)s (version %(version)s, level %(level)s).") % words
    if reads:
        return _("You read %(language)s and work on %(policy)s.") % words
    return _("You work on %(policy)s.") % words


def _needs(job: Job, row: RosterRow | None) -> str:
    now = clock.now()
    have = set(row.extras) | {held.key for held in row.certificates if held.counts(now)} if row is not None else set()
    missing = [each for each in job.needs if each not in have]
    if missing:
        return _("It asks for %(needs)s too; that was waived after the time set for it.") % {
            "needs": ", ".join(missing)
        }
    return _("It asks for %(needs)s, and you have that.") % {"needs": ", ".join(job.needs)}


def _policy(key: str) -> str:
    try:
        return policies.policy(key).name
    except BadInput:  # a case of a policy that is gone
        return key
