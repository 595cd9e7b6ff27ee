"""The identity by which the numbers can be trusted, for every queue and hour:

    backlog at the end = backlog at the start + new + reopened + in - solved - out - cancelled

The right side counts events by type; the left side pairs, job by job, each event with the next one of the same job and counts
what was open. They differ when a job is decided twice, leaves a queue it was not in, or an event is lost or doubled.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from watchfloor.insight import facts, lake
from watchfloor.insight.relations import RELATIONS

FLOWS = """
SELECT queue, date_trunc('hour', moment) AS hour,
    count(*) FILTER (WHERE type = 'job.ready' AND coalesce(cause, '') <> 'reopened') AS new,
    count(*) FILTER (WHERE type = 'job.ready' AND cause = 'reopened') AS reopened,
    count(*) FILTER (WHERE type = 'job.transferred') AS moved_in,
    0 AS moved_out,
    count(*) FILTER (WHERE type = 'job.decided') AS solved,
    count(*) FILTER (WHERE type = 'job.cancelled') AS cancelled
FROM facts WHERE type IN ('job.ready', 'job.transferred', 'job.decided', 'job.cancelled') GROUP BY 1, 2
UNION ALL
SELECT from_queue, date_trunc('hour', moment), 0, 0, 0, count(*), 0, 0
FROM facts WHERE type = 'job.transferred' GROUP BY 1, 2
"""

TABLE = f"""
SELECT queue, hour, sum(new), sum(reopened), sum(moved_in), sum(moved_out), sum(solved), sum(cancelled), sum(opened), sum(ended)
FROM (
    SELECT *, 0 AS opened, 0 AS ended FROM ({FLOWS})
    UNION ALL
    SELECT queue, date_trunc('hour', started), 0, 0, 0, 0, 0, 0, count(*), 0 FROM ({RELATIONS["spans"]}) GROUP BY 1, 2
    UNION ALL
    SELECT queue, date_trunc('hour', ended), 0, 0, 0, 0, 0, 0, 0, count(*) FROM ({RELATIONS["spans"]})
    WHERE ended IS NOT NULL GROUP BY 1, 2
) GROUP BY 1, 2 ORDER BY 1, 2
"""


class Hour(msgspec.Struct, frozen=True):
    """One queue in one hour: the flows, and the backlog at its start and end by pairing."""

    queue: str
    hour: datetime
    new: int
    reopened: int
    moved_in: int
    moved_out: int
    solved: int
    cancelled: int
    before: int
    after: int

    @property
    def gap(self) -> int:
        """What the identity misses; 0 when it holds."""
        came = self.new + self.reopened + self.moved_in
        return self.after - (self.before + came - self.solved - self.moved_out - self.cancelled)


def hours(files: list[str] | None = None) -> list[Hour]:
    """Every queue and hour in which something moved, over these files (None = all that are exported)."""
    found: list[Hour] = []
    open_now: dict[Any, int] = {}
    for queue, hour, *flows, opened, ended in lake.run(TABLE, {}, facts.files() if files is None else files):
        name = queue or ""
        before = open_now.get(name, 0)
        after = open_now[name] = before + int(opened) - int(ended)
        found.append(_hour(name, hour, [int(flow) for flow in flows], before, after))
    return found


def _hour(queue: str, hour: datetime, flows: list[int], before: int, after: int) -> Hour:
    new, reopened, moved_in, moved_out, solved, cancelled = flows
    return Hour(queue, hour, new, reopened, moved_in, moved_out, solved, cancelled, before, after)


def check() -> list[str]:
    """Sentences about what does not add up; empty when all is well. For ``watchfloor doctor``."""
    every = hours()
    wrong = [
        f"Queue {each.queue or '(none)'}, {each.hour:%Y-%m-%d %H}:00 UTC: the backlog is off by {each.gap:+d}."
        for each in every
        if each.gap
    ]
    return wrong + _against_the_floor({each.queue: each.after for each in every})


def _against_the_floor(exported: dict[str, int]) -> list[str]:
    """When every event is exported, the facts' backlog is the one of the tables."""
    from django.db import transaction
    from django.db.models import Count

    from watchfloor.insight.models import FactCursor
    from watchfloor.ledger.models import Leaf, Pending
    from watchfloor.review.models import Job

    with transaction.atomic():
        newest = Leaf.objects.order_by("-number").values_list("number", flat=True).first()
        cursor = FactCursor.objects.filter(pk=1).values_list("leaf", flat=True).first() or 0
        if Pending.objects.exists() or (newest is not None and newest >= cursor):
            return []
        now = dict(
            Job.objects.filter(state__in=["ready", "leased", "waiting"])
            .values_list("queue_key")
            .annotate(n=Count("id"))
            .order_by()
        )
    return [
        f"Queue {queue}: {now.get(queue, 0)} jobs are open, but the facts say {exported.get(queue, 0)}."
        for queue in sorted(set(now) | {name for name, count in exported.items() if count})
        if now.get(queue, 0) != exported.get(queue, 0)
    ]
