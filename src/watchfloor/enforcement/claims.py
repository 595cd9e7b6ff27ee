"""Which messages go to which endpoint next: claimed in SQL, so that several processes can deliver at once.

A message becomes one row per endpoint that hears of its topic (``fan_out``), enabled or not: what is for one that is off waits.
Within a lane of an endpoint messages go out in the order they were written; a claim takes a stretch of a lane at a time.
A row is claimed by pushing its ``next_at`` ahead, so a process that dies while sending leaves it to be claimed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.enforcement.models import Delivery, Endpoint
from watchfloor.enforcement.topics import TOPICS
from watchfloor.kernel import clock

CLAIM_SECONDS = 60  # longer than a batch can take
STRETCH = 16  # messages of one lane in one claim
DUE = ("pending", "failed")

_HEARS = "(e.topics = '{}' OR {message}.topic = ANY(e.topics))"
_FAN_OUT = f"""
WITH fresh AS (
    SELECT o.id, o.lane, o.topic FROM ledger_outbox o
    WHERE o.state = 'pending' AND o.sent_at IS NULL AND o.topic = ANY(%(topics)s)
    ORDER BY o.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
made AS (
    INSERT INTO enforcement_delivery (outbox_id, endpoint_id, lane, state, attempts, next_at, last_error)
    SELECT fresh.id, e.id, fresh.lane, 'pending', 0, %(now)s, ''
    FROM fresh JOIN enforcement_endpoint e ON {_HEARS.replace("{message}", "fresh")}
    ON CONFLICT DO NOTHING)
UPDATE ledger_outbox o SET sent_at = %(now)s FROM fresh WHERE o.id = fresh.id
"""
# An earlier message of the lane that has no row for this endpoint yet: whoever is fanning it out has not committed. The few that wait for
# that have an index of their own.
_COMES_FIRST = f"""
EXISTS (SELECT 1 FROM ledger_outbox before
        WHERE before.id < {{row}}.outbox_id AND before.state = 'pending' AND before.sent_at IS NULL AND before.lane = {{row}}.lane
          AND {_HEARS.replace("{message}", "before")})
"""
# The first of a lane, and what follows it, are asked for as "the next rows from here on" in the order of the lanes' index: one step into it
# for each row, whatever the planner knows of tables that grew a moment ago, and however many wait behind the first.
_CLAIM = f"""
WITH heads AS (
    SELECT head.*, e.topics
    FROM enforcement_endpoint e CROSS JOIN LATERAL (
        SELECT d.id, d.endpoint_id, d.lane, d.outbox_id, d.next_at FROM enforcement_delivery d
        WHERE d.endpoint_id = e.id AND d.state IN ('pending', 'failed') AND d.next_at <= %(now)s
          AND d.id = (
            SELECT first.id FROM enforcement_delivery first
            WHERE (first.endpoint_id, first.lane) >= (d.endpoint_id, d.lane) AND first.state IN ('pending', 'failed')
            ORDER BY first.endpoint_id, first.lane, first.outbox_id LIMIT 1)
          AND NOT {_COMES_FIRST.replace("{row}", "d")} AND NOT {{stopped}}
        ORDER BY d.next_at, d.outbox_id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED) head
    WHERE e.id = ANY(%(endpoints)s) ORDER BY head.next_at, head.outbox_id LIMIT %(limit)s),
stretches AS (
    SELECT follows.id, bool_and(follows.ready) OVER (PARTITION BY follows.endpoint_id, follows.lane ORDER BY follows.outbox_id) AS ready
    FROM heads e CROSS JOIN LATERAL (
        SELECT f.id, f.endpoint_id, f.lane, f.outbox_id,
               f.next_at <= %(now)s AND (f.id = e.id OR NOT {_COMES_FIRST.replace("{row}", "f")} AND NOT {{stopped_f}}) AS ready
        FROM enforcement_delivery f
        WHERE (f.endpoint_id, f.lane, f.outbox_id) >= (e.endpoint_id, e.lane, e.outbox_id) AND f.state IN ('pending', 'failed')
        ORDER BY f.endpoint_id, f.lane, f.outbox_id LIMIT %(stretch)s) follows
    WHERE follows.lane = e.lane AND follows.endpoint_id = e.endpoint_id)
UPDATE enforcement_delivery d SET attempts = d.attempts + 1, next_at = %(until)s, sent_at = %(now)s
FROM ledger_outbox o
WHERE d.id IN (SELECT id FROM stretches WHERE ready) AND o.id = d.outbox_id
RETURNING d.id, d.outbox_id, d.endpoint_id, d.lane, d.attempts, o.topic, o.key, o.payload::text, o.subject, o.trace
"""
# What a rule decided, while automatic actions are stopped.
_AUTOMATIC = """
EXISTS (SELECT 1 FROM ledger_outbox o WHERE o.id = {row}.outbox_id AND o.topic = 'action' AND position('.' in o.key) = 0
        AND o.payload->>'origin' = 'rule' AND o.payload->>'undo' = 'false')
"""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed message for one endpoint."""

    id: int
    outbox_id: UUID
    endpoint_id: UUID
    lane: str
    attempts: int
    topic: str
    key: str
    payload: dict[str, Any]
    subject: str
    trace: str = ""

    @property
    def about(self) -> UUID | None:
        """The action it is about, if it is about one."""
        kind, _, subject = self.subject.partition(":")
        return UUID(subject) if kind == "action" else None


def fan_out(limit: int = 1_000) -> int:
    """Give every new message a row for each endpoint that hears of its topic; returns how many messages were new."""
    topics: set[str] = set()
    for heard in Endpoint.objects.values_list("topics", flat=True):
        topics |= set(heard or TOPICS)
    if not topics:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FAN_OUT, {"topics": sorted(topics), "limit": limit, "now": clock.now()})
        return int(cursor.rowcount)


def claim(endpoints: Sequence[UUID], limit: int, *, stopped: bool = False, stretch: int = STRETCH) -> list[Taken]:
    """Claim the next messages of up to ``limit`` lanes, in the order they were written. ``stopped``: without what rules decided."""
    if not endpoints:
        return []
    now = clock.now()
    asked: dict[str, Any] = {
        "endpoints": list(endpoints), "now": now, "until": now + timedelta(seconds=CLAIM_SECONDS), "limit": limit, "stretch": stretch,
    }  # fmt: skip
    automatic = {
        name: _AUTOMATIC.replace("{row}", row) if stopped else "FALSE" for name, row in (("d", "d"), ("f", "f"))
    }
    statement = _CLAIM.replace("{stopped_f}", automatic["f"]).replace("{stopped}", automatic["d"])
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        rows = cursor.fetchall()
    return sorted(
        (
            Taken(id=row[0], outbox_id=row[1], endpoint_id=row[2], lane=row[3], attempts=row[4], topic=row[5], key=row[6],
                  payload=msgspec.json.decode(row[7]), subject=row[8], trace=row[9] or "")
            for row in rows
        ),
        key=lambda each: each.outbox_id,
    )  # fmt: skip


def give_back(taken: Sequence[Taken]) -> None:
    """What was claimed and not tried, because something before it in its lane failed: as it was."""
    now = clock.now()
    for each in taken:
        Delivery.objects.filter(pk=each.id, attempts=each.attempts, state__in=DUE).update(
            attempts=each.attempts - 1, next_at=now
        )


def in_flight(row: Delivery) -> bool:
    """Whether somebody may be sending it at this moment."""
    claimed: datetime | None = row.sent_at
    return (
        row.state in DUE
        and claimed is not None
        and row.next_at == claimed + timedelta(seconds=CLAIM_SECONDS) > clock.now()
    )
