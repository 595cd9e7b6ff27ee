"""The floor as it is now, from PostgreSQL by indexed queries: what is open, what came and went in the last hour, who is on.

Trends come from the facts. Everything is limited to what the actor may see under ``floor.view``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Count, F, Min, Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.insight import queries
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.review.models import Job, Queue
from watchfloor.workforce import queries as workforce
from watchfloor.workforce.queries import PersonOn

HOUR = timedelta(hours=1)
OPEN = [Job.State.READY, Job.State.LEASED]


class QueueNow(msgspec.Struct, kw_only=True):
    """One queue. Durations in seconds; None where nothing was solved in the last hour."""

    key: str
    name: str
    open: int = 0
    in_hour: int = 0
    solved_hour: int = 0
    age_at_solve: float | None = None
    handling: float | None = None
    due_soon: int = 0
    late: int = 0
    oldest: datetime | None = None
    next_due: datetime | None = None
    staffed: int = 0
    paused: bool = False
    trend: list[float | None] = []

    def solve(self, flow: Flow) -> None:
        """Add decided jobs; the averages stay averages over all of them."""
        total = self.solved_hour + flow.count
        self.handling = ((self.handling or 0) * self.solved_hour + flow.handling / 1000) / total
        self.age_at_solve = ((self.age_at_solve or 0) * self.solved_hour + flow.age / 1000) / total
        self.solved_hour = total


class Floor(msgspec.Struct, kw_only=True):
    """The wall: totals, queues, people."""

    at: datetime
    backlog: int
    backlog_before: int | None  # an hour ago, by the flows since
    oldest: datetime | None
    at_risk: int
    late: int
    breached_today: int
    solved_hour: int
    in_hour: int
    queues: list[QueueNow]
    people: list[PersonOn]


def floor(actor: Actor, *, market: str = "", vendor: str = "", trends: bool = True) -> Floor:
    """The floor for this actor, narrowed to a market; a vendor narrows what was solved and who is on (what waits has none)."""
    now = clock.now()
    jobs = _jobs(actor, market)
    known = list(Queue.objects.filter(archived_at__isnull=True).order_by("position", "key"))
    clearances = {queue.key: queue.clearance for queue in known}
    queues = {queue.key: QueueNow(key=queue.key, name=queue.name, paused=queue.paused) for queue in known}
    _open(jobs, queues, now)
    for flow in _flows(actor, now - HOUR, market, clearances):
        if flow.type == "job.ready":
            _at(queues, flow.queue).in_hour += flow.count
        elif not vendor or flow.vendor == vendor:
            _at(queues, flow.queue).solve(flow)
    people = workforce.people_on(actor, vendor=vendor)
    _staff(queues, people)
    if trends:
        for key, points in _trends(actor, now, market).items():
            _at(queues, key).trend = points
    seen = [
        queue
        for queue in queues.values()
        if _has_anything(queue) or actor.may("floor.view", queue=queue.key, clearance=clearances.get(queue.key, ""))
    ]
    # Where something is going on comes first; within that the order people gave their queues stays.
    seen.sort(key=lambda queue: not _has_anything(queue))
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    breached = jobs.filter(due_at__gte=day, due_at__lt=now).filter(Q(state__in=OPEN) | Q(decided_at__gt=F("due_at")))
    return Floor(
        at=now, backlog=sum(queue.open for queue in seen), backlog_before=_hour_ago(actor, now, market),
        oldest=min((queue.oldest for queue in seen if queue.oldest), default=None),
        at_risk=sum(queue.due_soon for queue in seen), late=sum(queue.late for queue in seen), breached_today=breached.count(),
        solved_hour=sum(queue.solved_hour for queue in seen), in_hour=sum(queue.in_hour for queue in seen), queues=seen,
        people=people,
    )  # fmt: skip


def _jobs(actor: Actor, market: str) -> Any:
    allowed = access.rows(
        actor, "floor.view", queue="queue_key", market="market", severity="severity", clearance="clearance"
    )
    jobs = Job.objects.filter(allowed)
    return jobs.filter(market=market) if market else jobs


def _open(jobs: Any, queues: dict[str, QueueNow], now: datetime) -> None:
    found = jobs.filter(state__in=OPEN).values("queue_key").order_by().annotate(
        n=Count("id"), soon=Count("id", filter=Q(due_at__gte=now, due_at__lt=now + HOUR)),
        late=Count("id", filter=Q(due_at__lt=now)), oldest=Min("ready_at"), due=Min("due_at"),
    )  # fmt: skip
    for row in found:
        queue = _at(queues, row["queue_key"])
        queue.open, queue.due_soon, queue.late = row["n"], row["soon"], row["late"]
        queue.oldest, queue.next_due = row["oldest"], row["due"]


class Flow(msgspec.Struct, frozen=True):
    """Jobs that entered or were decided within one queue, market, severity and vendor; sums in milliseconds."""

    type: str
    queue: str
    market: str
    severity: int
    vendor: str
    count: int
    handling: int
    age: int


def _flows(actor: Actor, since: datetime, market: str, clearances: dict[str, str]) -> list[Flow]:
    """What came and went since; from the events, whose index is by type and time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, data->>'queue', data->>'market', coalesce((data->>'severity')::int, 0), "
            "coalesce(data->>'vendor', ''), count(*), coalesce(sum((data->>'active_total_ms')::bigint), 0)::bigint, "
            "coalesce(sum((data->>'age_ms')::bigint), 0)::bigint FROM ledger_event "
            "WHERE type IN ('job.ready', 'job.decided') AND at >= %s GROUP BY 1, 2, 3, 4, 5",
            [since],
        )
        rows = [Flow(*row) for row in cursor.fetchall()]
    return [
        row
        for row in rows
        if (not market or row.market == market)
        and actor.may(
            "floor.view", queue=row.queue, market=row.market, severity=row.severity, vendor=row.vendor or None,
            clearance=clearances.get(row.queue, ""),
        )
    ]  # fmt: skip


def _hour_ago(actor: Actor, now: datetime, market: str) -> int | None:
    span = Span(start=now - 2 * HOUR, end=now - HOUR, where={"market": (market,)} if market else {})
    [kpi] = queries.kpis(actor, span, metrics=["backlog"], permission="floor.view", compare=False)
    return None if kpi.value is None else int(kpi.value)


def _staff(queues: dict[str, QueueNow], people: list[PersonOn]) -> None:
    """Who may be given work of a queue and is on: their own list of queues, or every one when they have none."""
    working = [person for person in people if person.state in ("available", "working")]
    for queue in queues.values():
        queue.staffed = sum(1 for person in working if not person.queues or queue.key in person.queues)


def _trends(actor: Actor, now: datetime, market: str) -> dict[str, list[float | None]]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    span = Span(start=hour - 12 * HOUR, end=hour + HOUR, interval="hour", where={"market": (market,)} if market else {})
    return {
        key: [point.value for point in points]
        for key, points in queries.series_by(actor, span, "backlog", "queue", permission="floor.view").items()
    }


def _at(queues: dict[str, QueueNow], key: str) -> QueueNow:
    return queues.setdefault(key, QueueNow(key=key, name=key))


def _has_anything(queue: QueueNow) -> bool:
    return bool(queue.open or queue.in_hour or queue.solved_hour)
