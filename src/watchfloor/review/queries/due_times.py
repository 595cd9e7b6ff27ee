"""What a version of the service plan would change among the open jobs, counted before it goes live; and why a job is due when it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from watchfloor.kernel import clock
from watchfloor.review import service
from watchfloor.review.actions.service import clock_of
from watchfloor.review.boosts import KINDS
from watchfloor.review.domain.service import Due, ServicePlan, read
from watchfloor.review.models import Job

TRUSTED = "trusted_flagger"
MOST_ROWS = 12

GROUPS = """
SELECT j.queue_key, j.policy_key, j.market, j.channel, j.severity, c.trusted_count > 0, count(*)
FROM review_job AS j JOIN review_case AS c ON c.id = j.case_id
WHERE j.state IN ('ready', 'leased', 'waiting') AND j.kind = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6
"""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs of one kind whose time changes: minutes and calendar before and after."""

    queue: str
    policy: str
    market: str
    jobs: int
    before: Due
    after: Due


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Open jobs; of them those that get less time, more time, other hours; whether all are reordered by weights.

    Work is counted by what it has in common; a notice of a body with standing counts as a trusted flagger's.
    """

    open: int
    sooner: int
    later: int
    other_hours: int
    reordered: bool
    changes: list[Change]

    @property
    def moved(self) -> int:
        """Jobs whose due time changes."""
        return self.sooner + self.later + self.other_hours


class _Kind(msgspec.Struct, frozen=True):
    policy_key: str
    market: str
    channel: str
    severity: int


def preview(document: Mapping[str, Any]) -> Preview:
    """Compare a document with the live version; ``BadInput`` when it makes no sense. Nothing is changed."""
    after, before = read(document), service.current()
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [list(KINDS)])
        rows = cursor.fetchall()
    now, total = clock.now(), 0
    counts = {"sooner": 0, "later": 0, "hours": 0}
    changes = []
    for queue, policy, market, channel, severity, trusted, jobs in rows:
        total += jobs
        kind = _Kind(policy, market, channel, severity)
        notice = TRUSTED if trusted else ""
        old, new = (service.sources(plan, kind, queue, now, notice=notice)[0] for plan in (before, after))
        how = _how(before, after, old, new)
        if how:
            counts[how] += jobs
            changes.append(Change(queue=queue, policy=policy, market=market, jobs=jobs, before=old, after=new))
    changes.sort(key=lambda change: -change.jobs)
    return Preview(
        open=total, sooner=counts["sooner"], later=counts["later"], other_hours=counts["hours"],
        reordered=after.weights != before.weights, changes=changes[:MOST_ROWS],
    )  # fmt: skip


def _how(before: ServicePlan, after: ServicePlan, old: Due, new: Due) -> str:
    calendars = before.calendars.get(old.calendar), after.calendars.get(new.calendar)
    if calendars[0] != calendars[1]:
        return "hours"
    return "" if old.minutes == new.minutes else "sooner" if new.minutes < old.minutes else "later"


def why_due(job: Job) -> str:
    """One sentence: from which target a job's due time comes, and by which hours its clock runs."""
    return sentence(clock_of(job.case, job))


def sentence(due: Due) -> str:
    """A due time's source in words."""
    span = span_words(due.minutes)
    if due.by == "queue":
        said = _("%(span)s, the queue's own target") % {"span": span}
    elif due.by == "target":
        said = _("%(span)s, by the target “%(name)s”") % {"span": span, "name": due.name}
    elif due.by == "law":
        said = _("%(span)s, by law: %(name)s") % {"span": span, "name": due.name}
    else:
        said = _("%(span)s, the policy's target") % {"span": span}
    if due.calendar:
        return _("%(said)s, in the open hours of %(calendar)s.") % {"said": said, "calendar": due.calendar}
    return _("%(said)s, day and night.") % {"said": said}


def span_words(minutes: int) -> str:
    """``90 min``, ``36 h``."""
    if minutes < 120 or minutes % 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h") % {"hours": minutes // 60}
