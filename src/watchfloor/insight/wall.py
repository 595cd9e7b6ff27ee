"""What the floor's wall is summed up from: open jobs, solves and breaches in groups small enough for anyone's rights and filters.

One pass over the open jobs counts them and, by each job's place in its queue, how many are more likely late than not
(``review.domain.risk``). On a small floor that is done for each request. On a big one a loop does it every few seconds while
anybody looks, every process reads the same answer, and the page says how old it is.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection

from watchfloor.insight.models import WallState
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import Remembered
from watchfloor.review.domain import risk

SMALL = 20_000  # open jobs up to which everyone counts for themselves
LOOKED_AT = timedelta(minutes=5)  # for so long after the last look it is kept up
TOO_OLD = timedelta(minutes=2)  # the loop does not run: count here
REST = 4  # of the time, the loop rests so many times as long as it works
SOON_HOURS = 4

OPEN = """
WITH pace AS (SELECT * FROM unnest(%(queues)s::text[], %(first)s::float8[], %(each)s::float8[]) AS p (queue_key, first, each)),
job AS (
  SELECT queue_key, market, severity, clearance, state, due_at, ready_at,
    row_number() OVER (PARTITION BY queue_key, state ORDER BY priority DESC, due_at, id) - 1 AS ahead
  FROM review_job WHERE state IN ('ready', 'leased', 'waiting')
)
SELECT job.queue_key, market, severity, clearance, count(*),
  count(*) FILTER (WHERE state = 'waiting'),
  count(*) FILTER (WHERE state <> 'waiting' AND due_at >= %(now)s AND due_at < %(now)s + interval '1 hour'),
  count(*) FILTER (WHERE state <> 'waiting' AND due_at < %(now)s),
  count(*) FILTER (WHERE state <> 'waiting' AND due_at < %(now)s + interval '4 hours'),
  count(*) FILTER (WHERE state = 'ready' AND due_at >= %(now)s
    AND due_at < %(now)s + least(first + ahead * each, 100000) * interval '1 hour'),
  count(*) FILTER (WHERE state <> 'waiting' AND due_at >= %(day)s AND due_at < %(now)s),
  min(ready_at), min(due_at)
FROM job LEFT JOIN pace ON pace.queue_key = job.queue_key GROUP BY 1, 2, 3, 4
"""
SOLVED_LATE = """
SELECT queue_key, market, severity, clearance, count(*) FROM review_job
WHERE state = 'decided' AND decided_at >= %(day)s AND due_at >= %(day)s AND decided_at > due_at GROUP BY 1, 2, 3, 4
"""
SOLVES = """
SELECT queue_key, floor(extract(epoch FROM %(now)s - decided_at) / 3600)::int, count(*) FROM review_job
WHERE state = 'decided' AND decided_at > %(now)s - make_interval(hours => %(hours)s) AND decided_at <= %(now)s GROUP BY 1, 2
"""
FLOWS = """
SELECT type, data->>'queue', data->>'market', coalesce((data->>'severity')::int, 0), coalesce(data->>'vendor', ''),
  coalesce(data->>'reviewer', ''), count(*), coalesce(sum((data->>'active_total_ms')::bigint), 0)::bigint,
  coalesce(sum((data->>'age_ms')::bigint), 0)::bigint
FROM ledger_event WHERE type IN ('job.ready', 'job.decided') AND at >= %(since)s GROUP BY 1, 2, 3, 4, 5, 6
"""


class Group(msgspec.Struct, frozen=True, array_like=True):
    """Open jobs of one queue, market, severity and clearance. ``at_risk``: ready, not late, and P(late) above one half."""

    queue: str
    market: str
    severity: int
    clearance: str
    open: int
    waiting: int = 0
    due_soon: int = 0
    late: int = 0
    due_4h: int = 0
    at_risk: int = 0
    breached_open: int = 0
    oldest: datetime | None = None
    next_due: datetime | None = None
    breached_solved: int = 0


class Flow(msgspec.Struct, frozen=True, array_like=True):
    """Jobs that entered or were decided in the last hour, by queue, market, severity, vendor and reviewer; sums in milliseconds."""

    type: str
    queue: str
    market: str
    severity: int
    vendor: str
    reviewer: str
    count: int
    handling: int
    age: int


class Wall(msgspec.Struct, frozen=True):
    """Everything at one moment; ``took_ms`` to count it."""

    at: datetime
    took_ms: int
    groups: list[Group]
    flows: list[Flow]
    paces: dict[str, tuple[float, float]]  # queue -> shape and rate of its solves per hour

    @property
    def open(self) -> int:
        """All open jobs."""
        return sum(group.open for group in self.groups)


def wall() -> Wall:
    """The floor as it is; of a big floor as it was a few seconds ago."""
    kept = _kept()
    if kept is None or clock.now() - kept.at > TOO_OLD or kept.at > clock.now():
        return _fresh()
    return kept


def keep_up() -> int:
    """The loop: count a big floor again while somebody looks; returns 0, so that it rests in between."""
    row = WallState.objects.filter(pk=1).first()
    if row is None or row.body is None or clock.now() - row.asked_at > LOOKED_AT:
        return 0
    if clock.now() - row.at < timedelta(milliseconds=row.took_ms * REST):
        return 0
    _store(count())
    return 0


def count() -> Wall:
    """Ask the database."""
    now, started = clock.now(), time.monotonic()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(SOLVES, {"now": now, "hours": risk.HOURS})
        paces = _paces(cursor.fetchall())
        cursor.execute("SELECT DISTINCT key FROM review_queue")
        for (key,) in cursor.fetchall():
            paces.setdefault(key, risk.pace([0] * risk.HOURS))
        values: dict[str, Any] = {
            "now": now, "day": day, "queues": list(paces), "first": [risk.even_hours(0, each) for each in paces.values()],
            "each": [risk.hours_per_place(each) for each in paces.values()],
        }  # fmt: skip
        cursor.execute(OPEN, values)
        groups = {row[:4]: Group(*row) for row in cursor.fetchall()}
        cursor.execute(SOLVED_LATE, {"day": day})
        for queue, market, severity, clearance, late in cursor.fetchall():
            key = (queue, market, severity, clearance)
            known = groups.get(key) or Group(queue, market, severity, clearance, 0)
            groups[key] = msgspec.structs.replace(known, breached_solved=late)
        cursor.execute(FLOWS, {"since": now - timedelta(hours=1)})
        flows = [Flow(*row) for row in cursor.fetchall()]
    took = int((time.monotonic() - started) * 1000)
    return Wall(now, took, list(groups.values()), flows, {key: (each.shape, each.rate) for key, each in paces.items()})


def _paces(rows: list[tuple[str, int, int]]) -> dict[str, risk.Pace]:
    hours: dict[str, list[int]] = {}
    for queue, ago, solved in rows:
        if 0 <= ago < risk.HOURS:
            hours.setdefault(queue, [0] * risk.HOURS)[ago] = solved
    return {queue: risk.pace(solved) for queue, solved in hours.items()}


def _fresh() -> Wall:
    found = count()
    if found.open > SMALL:
        _store(found)
    else:
        _kept.forget()
    return found


def _store(found: Wall) -> None:
    body = msgspec.json.encode(found) if found.open > SMALL else None
    WallState.objects.update_or_create(
        pk=1, defaults={"at": found.at, "took_ms": found.took_ms, "body": body}, create_defaults={
            "at": found.at, "took_ms": found.took_ms, "body": body, "asked_at": clock.now(),
        },
    )  # fmt: skip
    _kept.forget()


def _read() -> Wall | None:
    row = WallState.objects.filter(pk=1).first()
    if row is None or row.body is None:
        return None
    if clock.now() - row.asked_at > timedelta(minutes=1):
        WallState.objects.filter(pk=1).update(asked_at=clock.now())
    return msgspec.json.decode(bytes(row.body), type=Wall)


_kept: Remembered[Wall | None] = Remembered(_read, seconds=1.0)
