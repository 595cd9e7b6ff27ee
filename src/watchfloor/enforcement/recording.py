"""What came back, written down: attempts, each endpoint's row, the message as a whole, and the action it is about."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from watchfloor.enforcement import confirming
from watchfloor.enforcement.claims import Taken
from watchfloor.enforcement.models import Attempt
from watchfloor.enforcement.sending import Answer
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import writing

log = logging.getLogger(__name__)
# Waits after the 1st, 2nd ... failure: a little under three days in all, then the letter is dead.
BACKOFF = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 57600, 86400)
TOGETHER = 64  # answers written down in one transaction: few enough that nobody waits long for their locks

# Only rows that nobody claimed since (this process was too slow then) and that were not taken away meanwhile.
_ROWS = """
UPDATE enforcement_delivery d SET state = v.state, next_at = v.next_at, last_error = v.error
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::timestamptz[], %s::text[]) AS v(id, attempts, state, next_at, error)
WHERE d.id = v.id AND d.attempts = v.attempts AND d.state IN ('pending', 'failed') RETURNING d.outbox_id
"""
_LOCK = "SELECT id FROM ledger_outbox WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
# A message is what its rows are, those for endpoints that are off left out: it waits for them, but nobody waits for it.
_MESSAGES = """
WITH rows AS (
    SELECT d.outbox_id, max(d.attempts) AS attempts,
      min(d.next_at) FILTER (WHERE e.enabled AND d.state IN ('pending', 'failed')) AS next_at,
      bool_or(d.state = 'failed') FILTER (WHERE e.enabled) AS failed,
      bool_or(d.state IN ('pending', 'failed')) FILTER (WHERE e.enabled) AS open,
      bool_or(d.state = 'dead') AS dead, bool_or(d.state = 'confirmed') AS arrived,
      max(d.last_error) FILTER (WHERE d.state IN ('failed', 'dead')) AS error
    FROM enforcement_delivery d JOIN enforcement_endpoint e ON e.id = d.endpoint_id
    WHERE d.outbox_id = ANY(%s) GROUP BY d.outbox_id)
UPDATE ledger_outbox o SET
  state = CASE WHEN rows.open AND rows.failed THEN 'failed' WHEN rows.open THEN 'pending' WHEN rows.dead THEN 'dead'
               WHEN rows.arrived THEN 'confirmed' ELSE 'pending' END,
  attempts = rows.attempts, next_at = COALESCE(rows.next_at, o.next_at), sent_at = %s, last_error = COALESCE(rows.error, '')
FROM rows WHERE o.id = rows.outbox_id RETURNING o.id, o.state, o.last_error
"""


def record(answered: Sequence[tuple[Taken, Answer]]) -> None:
    """Write down many to a transaction; if one of them cannot be written, each by itself (it is sent again, under the same key)."""
    for start in range(0, len(answered), TOGETHER):
        part = answered[start : start + TOGETHER]
        try:
            _record(part)
        except (DatabaseError, WatchfloorError):
            log.exception("%d deliveries could not be written down together", len(part))
            for one in part:
                try:
                    _record([one])
                except (DatabaseError, WatchfloorError):
                    log.exception("the delivery of %s could not be written down", one[0].key)


def wait_after(failures: int, key: str) -> timedelta | None:
    """How long to wait after this many failures (1 = the first), spread by up to a tenth by key; None = give up."""
    if failures > len(BACKOFF):
        return None
    spread = 1 + (zlib.crc32(key.encode()) % 1000) / 10_000
    return timedelta(seconds=BACKOFF[failures - 1] * spread)


def _record(part: Sequence[tuple[Taken, Answer]]) -> None:
    now = clock.now()
    with writing(system("delivery")) as w:
        Attempt.objects.bulk_create(
            Attempt(outbox_id=each.outbox_id, key=each.key, endpoint_id=each.endpoint_id, at=now, ok=answer.ok,
                    status=answer.status, milliseconds=answer.milliseconds, error=answer.error[:300])
            for each, answer in part
        )  # fmt: skip
        mine = _rows(part)
        about = {each.outbox_id: each.about for each, _ in part if each.outbox_id in mine}
        outcomes: dict[UUID, confirming.Outcome] = {}
        for outbox_id, state, error in _messages(sorted(about)):
            action_id = about[outbox_id]
            if action_id is not None and state != Outbox.State.PENDING:
                outcomes[action_id] = confirming.Outcome(ok=state == "confirmed", final=state == "dead", error=error)
        confirming.confirm_many(w, outcomes)


def _rows(part: Sequence[tuple[Taken, Answer]]) -> set[UUID]:
    now = clock.now()
    after = [_after(each, answer) for each, answer in part]
    columns: list[list[Any]] = [
        [each.id for each, _ in part], [each.attempts for each, _ in part], [state for state, _ in after],
        [now + wait for _, wait in after], [answer.error[:300] for _, answer in part],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, columns)
        return {row[0] for row in cursor.fetchall()}


def _messages(outbox_ids: list[UUID]) -> list[tuple[UUID, str, str]]:
    """Locked first, so that two processes with an endpoint each do not miss one another's rows."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [outbox_ids])
        cursor.execute(_MESSAGES, [outbox_ids, clock.now()])
        return [(row[0], row[1], row[2]) for row in cursor.fetchall()]


def _after(each: Taken, answer: Answer) -> tuple[str, timedelta]:
    """What a row is after an attempt, and when it is tried again."""
    if answer.ok:
        return "confirmed", timedelta()
    wait = wait_after(each.attempts, each.key)
    if wait is None:
        return "dead", timedelta()
    return "failed", max(wait, timedelta(seconds=answer.retry_after))
