"""Carries the outbox's messages for the learning record store: one exam a message, its statements in one request.

Retries and dead letters are the outbox's own: what the store refuses, and what it did not take for four days, is a dead letter that the
pages of deliveries and of the store show, and that is replayed from there. While the store is off, messages wait.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.models import Outbox
from watchfloor.training import records, statements
from watchfloor.training.record_client import Later, Refused, sentence

BACKOFF: Final = (10, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 86400)  # seconds: some four days
CLAIM: Final = timedelta(seconds=60)
_CLAIM: Final = """
UPDATE ledger_outbox SET attempts = attempts + 1, sent_at = %(now)s, next_at = %(until)s
WHERE id = (SELECT id FROM ledger_outbox WHERE topic = 'xapi' AND state IN ('pending', 'failed') AND next_at <= %(now)s
            ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, attempts, payload->>'sitting'
"""


def push_due() -> int:
    """Send what one message asks for; how many (0 or 1)."""
    store = records.current()
    if store is None or not store.on:
        return 0
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + CLAIM})
        found = cursor.fetchone()
    if found is None:
        return 0
    message, attempts, sitting = found
    mine = Outbox.objects.filter(pk=message)
    try:
        row = records.wanted(UUID(sitting))
        told = statements.of_sittings(row.policy_key, [row], records.home())
        with records.client(store) as client:
            client.keep(told)
    except Later as later:
        if attempts > len(BACKOFF):
            mine.update(state=Outbox.State.DEAD, last_error=later.why[:300])
        else:
            wait = timedelta(seconds=later.seconds or BACKOFF[attempts - 1])
            mine.update(state=Outbox.State.FAILED, next_at=clock.now() + wait, last_error=later.why[:300])
    except Refused as refused:
        mine.update(state=Outbox.State.DEAD, last_error=sentence(refused).message[:300])
    except WatchfloorError as error:
        mine.update(state=Outbox.State.DEAD, last_error=error.message[:300])
    else:
        mine.update(state=Outbox.State.CONFIRMED, last_error="")
    return 1
